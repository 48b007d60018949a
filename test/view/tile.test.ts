import { describe, expect, it } from 'vitest';

import type { SessionStatus } from '../../src/contracts/bridge-api.ts';
import { tileOf } from '../../src/view/tile.ts';
import { FakeBridgeApi } from '../control/fake-bridge-api.ts';

async function tile(change: Partial<SessionStatus>) {
  const api = new FakeBridgeApi();
  api.states.set(1, change);
  return tileOf((await api.status({ kind: 'local' })).sessions[0]!);
}

describe('tileOf', () => {
  it('is named by number and channel', async () => {
    expect(await tile({})).toEqual({
      session: 1,
      terminal: 'claude-session-1',
      title: '1 111111111111111111',
      state: 'idle',
      colour: 'green',
    });
    expect(await tile({ channelName: '一般' })).toMatchObject({ title: '1 一般' });
  });

  it.each([
    [{ state: 'busy' }, 'busy', 'cyan'],
    [{ state: 'waiting', waitingFor: 'permission' }, 'waiting for permission', 'yellow'],
    [{ state: 'error' }, 'error', 'red'],
    [{ lifecycle: 'lost', state: 'unknown' }, 'lost', 'red'],
    [{ lifecycle: 'failed', state: 'unknown' }, 'failed', 'red'],
    [{ lifecycle: 'starting', state: 'unknown' }, 'starting', 'default'],
    [{ lifecycle: 'stopped', state: 'unknown' }, 'stopped', 'default'],
  ] as const)('%j is "%s" in %s', async (change, state, colour) => {
    expect(await tile(change)).toMatchObject({ state, colour });
  });

  it('has nothing in its name that means something to tmux', async () => {
    expect(await tile({ channelName: '#(touch /tmp/x)#[fg=red]\u001b[2J a;' })).toMatchObject({
      title: '1 (touch /tmp/x)[fg=red][2J a',
    });
  });
});
