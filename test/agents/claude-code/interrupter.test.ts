import { beforeEach, describe, expect, it } from 'vitest';

import { Interrupter } from '../../../src/agents/claude-code/interrupter.ts';
import type { StateFile } from '../../../src/agents/claude-code/state-file.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

describe('Interrupter', () => {
  let clock: ManualClock;
  let turns: string[];
  let presses: number;
  let reasons: (string | undefined)[];
  let isOver: boolean;
  /** What a press does. */
  let onPress: () => void;
  let interrupter: Interrupter;

  beforeEach(() => {
    clock = new ManualClock();
    turns = ['turn-1'];
    presses = 0;
    reasons = [];
    isOver = false;
    onPress = () => void turns.shift();
    const status = (): StateFile['status'] => (turns.length > 0 ? 'busy' : 'idle');
    interrupter = new Interrupter({
      interrupts: { expect: (reason) => void reasons.push(reason) },
      clock,
      runningTurn: () => turns[0],
      readState: () => ({
        path: '/x',
        pid: 1,
        procStart: '1',
        sessionId: 's',
        status: status(),
        waitingFor: undefined,
        statusUpdatedAt: 0,
      }),
      isAtWork: () => turns.length > 0,
      pressEscape: async () => {
        presses += 1;
        onPress();
      },
      look: () => undefined,
      isOver: () => isOver,
    });
  });

  async function interrupt(): Promise<void> {
    const progress = { isDone: false };
    const interrupting = interrupter.interrupt().finally(() => (progress.isDone = true));
    interrupting.catch(() => undefined);
    for (let step = 0; step < 400 && !progress.isDone; step++) await clock.advance(50);
    return interrupting;
  }

  it('presses Escape once for each turn, also of those that the queue begins', async () => {
    turns = ['turn-1', 'turn-2'];
    await interrupt();
    expect(presses).toBe(2);
  });

  it('does not press for an agent that has nothing to do', async () => {
    turns = [];
    await interrupt();
    expect(presses).toBe(0);
  });

  it('fails when the agent goes on, and expects no interrupt afterwards', async () => {
    onPress = () => undefined;
    await expect(interrupt()).rejects.toMatchObject({ code: 'interrupt-failed' });
    expect(presses).toBeGreaterThan(1);
    expect(reasons).toEqual([expect.stringContaining('on request'), undefined]);
  });

  it('does not fail because the machine was suspended in between', async () => {
    let seen = 0;
    onPress = () => {
      seen += 1;
      clock.suspend(60_000);
      if (seen === 2) turns.shift();
    };
    await interrupt();
    expect(seen).toBe(2);
  });

  it('leaves off when nobody listens to the agent any more', async () => {
    onPress = () => {
      isOver = true;
    };
    await interrupt();
    expect(presses).toBe(1);
    expect(clock.pending).toBe(0);
  });
});
