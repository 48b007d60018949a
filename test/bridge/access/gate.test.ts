import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import type { Actor } from '../../../src/model/access.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { gateWorld, rules } from '../support/gate-world.ts';
import { channelOne, one, owner, stranger, two } from '../support/messages.ts';
import { RecordingLog } from '../support/recording-log.ts';

function world() {
  const clock = new ManualClock();
  const log = new RecordingLog();
  return { clock, log, ...gateWorld({ clock, log, owners: { ids: () => [owner.id] } }) };
}

const press = { surface: 'press', channel: channelOne, about: 'p1' } as const;

describe('gate', () => {
  it('I9, BX-09: decides by the policy of the moment', () => {
    const { gate, setPolicy } = world();
    expect(gate.decide(owner, 'decide-prompt', one, press)).toEqual({ allowed: true });
    expect(gate.decide(stranger, 'message', one, press).allowed).toBe(false);
    setPolicy({ sessions: new Map([[one, rules({ users: new Map([[stranger.id, { role: 'member' }]]) })]]) });
    expect(gate.decide(stranger, 'message', one, press).allowed).toBe(true);
    expect(gate.decide(stranger, 'message', two, press).allowed).toBe(false);
    setPolicy({});
    expect(gate.decide(stranger, 'message', one, press).allowed).toBe(false);
  });

  it('demand: refuses with a sentence and an advice', () => {
    const { gate } = world();
    gate.demand(owner, 'manage', undefined, { surface: 'stop' });
    const demand = (): void => gate.demand({ kind: 'pane', session: one }, 'manage', two, { surface: 'removeSession' });
    expect(demand).toThrow(BridgeError);
    expect(demand).toThrow('Not allowed: a process inside session 1 may only read and post to its own channel.');
  });

  it('keeps what decides or changes something, with who, where and what it was about, and not what only looks', () => {
    const { gate, audited, clock } = world();
    gate.decide(owner, 'decide-prompt', one, press);
    gate.decide({ kind: 'local' }, 'read', undefined, { surface: 'status' });
    gate.decide({ kind: 'pane', session: two }, 'post', two, { surface: 'post' });
    const at = new Date(clock.now()).toISOString();
    expect(audited).toEqual([
      { at, who: 'user 500', ...press, action: 'decide-prompt', session: 1, outcome: 'allowed' },
      { at, who: 'session 2', surface: 'post', action: 'post', session: 2, outcome: 'allowed' },
    ]);
  });

  it('tells a bot and a webhook from a user with the same id', () => {
    const { gate, audited } = world();
    for (const kind of ['bot', 'webhook'] as const) gate.decide({ ...owner, kind }, 'message', one, press);
    expect(audited.map(({ who, outcome }) => `${who} ${outcome}`)).toEqual(['bot 500 refused', 'webhook 500 refused']);
  });

  it('consider asks without a trace', () => {
    const { gate, audited, log } = world();
    expect(gate.consider(stranger, 'message', one).allowed).toBe(false);
    expect(gate.consider(owner, 'message', one).allowed).toBe(true);
    expect([audited, log.lines]).toEqual([[], []]);
  });
});

describe('refusals in the audit', () => {
  const knock = (gate: ReturnType<typeof world>['gate'], who: Actor = stranger): void => {
    gate.decide(who, 'decide-prompt', one, press);
  };

  it('are one line a minute and person, with how many it stands for', async () => {
    const { gate, audited, clock, log } = world();
    for (let count = 0; count < 50; count += 1) knock(gate);
    knock(gate, { ...stranger, id: '667' });
    expect(audited.map(({ who, count }) => [who, count])).toEqual([
      ['user 666', undefined],
      ['user 667', undefined],
    ]);
    await clock.advance(60_000);
    expect(audited.slice(2).map(({ who, count }) => [who, count])).toEqual([['user 666', 49]]);
    expect(log.at('warn')).toHaveLength(51);
    await clock.advance(120_000);
    expect(audited).toHaveLength(3);
    knock(gate);
    expect(audited.at(-1)).toMatchObject({
      who: 'user 666',
      outcome: 'refused',
      reason: 'role "none" may not decide-prompt',
    });
    expect(audited.at(-1)).not.toHaveProperty('count');
  });

  it('that were only counted are kept at the end', () => {
    const { gate, audited } = world();
    for (let count = 0; count < 3; count += 1) knock(gate);
    gate.close();
    expect(audited.map(({ count }) => count)).toEqual([undefined, 2]);
    gate.close();
    expect(audited).toHaveLength(2);
  });

  it('of a crowd do not grow without end', () => {
    const { gate, audited } = world();
    for (let id = 0; id < 3_000; id += 1) knock(gate, { ...stranger, id: String(1_000 + id) });
    expect(audited).toHaveLength(1_001);
    gate.close();
    expect(audited.at(-1)).toMatchObject({ who: 'others', count: 1_999 });
  });
});
