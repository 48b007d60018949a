import { describe, expect, it } from 'vitest';

import { isoTime, localTime, parseTime, systemClock } from '../../src/base/clock.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

describe('sleep', () => {
  it('resolves after its time, not before', async () => {
    const clock = new ManualClock();
    let woke = false;
    const sleep = clock.sleep(100).then(() => (woke = true));
    await clock.advance(99);
    expect(woke).toBe(false);
    await clock.advance(1);
    await sleep;
    expect(woke).toBe(true);
  });

  it('rejects with the reason when it is aborted, and leaves no timer', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const sleep = clock.sleep(100, controller.signal);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('rejects at once when it was aborted before', async () => {
    const clock = new ManualClock();
    await expect(clock.sleep(100, AbortSignal.abort('a text'))).rejects.toThrow('aborted');
    expect(clock.pending).toBe(0);
  });

  it('does not listen to its signal any more when it is over', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const sleep = clock.sleep(1, controller.signal);
    await clock.advance(1);
    await sleep;
    controller.abort(new Error('too late'));
    await clock.advance(1);
  });
});

describe('systemClock', () => {
  it('runs timers, repeats them, and stops them', async () => {
    const ran: string[] = [];
    const stopped = systemClock.after(1, () => ran.push('stopped'));
    stopped();
    stopped();
    await new Promise<void>((resolve) => {
      const stop = systemClock.every(1, () => {
        ran.push('repeated');
        if (ran.length < 3) return;
        stop();
        resolve();
      });
    });
    await systemClock.sleep(5);
    expect(ran).toEqual(['repeated', 'repeated', 'repeated']);
  });

  it('tells wall time in milliseconds, and a time that only grows', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
    const before = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  });
});

it('writes times as ISO 8601', () => {
  expect(isoTime(Date.UTC(2026, 0, 2, 3, 4, 5, 6))).toBe('2026-01-02T03:04:05.006Z');
});

it('reads times as others write them', () => {
  expect(parseTime('2026-01-02T03:04:05.006Z')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 6));
  expect(parseTime('Fri, 02 Jan 2026 03:04:05 GMT')).toBe(Date.UTC(2026, 0, 2, 3, 4, 5));
  expect(parseTime('soon')).toBeUndefined();
});

it('writes a time as a person at the machine does', () => {
  const local = new Date(2026, 10, 3, 2, 5, 59);
  expect(localTime(local.getTime())).toBe('2026-11-03 02:05');
});
