import { describe, expect, it } from 'vitest';

import { canMovePrompt } from '../../src/model/prompt.ts';
import type { Decider, PromptAnswer, PromptState } from '../../src/model/prompt.ts';
import type { PromptStore } from '../../src/contracts/stores.ts';
import { openStores } from '../../src/storage/stores.ts';
import { one, prompt, two } from './records.ts';

const shell: Decider = { from: 'shell', name: 'cli' };
const ann: Decider = { from: 'chat', name: 'Ann', userId: '5' };

const states: readonly PromptState[] = ['open', 'sent', 'applied', 'overtaken', 'expired'];
const wayTo: Readonly<Record<PromptState, readonly PromptState[]>> = {
  open: [],
  sent: ['sent'],
  applied: ['sent', 'applied'],
  overtaken: ['overtaken'],
  expired: ['expired'],
};

function promptsWith(id: string, state: PromptState = 'open'): PromptStore {
  const { prompts } = openStores(':memory:');
  prompts.open(prompt(id));
  for (const step of wayTo[state]) prompts.move(id, step, 2_000, 'bridge');
  return prompts;
}

describe('prompts', () => {
  it('are given back as they were stored, open, and a repetition changes nothing', () => {
    const { prompts } = openStores(':memory:');
    const stored = prompt('p1');
    expect(prompts.open(stored)).toBe(true);
    expect(prompts.open(prompt('p1', { tool: 'Bash' }))).toBe(false);
    expect(prompts.get('p1')).toEqual({ ...stored, state: 'open' });
    expect(prompts.get('p2')).toBeUndefined();
  });

  it('a repetition does not open a decided prompt again', () => {
    const prompts = promptsWith('p1', 'applied');
    expect(prompts.open(prompt('p1'))).toBe(false);
    expect(prompts.get('p1')?.state).toBe('applied');
  });

  it('lists the open ones, oldest first, of one session or of all', () => {
    const { prompts } = openStores(':memory:');
    prompts.open(prompt('later', { since: 20 }));
    prompts.open(prompt('first', { since: 10 }));
    prompts.open(prompt('other', { since: 15, session: two }));
    prompts.open(prompt('decided', { since: 1 }));
    prompts.move('decided', 'overtaken', 5, 'desk');
    expect(prompts.listOpen().map(({ id }) => id)).toEqual(['first', 'other', 'later']);
    expect(prompts.listOpen(two).map(({ id }) => id)).toEqual(['other']);
  });

  for (const from of states) {
    for (const to of states) {
      const allowed = canMovePrompt(from, to);
      it(`${from} → ${to} ${allowed ? 'is allowed' : 'is refused'}`, () => {
        const prompts = promptsWith('p1', from);
        expect(prompts.move('p1', to, 3_000, 'bridge')).toBe(allowed);
        expect(prompts.get('p1')?.state).toBe(allowed ? to : from);
      });
    }
  }

  it('refuses to move an unknown prompt', () => {
    expect(openStores(':memory:').prompts.move('nobody', 'sent', 1, 'bridge')).toBe(false);
  });

  it('I10: of two answers the first wins, and it is the one that is kept', () => {
    const prompts = promptsWith('p1');
    expect(prompts.claimAnswer('p1', { behavior: 'deny', message: 'no' }, 2_000, shell)).toBe(true);
    expect(prompts.claimAnswer('p1', { behavior: 'allow' }, 2_001, shell)).toBe(false);
    expect(prompts.listSent(one)).toEqual([{ id: 'p1', answer: { behavior: 'deny', message: 'no' } }]);
  });

  it('BX-05: says who decided what, and how it ended', () => {
    const prompts = promptsWith('p1');
    expect(prompts.get('p1')).not.toHaveProperty('decision');
    prompts.claimAnswer('p1', { behavior: 'allow', grant: 'g' }, 2_000, ann);
    expect(prompts.get('p1')).toMatchObject({ decision: { answer: { behavior: 'allow', grant: 'g' }, by: ann } });
    expect(prompts.get('p1')).not.toHaveProperty('end');
    prompts.move('p1', 'applied', 3_000, 'bridge');
    expect(prompts.get('p1')).toMatchObject({ decision: { by: ann }, end: { by: 'bridge', at: 3_000 } });
  });

  it('BX-05: keeps what is chosen so far, of what is open', () => {
    const prompts = promptsWith('p1');
    expect(prompts.saveDraft('p1', { 'Which?': ['Red', 'Blue'] })).toBe(true);
    expect(prompts.saveDraft('p1', { 'Which?': ['Red'] })).toBe(true);
    expect(prompts.get('p1')?.draft).toEqual({ 'Which?': ['Red'] });
    prompts.move('p1', 'overtaken', 2_000, 'desk');
    expect(prompts.saveDraft('p1', {})).toBe(false);
    expect(prompts.saveDraft('p2', {})).toBe(false);
    expect(prompts.get('p1')).toMatchObject({ draft: { 'Which?': ['Red'] }, end: { by: 'desk', at: 2_000 } });
  });

  for (const state of ['sent', 'applied', 'overtaken', 'expired'] as const) {
    it(`I10: a prompt that is ${state} cannot be answered`, () => {
      const prompts = promptsWith('p1', state);
      expect(prompts.claimAnswer('p1', { behavior: 'allow' }, 3_000, shell)).toBe(false);
      expect(prompts.get('p1')?.state).toBe(state);
    });
  }

  it('an unknown prompt cannot be answered', () => {
    expect(promptsWith('p1').claimAnswer('p2', { behavior: 'allow' }, 1, shell)).toBe(false);
  });

  it('BX-05: gives sent answers of a session back until they are proven', () => {
    const { prompts } = openStores(':memory:');
    const answers: readonly [string, PromptAnswer][] = [
      ['p1', { behavior: 'allow' }],
      ['p2', { behavior: 'deny' }],
      ['p3', { behavior: 'choose', answers: { 'Which colour?': 'Blue' } }],
    ];
    for (const [index, [id, answer]] of answers.entries()) {
      prompts.open(prompt(id, { since: index }));
      prompts.claimAnswer(id, answer, 10, shell);
    }
    prompts.open(prompt('other', { session: two }));
    prompts.claimAnswer('other', { behavior: 'allow' }, 10, shell);
    expect(prompts.listSent(one)).toEqual(answers.map(([id, answer]) => ({ id, answer })));
    prompts.move('p1', 'applied', 20, 'bridge');
    prompts.move('p2', 'overtaken', 20, 'desk');
    expect(prompts.listSent(one).map(({ id }) => id)).toEqual(['p3']);
  });

  it('closes what is open or sent of one session, and nothing else', () => {
    const { prompts } = openStores(':memory:');
    for (const id of ['open', 'sent', 'applied']) prompts.open(prompt(id));
    prompts.open(prompt('other', { session: two }));
    prompts.claimAnswer('sent', { behavior: 'allow' }, 1, shell);
    prompts.claimAnswer('applied', { behavior: 'allow' }, 1, shell);
    prompts.move('applied', 'applied', 1, 'bridge');
    expect([...prompts.closeAll(one, 'overtaken', 2, 'agent-ended')].sort()).toEqual(['open', 'sent']);
    expect(['open', 'sent', 'applied', 'other'].map((id) => prompts.get(id)?.state)).toEqual([
      'overtaken',
      'overtaken',
      'applied',
      'open',
    ]);
    expect(prompts.listSent(one)).toEqual([]);
  });

  it('I11: forgets decided prompts by the time they were decided, and never one that somebody waits for', () => {
    const { prompts } = openStores(':memory:');
    for (const id of ['old', 'expired', 'edge', 'open', 'sent']) prompts.open(prompt(id, { since: 1 }));
    prompts.move('old', 'overtaken', 99, 'desk');
    prompts.move('expired', 'expired', 99, 'expired');
    prompts.move('edge', 'overtaken', 100, 'desk');
    prompts.claimAnswer('sent', { behavior: 'allow' }, 1, shell);
    expect(prompts.prune(100, 10)).toBe(2);
    expect(['old', 'expired', 'edge', 'open', 'sent'].filter((id) => prompts.get(id))).toEqual([
      'edge',
      'open',
      'sent',
    ]);
  });
});
