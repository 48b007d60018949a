import { describe, expect, it } from 'vitest';

import { TerminalPulse } from '../../../src/agents/pulse/terminal-pulse.ts';
import { BridgeError } from '../../../src/base/errors.ts';

const name = 'claude-session-1';

/** A terminal that is what a test says. */
function world(signal?: (pid: number) => void) {
  const told = { gone: 0 };
  const state = { screen: 'hello' as string | BridgeError, terminals: [{ name, pid: 70 }] };
  const signals: [number, string][] = [];
  const pulse = new TerminalPulse({
    terminal: {
      capture: () =>
        state.screen instanceof BridgeError ? Promise.reject(state.screen) : Promise.resolve(state.screen),
      list: () => Promise.resolve(state.terminals),
    },
    name,
    onGone: () => (told.gone += 1),
    signal: (pid, which) => {
      signal?.(pid);
      signals.push([pid, which]);
    },
  });
  return { pulse, told, state, signals };
}

const gone = new BridgeError('terminal-gone', 'There is no terminal.');

describe('a look', () => {
  it('shows the screen', async () => {
    expect(await world().pulse.look()).toBe('hello');
  });

  it('MS-07: a terminal that is gone twice in a row is told of; once is news that may be on its way', async () => {
    const { pulse, told, state } = world();
    state.screen = gone;
    expect(await pulse.look()).toBeUndefined();
    expect(told.gone).toBe(0);
    state.screen = 'back';
    await pulse.look();
    state.screen = gone;
    await pulse.look();
    expect(told.gone).toBe(0);
    await pulse.look();
    expect(told.gone).toBe(1);
  });

  it('a terminal server that does not answer says nothing about the agent', async () => {
    const { pulse, told, state } = world();
    state.screen = new BridgeError('terminal-unreachable', 'tmux does not answer.');
    for (const _ of [1, 2, 3]) await expect(pulse.look()).rejects.toMatchObject({ code: 'terminal-unreachable' });
    expect(told.gone).toBe(0);
  });
});

describe('proceed', () => {
  it('continues the program of the terminal and the agent', async () => {
    const { pulse, signals } = world();
    await pulse.proceed(71);
    expect(signals).toEqual([
      [70, 'SIGCONT'],
      [71, 'SIGCONT'],
    ]);
  });

  it('what is gone meanwhile is no trouble, and neither is a process nobody knows', async () => {
    const { pulse, signals } = world((pid) => {
      if (pid === 70) throw Object.assign(new Error('no such process'), { code: 'ESRCH' });
    });
    await pulse.proceed(undefined);
    await pulse.proceed(71);
    expect(signals).toEqual([[71, 'SIGCONT']]);
  });
});
