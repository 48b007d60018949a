import { describe, expect, it } from 'vitest';

import { paint } from '../../src/cli/style.ts';
import { topLines } from '../../src/cli/top-text.ts';
import type { TopOrder, TopReport } from '../../src/cli/top-text.ts';
import type { Alert, SessionSample } from '../../src/contracts/metrics.ts';
import { parseSessionNumber } from '../../src/model/session.ts';
import { FakeBridgeApi } from '../control/fake-bridge-api.ts';
import { measured, one } from '../control/planted.ts';

const now = Date.UTC(2025, 0, 1, 0, 5);
const since = '2025-01-01T00:00:00.000Z';

function sample(number: number, more: Partial<SessionSample> = {}): SessionSample {
  const quiet = { status: 'idle', memory: 0, processes: 0, cpu: 0, disk: 0, queued: 0 };
  return { number: parseSessionNumber(number)!, ...quiet, ...more };
}

async function report(sessions: readonly SessionSample[], alerts: readonly Alert[] = []): Promise<TopReport> {
  const api = new FakeBridgeApi();
  return { status: await api.status({ kind: 'local' }), metrics: { latest: { ...measured.latest, sessions }, alerts } };
}

function textOf(of: TopReport, { order = 'number', width }: { order?: TopOrder; width?: number } = {}): string {
  return topLines(of, { vai: 'vai', now, width, order })
    .map((line) => paint(line, false))
    .join('\n');
}

describe('topLines', () => {
  it('MS-08: shows the bridge, the sum, the machine, and each session', async () => {
    const text = textOf(
      await report([
        sample(1, { status: 'busy', memory: 450 * 2 ** 20, processes: 7, cpu: 12.5, disk: 3 * 2 ** 20, queued: 2 }),
        sample(2, { response: { mean: 2100, p95: 14_000, count: 3 }, memory: 50 * 2 ** 20, processes: 1 }),
      ]),
    );
    expect(text).toBe(
      [
        'The bridge 0.1.0: 114 MB, 1 % of a processor',
        'All sessions: 2 sessions, 8 processes, 500 MB, 13 % of a processor, 2 queued, 0 to be posted',
        'The machine: memory 2.8 GB of 7.5 GB (38 %), disk 37 GB of 93 GB (40 %), processors 20 %',
        '',
        'N  CHANNEL             STATE  CPU   MEMORY  PROCESSES  FILES   ANSWERS',
        '1  111111111111111111  busy   13 %  450 MB  7          3.0 MB  -             2 queued',
        '2                      idle   0 %   50 MB   1          0 B     2.1 s (14 s)',
      ].join('\n'),
    );
  });

  it('says what is over its threshold, since when, and why messages wait', async () => {
    const alerts: readonly Alert[] = [
      { session: one, kind: 'memory', since, value: 450 * 2 ** 20, limit: 410 * 2 ** 20 },
      { session: one, kind: 'response', since, value: 4200, limit: 3000 },
      { kind: 'disk', since, value: 95 * 2 ** 30, limit: 90 * 2 ** 30 },
      { kind: 'total-memory', since, value: 2 ** 31, limit: 2 ** 30 },
    ];
    const text = textOf(await report([sample(1, { throttled: 'memory over its limit', queued: 3 })], alerts));
    expect(text).toContain('Session 1: answers take 4.2 s, over 3.0 s, since 5 min ago');
    expect(text).toContain('The machine: disk 95 GB, over 90 GB, since 5 min ago');
    expect(text).toContain('All sessions: memory 2.0 GB, over 1.0 GB, since 5 min ago');
    expect(text).toContain('Session 1: memory over its limit');
    expect(text).toMatch(/3 held back$/m);
    const free = textOf(await report([sample(1)], alerts));
    expect(free).toContain('Session 1: memory 450 MB, over 410 MB, since 5 min ago');
  });

  it('says of a session whose messages wait only once that it takes too much', async () => {
    const over = { session: one, since, value: 62 * 2 ** 20 };
    const alerts: readonly Alert[] = [
      { ...over, kind: 'memory', limit: 32 * 2 ** 20 },
      { ...over, kind: 'throttled', limit: 40 * 2 ** 20 },
    ];
    const throttled = 'new messages wait: it takes 62.0 MB of memory and may take 40.0 MB';
    const text = textOf(await report([sample(1, { throttled })], alerts));
    expect(text.split('\n').filter((each) => each.startsWith('Session 1'))).toEqual([`Session 1: ${throttled}`]);
  });

  it('sorts as it is told, and equal ones by their number', async () => {
    const of = await report([
      sample(3, { cpu: 5, memory: 1, queued: 1 }),
      sample(1, { cpu: 5, memory: 2, response: { mean: 9, p95: 9, count: 1 } }),
      sample(2, { cpu: 50, memory: 3 }),
    ]);
    const order = (by: TopOrder): string =>
      [...textOf(of, { order: by }).matchAll(/^(\d) /gm)].map(([, n]) => n).join('');
    expect([order('number'), order('cpu'), order('memory'), order('queued'), order('response')]).toEqual([
      ...['123', '213', '213', '312', '123'],
    ]);
  });

  it('is a list on a narrow terminal, and says so when there is no session', async () => {
    expect(textOf(await report([sample(1)]), { width: 50 })).toMatch(/^1\n {2}CHANNEL/m);
    const none = await report([]);
    expect(textOf(none)).toMatch(/There is no session yet\. Add one: vai add-session new$/);
    const chat = { kind: 'discord', state: 'ready', owned: true } as const;
    expect(textOf({ ...none, status: { ...none.status, chat } })).toMatch(/add-session <channel id>$/);
  });
});
