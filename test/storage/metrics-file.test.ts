import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { Sample, SessionSample } from '../../src/contracts/metrics.ts';
import type { SessionNumber } from '../../src/model/session.ts';
import { MetricsFile } from '../../src/storage/metrics-file.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 1);

function session(number: number, change: Partial<SessionSample> = {}): SessionSample {
  const quiet = { status: 'idle', memory: 300, processes: 3, cpu: 1.26, disk: 7, queued: 0 };
  return { number: number as SessionNumber, ...quiet, ...change };
}

function sample(at: number, sessions: readonly SessionSample[] = [session(1)]): Sample {
  const machine = { totalMemory: 1000, usedMemory: 400, cpu: 12.345, totalDisk: 5000, usedDisk: 600 };
  return {
    timestamp: new Date(at).toISOString(),
    sessions,
    system: { ...machine, bridgeMemory: 50, bridgeCpu: 0.04 },
  };
}

function open(options: { readonly keepMs?: number; readonly mostBytes?: number } = {}) {
  const path = join(temporaryDirectory(), 'metrics.json');
  const book = new MetricsFile({ path, keepMs: 7 * day, ...options });
  const read = () => JSON.parse(readFileSync(path, 'utf8')) as readonly { readonly timestamp: string }[];
  const times = () => read().map(({ timestamp }) => (Date.parse(timestamp) - start) / 1000);
  return { path, book, read, times };
}

describe('monitoring/metrics.json (MS-08)', () => {
  it('is a list of samples in the documented shape, in bytes, per cent and milliseconds', () => {
    const { book, read, path } = open();
    const slow = { response: { mean: 1200, p95: 3400, count: 5 }, throttled: 'why', queued: 2, status: 'busy' };
    book.add(sample(start, [session(1), session(12, slow)]));
    expect(read()).toEqual([
      {
        timestamp: '2026-01-01T00:00:00.000Z',
        sessions: {
          session_1: {
            status: 'idle',
            memory_usage: 300,
            disk_usage: 7,
            response_time: null,
            processes: 3,
            cpu_usage: 1.3,
            queued: 0,
            throttled: false,
          },
          session_12: {
            status: 'busy',
            memory_usage: 300,
            disk_usage: 7,
            response_time: 1200,
            response_time_p95: 3400,
            responses: 5,
            processes: 3,
            cpu_usage: 1.3,
            queued: 2,
            throttled: true,
          },
        },
        system: {
          total_memory: 1000,
          used_memory: 400,
          cpu_usage: 12.3,
          total_disk: 5000,
          used_disk: 600,
          bridge_memory: 50,
          bridge_cpu: 0,
        },
      },
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('holds a week, the oldest first', () => {
    const { book, times } = open();
    for (const at of [0, 1, 6, 7, 8]) book.add(sample(start + at * day));
    expect(times()).toEqual([6, 7, 8].map((at) => at * 86_400));
  });

  it('does not keep for ever what a wrong clock dated into the future', () => {
    const { book, times } = open();
    book.add(sample(start + 400 * day));
    book.add(sample(start));
    expect(times()).toEqual([0]);
  });

  it('I11: is bounded also with 200 sessions, reaches as far back, and is finer the newer it is', () => {
    const mostBytes = 512 * 1024;
    const { book, path, times } = open({ mostBytes });
    const sessions = Array.from({ length: 200 }, (_, index) => session(index + 1));
    for (let at = 0; at < 288; at += 1) {
      book.add(sample(start + at * 300_000, sessions));
      expect(statSync(path).size).toBeLessThanOrEqual(mostBytes);
    }
    const kept = times();
    expect(kept.at(-1)).toBe(287 * 300);
    expect(kept[0]).toBeLessThan((288 * 300) / 2);
    const gaps = kept.slice(1).map((at, index) => at - (kept[index] ?? 0));
    expect(gaps.at(-1)).toBe(300);
    expect(gaps[0]).toBeGreaterThan(300);
  });

  it('keeps the newest sample even when that alone is too large', () => {
    const { book, times } = open({ mostBytes: 10 });
    book.add(sample(start));
    book.add(sample(start + 1000));
    expect(times()).toEqual([1]);
  });

  it('is never half-written, and leaves nothing beside it', () => {
    const { book, path } = open();
    book.add(sample(start));
    book.add(sample(start + 1000));
    expect(readdirSync(join(path, '..'))).toEqual(['metrics.json']);
  });

  it.each([
    '',
    'not JSON',
    '{"timestamp":"2026-01-01T00:00:00.000Z"}',
    '[\n{"timestamp":"2026-01-01T00:00:00.000Z"\n]\n',
  ])('is begun anew when something else is in its place, which is kept beside: %j', (content) => {
    const { book, path, times } = open();
    writeFileSync(path, content);
    book.add(sample(start));
    expect(times()).toEqual([0]);
    expect(readFileSync(path.replace('.json', '.damaged.json'), 'utf8')).toBe(content);
  });

  it('throws what the system says, and changes nothing', () => {
    const path = join(temporaryDirectory(), 'none', 'metrics.json');
    expect(() => new MetricsFile({ path, keepMs: day }).add(sample(start))).toThrow('ENOENT');
    expect(existsSync(path)).toBe(false);
  });
});
