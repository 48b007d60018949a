import { beforeEach, describe, expect, it } from 'vitest';

import { silentLog } from '../../../src/base/log.ts';
import { Figures } from '../../../src/control/http/figures.ts';
import { WatchPages } from '../../../src/control/http/watch-pages.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { FakeBridgeApi } from '../fake-bridge-api.ts';

let api: FakeBridgeApi;
let clock: ManualClock;
let pages: WatchPages;

beforeEach(() => {
  api = new FakeBridgeApi();
  api.measured = { ...api.measured, alerts: [] };
  clock = new ManualClock();
  pages = new WatchPages({ api, figures: Figures.create(), clock, log: silentLog });
});

async function health(): Promise<{ status: number; body: unknown }> {
  const { status, body } = await pages.health();
  return { status, body: JSON.parse(body) };
}

describe('WatchPages', () => {
  it('BX-10: answers 200 when all is well, and 503 with what is wrong', async () => {
    expect(await health()).toEqual({
      status: 200,
      body: { status: 'ok', version: '0.1.0', problems: [], warnings: [] },
    });
    api.states.set(1, { lifecycle: 'failed' });
    await clock.advance(1000);
    expect(await health()).toMatchObject({
      status: 503,
      body: { status: 'failing', problems: [{ code: 'session-failed', session: 1 }] },
    });
  });

  it('I9: asks as somebody who may only read', async () => {
    await pages.metrics();
    expect(api.calls.map(({ method, actor }) => [method, actor])).toEqual([
      ['status', { kind: 'probe' }],
      ['metrics', { kind: 'probe' }],
    ]);
  });

  it('looks at the bridge once a second, however many ask', async () => {
    await Promise.all([...Array.from({ length: 20 }, () => pages.health()), pages.metrics()]);
    await clock.advance(999);
    await pages.health();
    expect(api.calls).toHaveLength(2);
    await clock.advance(1);
    await pages.health();
    expect(api.calls).toHaveLength(4);
  });

  it('says so when the bridge does not answer, and recovers', async () => {
    api.before = () => new Promise(() => undefined);
    const answer = health();
    await clock.advance(5000);
    expect(await answer).toMatchObject({ status: 503, body: { problems: [{ code: 'bridge-silent' }] } });
    api.before = () => Promise.resolve();
    expect(await health()).toMatchObject({ status: 200 });
    expect(clock.pending).toBe(0);
  });

  it('says so when the bridge fails inside, and gives nothing of it away', async () => {
    api.before = () => Promise.reject(new Error('the secret cause'));
    const { status, body } = await pages.health();
    expect(status).toBe(503);
    expect(body).not.toContain('secret');
    await expect(pages.metrics()).rejects.toThrow('the secret cause');
  });

  it('goes on when only the measuring fails, says so, and shows no figure that it does not have', async () => {
    api.before = (method) => (method === 'metrics' ? Promise.reject(new Error('no /proc')) : Promise.resolve());
    expect(await health()).toMatchObject({ status: 200, body: { warnings: [{ code: 'measuring-failed' }] } });
    const { status, body } = await pages.metrics();
    expect(status).toBe(200);
    expect(body).toContain('bridge_sessions{state="idle"} 1');
    expect(body).not.toMatch(/^bridge_(session_memory_bytes|machine_memory_bytes|alert)\b/m);
    expect(body).toMatch(/^bridge_machine_cpu_ratio Nan$/im);
  });

  it('becomes impatient with a chat that stays away, whatever the wall clock does', async () => {
    api.chat = { ...api.chat, state: 'reconnecting' };
    expect(await health()).toMatchObject({
      status: 200,
      body: { status: 'degraded', warnings: [{ code: 'chat-away' }] },
    });
    clock.jump(86_400_000);
    await clock.advance(60_000);
    expect(await health()).toMatchObject({ status: 200 });
    await clock.advance(60_000);
    expect(await health()).toMatchObject({ status: 503, body: { problems: [{ code: 'chat-away' }] } });
    api.chat = { ...api.chat, state: 'ready' };
    await clock.advance(1000);
    expect(await health()).toMatchObject({ status: 200, body: { status: 'ok' } });
    api.chat = { ...api.chat, state: 'reconnecting' };
    await clock.advance(1000);
    expect(await health()).toMatchObject({ status: 200 });
  });
});
