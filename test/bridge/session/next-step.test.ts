import { describe, expect, it } from 'vitest';

import { decideNextStep, maxSteered, possibleMode } from '../../../src/bridge/session/next-step.ts';
import type { Situation } from '../../../src/bridge/session/next-step.ts';
import { busyModes } from '../../../src/model/session.ts';
import { stateOf } from '../support/hand-driver.ts';

const queued = { state: 'queued', receivedAt: 500 } as const;
const uncertain = { state: 'uncertain', receivedAt: 500 } as const;

function decide(change: Partial<Situation>) {
  return decideNextStep({
    message: queued,
    agent: stateOf('idle'),
    mode: 'queue',
    turnStartedAt: undefined,
    steered: 0,
    elsewhere: false,
    held: undefined,
    ...change,
  });
}

describe('the next message', () => {
  it.each(busyModes)('BX-06: goes to an idle agent, in mode %s', (mode) => {
    expect(decide({ mode })).toEqual({ kind: 'deliver' });
  });

  it('I4: is looked up first when nobody knows whether the agent has it', () => {
    expect(decide({ message: uncertain })).toEqual({ kind: 'look-up' });
  });

  it.each(busyModes)('waits without an agent, in mode %s', (mode) => {
    expect(decide({ agent: undefined, mode })).toEqual({ kind: 'wait', reason: 'no agent' });
  });

  it.each(busyModes)('MS-13: waits while it is held back, whatever the agent could have, in mode %s', (mode) => {
    const wait = { kind: 'wait', reason: 'a restart' };
    expect(decide({ mode, held: 'a restart' })).toEqual(wait);
    expect(decide({ mode, held: 'a restart', agent: stateOf('busy') })).toEqual(wait);
  });

  for (const mode of busyModes) {
    for (const [activity, waitingFor, reason] of [
      ['unknown', null, 'unknown'],
      ['initializing', null, 'initializing'],
      ['error', null, 'error'],
      ['waiting', 'permission', 'permission'],
      ['waiting', 'question', 'question'],
      ['waiting', 'trust', 'trust'],
      ['waiting', 'login', 'login'],
    ] as const) {
      it(`BX-03: waits for ${reason}, and stops nothing, in mode ${mode}`, () => {
        expect(decide({ agent: stateOf(activity, waitingFor), mode })).toEqual({ kind: 'wait', reason });
        expect(decide({ agent: stateOf(activity, waitingFor), mode, message: uncertain }).kind).toBe('wait');
      });
    }
  }
});

describe('while the agent is busy', () => {
  const agent = stateOf('busy');

  it('BX-06: queue: it waits', () => {
    expect(decide({ agent })).toEqual({ kind: 'wait', reason: 'busy' });
    expect(decide({ agent, message: uncertain })).toEqual({ kind: 'wait', reason: 'busy' });
  });

  it("BX-06: steer: it goes into the agent's own queue; an uncertain one is looked up", () => {
    expect(decide({ agent, mode: 'steer' })).toEqual({ kind: 'deliver' });
    expect(decide({ agent, mode: 'steer', message: uncertain })).toEqual({ kind: 'look-up' });
  });

  it("BX-06: steer: the agent's own queue is bounded", () => {
    expect(decide({ agent, mode: 'steer', steered: maxSteered - 1 })).toEqual({ kind: 'deliver' });
    expect(decide({ agent, mode: 'steer', steered: maxSteered }).kind).toBe('wait');
  });

  it('MS-04: steer: it waits for a turn that is answered in another channel; an idle agent gets it, an uncertain one is looked up', () => {
    const elsewhere = { mode: 'steer', elsewhere: true } as const;
    expect(decide({ agent, ...elsewhere })).toEqual({ kind: 'wait', reason: 'a turn of another channel' });
    expect(decide(elsewhere)).toEqual({ kind: 'deliver' });
    expect(decide({ agent, ...elsewhere, message: uncertain })).toEqual({ kind: 'look-up' });
  });

  it('BX-06: interrupt: it stops the turn that ran when it came, or one that nobody knows', () => {
    expect(decide({ agent, mode: 'interrupt', turnStartedAt: 499 })).toEqual({ kind: 'interrupt' });
    expect(decide({ agent, mode: 'interrupt' })).toEqual({ kind: 'interrupt' });
  });

  it('BX-06: interrupt: it does not stop the turn of a message that came before it or with it', () => {
    expect(decide({ agent, mode: 'interrupt', turnStartedAt: 500 })).toEqual({ kind: 'wait', reason: 'busy' });
    expect(decide({ agent, mode: 'interrupt', turnStartedAt: 501 })).toEqual({ kind: 'wait', reason: 'busy' });
  });

  it('I4: interrupt: what may be the running turn itself is not stopped', () => {
    expect(decide({ agent, mode: 'interrupt', message: uncertain, turnStartedAt: 1 }).kind).toBe('wait');
  });
});

it('an idle agent first takes what lies in its own queue: the order is kept', () => {
  expect(decide({ steered: 1, mode: 'steer' })).toEqual({ kind: 'wait', reason: "the agent's own queue" });
  expect(decide({ steered: 1, mode: 'queue' }).kind).toBe('wait');
});

describe('a mode that the agent cannot do', () => {
  it('BX-06: is queue', () => {
    expect(possibleMode('steer', { steer: false, interrupt: true })).toBe('queue');
    expect(possibleMode('interrupt', { steer: true, interrupt: false })).toBe('queue');
  });

  it.each(busyModes)('an agent that can do all does %s', (mode) => {
    expect(possibleMode(mode, { steer: true, interrupt: true })).toBe(mode);
  });
});
