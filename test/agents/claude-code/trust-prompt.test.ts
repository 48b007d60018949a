import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Teller } from '../../../src/agents/claude-code/teller.ts';
import { TrustPrompt } from '../../../src/agents/claude-code/trust-prompt.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { AgentSpec } from '../../../src/contracts/agent.ts';
import type { Terminal } from '../../../src/contracts/terminal.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { screen } from './fixtures.ts';

describe('TrustPrompt', () => {
  let directory: string;
  let clock: ManualClock;
  let told: AgentEvent[];
  let pressed: string[];
  /** What the terminal shows: the dialog with its cursor, or something else. */
  let shown: 'no' | 'yes' | 'box' | 'permission' | 'nothing';
  /** Whether keys do anything. */
  let isDeaf: boolean;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-trust-'));
    clock = new ManualClock();
    [told, pressed, shown, isDeaf] = [[], [], 'no', false];
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const screens = { no: 'trust', yes: 'trust-on-yes', box: 'idle', permission: 'permission' } as const;
  const terminal = {
    capture: () => Promise.resolve(shown === 'nothing' ? '' : screen(screens[shown])),
    keys: (_name: string, keys: readonly string[]) => {
      pressed.push(...keys);
      if (isDeaf || (shown !== 'no' && shown !== 'yes')) return Promise.resolve();
      if (keys[0] === 'Enter') shown = shown === 'yes' ? 'box' : 'nothing';
      else shown = shown === 'yes' ? 'no' : 'yes';
      return Promise.resolve();
    },
  } as object as Terminal;

  function open(generation = 1): TrustPrompt {
    const listener = { onEvent: (event: AgentEvent) => void told.push(event), flush: () => undefined };
    const teller = new Teller({ listener, forget: () => undefined, clock, log: silentLog });
    const spec: AgentSpec = {
      session: 1 as SessionNumber,
      generation,
      terminal: 'claude-session-1',
      workDir: '/srv/work',
      trusted: false,
      directory,
      environment: {},
    };
    return new TrustPrompt({ spec, conversation: 'c', terminal, clock, teller });
  }
  const idOf = (event: AgentEvent | undefined): string => (event && 'id' in event ? event.id : '');

  /** Answers while the clock goes on. */
  async function answer(prompt: TrustPrompt, behavior: 'allow' | 'deny'): Promise<unknown> {
    let outcome: unknown;
    const done = prompt.answer({ behavior }).then(
      () => (outcome = 'done'),
      (error: unknown) => (outcome = error),
    );
    for (let step = 0; step < 20 && outcome === undefined; step++) await clock.advance(100);
    await done;
    return outcome;
  }

  it('BX-05: is told once, with the directory, and trusts by keys that were seen to mean it', async () => {
    const prompt = open();
    prompt.observe(true);
    prompt.observe(true);
    expect(told).toMatchObject([{ kind: 'prompt-opened', prompt: 'trust', input: { workDir: '/srv/work' } }]);
    expect(prompt.asks(idOf(told[0]))).toBe(true);
    expect(await answer(prompt, 'allow')).toBe('done');
    expect(pressed).toEqual(['Down', 'Enter']);
    prompt.observe(false);
    expect(told.at(-1)).toEqual({ kind: 'prompt-closed', id: idOf(told[0]), by: 'bridge' });
    expect(existsSync(join(directory, 'trust-prompt.json'))).toBe(false);
    expect(prompt.wasRefused).toBe(false);
  });

  it('a no is pressed on its own line, and the end that follows is ours', async () => {
    shown = 'yes';
    const prompt = open();
    prompt.observe(true);
    expect(await answer(prompt, 'deny')).toBe('done');
    expect(pressed).toEqual(['Down', 'Enter']);
    prompt.agentEnded();
    expect(told.at(-1)).toMatchObject({ kind: 'prompt-closed', by: 'bridge' });
    expect(prompt.wasRefused).toBe(true);
  });

  it('BX-05: an answer at the desk closes it', () => {
    const prompt = open();
    prompt.observe(true);
    prompt.observe(false);
    expect(told.at(-1)).toMatchObject({ kind: 'prompt-closed', by: 'desk' });
  });

  it.each(['permission', 'box', 'nothing'] as const)(
    'BX-03: presses nothing while the screen shows: %s',
    async (other) => {
      const prompt = open();
      prompt.observe(true);
      shown = other;
      expect(await answer(prompt, 'allow')).toMatchObject({ code: 'prompt-gone' });
      expect(pressed).toEqual([]);
    },
  );

  it('I10: is answered once', async () => {
    const prompt = open();
    await expect(prompt.answer({ behavior: 'allow' })).rejects.toMatchObject({ code: 'prompt-gone' });
    prompt.observe(true);
    const first = answer(prompt, 'allow');
    await expect(prompt.answer({ behavior: 'deny' })).rejects.toMatchObject({ code: 'prompt-gone' });
    expect(await first).toBe('done');
    await expect(prompt.answer({ behavior: 'deny' })).rejects.toMatchObject({ code: 'prompt-gone' });
    expect(pressed).toEqual(['Down', 'Enter']);
  });

  it('takes neither grants nor choices', async () => {
    const prompt = open();
    prompt.observe(true);
    const unfit = { code: 'answer-does-not-fit' };
    await expect(prompt.answer({ behavior: 'allow', grant: '1' })).rejects.toMatchObject(unfit);
    await expect(prompt.answer({ behavior: 'choose', answers: {} })).rejects.toMatchObject(unfit);
    expect(pressed).toEqual([]);
  });

  it('can be answered again when the dialog took no key', async () => {
    const prompt = open();
    prompt.observe(true);
    isDeaf = true;
    expect(await answer(prompt, 'allow')).toMatchObject({ code: 'trust-not-answered', happened: 'not-done' });
    expect(pressed).not.toContain('Enter');
    isDeaf = false;
    expect(await answer(prompt, 'allow')).toBe('done');
  });

  it('BX-05: survives a restart with the same id, and knows who answered', async () => {
    const first = open();
    first.observe(true);
    const again = open();
    again.observe(true);
    expect(told).toHaveLength(1);
    expect(await answer(again, 'allow')).toBe('done');
    const third = open();
    third.observe(false);
    expect(told.slice(1)).toEqual([{ kind: 'prompt-closed', id: idOf(told[0]), by: 'bridge' }]);
  });

  it('I10: what an earlier generation was asked is not asked of this one', () => {
    const first = open();
    first.observe(true);
    const later = open(2);
    later.observe(true);
    expect(new Set(told.map(idOf)).size).toBe(2);
    expect(later.asks(idOf(told[0]))).toBe(false);
  });
});
