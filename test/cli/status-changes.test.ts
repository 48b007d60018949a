import { expect, it } from 'vitest';

import type { StatusReport } from '../../src/cli/status-source.ts';
import { changesBetween, factsOf } from '../../src/cli/status-changes.ts';
import { FakeBridgeApi } from '../control/fake-bridge-api.ts';

async function statusOf(change: (api: FakeBridgeApi) => void): Promise<StatusReport> {
  const api = new FakeBridgeApi();
  change(api);
  return { running: true, ...(await api.status({ kind: 'local' })) };
}

const stopped: StatusReport = { running: false };

it('tells everything first, then only what is different', async () => {
  const idle = factsOf(await statusOf(() => undefined));
  const busy = factsOf(
    await statusOf((api) => {
      api.states.set(1, { state: 'busy', queued: 2, detail: 'retrying in 8 s' });
    }),
  );
  expect(changesBetween(new Map(), idle)).toEqual([
    `bridge: running (process ${process.pid})`,
    'chat: ready',
    'session 1 111111111111111111: idle',
  ]);
  expect(changesBetween(idle, busy)).toEqual(['session 1 111111111111111111: busy, 2 queued (retrying in 8 s)']);
  expect(changesBetween(busy, busy)).toEqual([]);
});

it('tells of sessions that go, and of a bridge that goes without repeating what it knew', async () => {
  const one = factsOf(await statusOf(() => undefined));
  const none = factsOf(await statusOf((api) => (api.sessions.length = 0)));
  expect(changesBetween(one, none)).toEqual(['session 1 111111111111111111: removed']);
  expect(changesBetween(one, factsOf(stopped))).toEqual(['bridge: not running']);
  expect(changesBetween(factsOf(stopped), one)).toHaveLength(3);
});
