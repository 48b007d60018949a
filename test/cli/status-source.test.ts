import { expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import { readStatus } from '../../src/cli/status-source.ts';
import type { ControlClient } from '../../src/control/client.ts';
import { FakeBridgeApi } from '../control/fake-bridge-api.ts';

const gone = (): BridgeError => new BridgeError('daemon-gone', 'The bridge ended before it answered.', { advice: '' });
const absent = (): BridgeError => new BridgeError('no-daemon', 'The bridge is not running.', { advice: '' });

/** A bridge that fails so often as there are errors, and then answers. */
function failing(...errors: BridgeError[]) {
  const api = new FakeBridgeApi();
  const client = { status: () => api.status({ kind: 'local' }) } as unknown as ControlClient;
  return {
    withBridge: async <T>(use: (bridge: ControlClient) => Promise<T>): Promise<T> => {
      const error = errors.shift();
      if (error !== undefined) throw error;
      return use(client);
    },
  };
}

it('a bridge that ends while it is asked is not running', async () => {
  expect(await readStatus(failing(gone(), absent()))).toEqual({ running: false });
});

it('a bridge that is there again when it is asked once more has its status', async () => {
  expect(await readStatus(failing(gone()))).toMatchObject({ running: true, chat: { state: 'ready' } });
});

it('a bridge that ends each time it is asked is a problem, and is not asked for ever', async () => {
  await expect(readStatus(failing(gone(), gone()))).rejects.toMatchObject({ code: 'daemon-gone' });
});
