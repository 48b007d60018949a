import { describe, expect, it } from 'vitest';

import { Figures } from '../../../src/control/http/figures.ts';
import { FakeBridgeApi } from '../fake-bridge-api.ts';
import { measured, one } from '../planted.ts';

const local = { kind: 'local' } as const;

/** The values of a page by their names and labels. */
async function valuesOf(figures: Figures, api: FakeBridgeApi): Promise<ReadonlyMap<string, number>> {
  const page = await figures.page(await api.status(local), await api.metrics(local));
  return new Map(
    page
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]),
  );
}

describe('Figures', () => {
  it('shows how the bridge is', async () => {
    const api = new FakeBridgeApi();
    await api.addSession(local, { channel: '222222222222222222' });
    api.states.set(1, { state: 'busy', queued: 3, generation: 7 });
    api.states.set(2, { lifecycle: 'failed' });
    api.outgoing = { ...api.outgoing, total: 4 };
    const values = await valuesOf(Figures.create(), api);
    expect(values.get('bridge_info{version="0.1.0"}')).toBe(1);
    expect(values.get('bridge_sessions{state="busy"}')).toBe(1);
    expect(values.get('bridge_sessions{state="failed"}')).toBe(1);
    expect(values.get('bridge_sessions{state="idle"}')).toBe(0);
    expect(values.get('bridge_chat_connection{state="ready"}')).toBe(1);
    expect(values.get('bridge_chat_connection{state="failed"}')).toBe(0);
    expect(values.get('bridge_session_queued_messages{session="1"}')).toBe(3);
    expect(values.get('bridge_session_agent_starts_total{session="1"}')).toBe(7);
    expect(values.get('bridge_outbox_pending')).toBe(4);
    expect(values.get('bridge_session_memory_bytes{session="1"}')).toBe(450_000_000);
    expect(values.get('bridge_session_cpu_ratio{session="1"}')).toBe(0.125);
    expect(values.get('bridge_session_throttled{session="1"}')).toBe(1);
    expect(values.get('bridge_session_response_seconds{session="1",stat="p95"}')).toBe(4);
    expect(values.get('bridge_machine_disk_bytes{kind="used"}')).toBe(40_000_000_000);
    expect(values.get('bridge_alert{kind="memory",session="1"}')).toBe(1);
    expect(values.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(values.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
  });

  it('counts what happened, and how long it took', async () => {
    const figures = Figures.create();
    figures.messageSettled({ session: one, outcome: 'acknowledged', afterMs: 200 });
    figures.messageSettled({ session: one, outcome: 'acknowledged', afterMs: 7_000_000 });
    figures.messageSettled({ session: one, outcome: 'failed', afterMs: 5 });
    figures.postSettled({ kind: 'text', outcome: 'posted', afterMs: 400 });
    figures.postSettled({ kind: 'reaction', outcome: 'dropped', afterMs: 400 });
    const values = await valuesOf(figures, new FakeBridgeApi());
    expect(values.get('bridge_messages_total{session="1",outcome="acknowledged"}')).toBe(2);
    expect(values.get('bridge_messages_total{session="1",outcome="failed"}')).toBe(1);
    expect(values.get('bridge_message_delivery_seconds_bucket{le="0.1"}')).toBe(0);
    expect(values.get('bridge_message_delivery_seconds_bucket{le="0.25"}')).toBe(1);
    expect(values.get('bridge_message_delivery_seconds_count')).toBe(2);
    expect(values.get('bridge_message_delivery_seconds_sum')).toBe(7000.2);
    expect(values.get('bridge_posts_total{kind="reaction",outcome="dropped"}')).toBe(1);
    expect(values.get('bridge_post_seconds_count{kind="text"}')).toBe(1);
    expect(values.has('bridge_post_seconds_count{kind="reaction"}')).toBe(false);
  });

  it('I11: shows nothing of a session that was removed', async () => {
    const api = new FakeBridgeApi();
    const figures = Figures.create();
    api.measured = { latest: { ...measured.latest, sessions: [] }, alerts: [] };
    figures.messageSettled({ session: one, outcome: 'acknowledged', afterMs: 200 });
    expect([...(await valuesOf(figures, api)).keys()].filter((name) => name.includes('session="1"'))).toHaveLength(3);
    await api.removeSession(local, 1);
    expect([...(await valuesOf(figures, api)).keys()].filter((name) => name.includes('session="1"'))).toEqual([]);
  });

  it('two of them know nothing of each other', async () => {
    const [first, second] = [Figures.create(), Figures.create()];
    first.postSettled({ kind: 'text', outcome: 'posted', afterMs: 1 });
    const values = await valuesOf(second, new FakeBridgeApi());
    expect(values.has('bridge_posts_total{kind="text",outcome="posted"}')).toBe(false);
  });
});
