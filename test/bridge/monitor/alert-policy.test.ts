import { describe, expect, it } from 'vitest';

import { judgeSample } from '../../../src/bridge/monitor/alert-policy.ts';
import type { AlertLimits } from '../../../src/bridge/monitor/alert-policy.ts';
import type { Alert, Sample, SessionSample } from '../../../src/contracts/metrics.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { limits } from '../support/monitor-world.ts';

const small = { totalMemory: 1000, usedMemory: 100, cpu: 0, totalDisk: 1000, usedDisk: 100 };

function sample(sessions: readonly Partial<SessionSample>[], system: Partial<Sample['system']> = {}): Sample {
  return {
    timestamp: '2026-01-01T00:00:00.000Z',
    sessions: sessions.map((session, index) => ({
      ...{
        number: (index + 1) as SessionNumber,
        status: 'idle',
        memory: 100,
        processes: 1,
        cpu: 0,
        disk: 0,
        queued: 0,
      },
      ...session,
    })),
    system: { ...small, bridgeMemory: 0, bridgeCpu: 0, ...system },
  };
}

/** What is open after each sample, in short. */
function after(samples: readonly Sample[], change: Partial<AlertLimits> = {}): readonly (readonly string[])[] {
  let open: readonly Alert[] = [];
  return samples.map((one) => {
    ({ open } = judgeSample(open, one, { ...limits, ...change }));
    return open.map(({ session, kind }) => `${session ?? 'all'} ${kind}`);
  });
}

const response = (mean: number): Partial<SessionSample> => ({ response: { mean, p95: mean, count: 1 } });

describe('an alert (MS-08)', () => {
  it.each<[string, Partial<SessionSample>, Partial<SessionSample>]>([
    ['1 memory', { memory: 801 }, { memory: 800 }],
    ['1 disk', { disk: 91 }, { disk: 90 }],
    ['1 response', response(3001), response(3000)],
  ])('%s: is over its threshold, not at it', (name, over, at) => {
    expect(after([sample([over])])).toEqual([[name]]);
    expect(after([sample([at])])).toEqual([[]]);
  });

  it('is of the machine: memory over 80 %, disk over 90 %', () => {
    expect(after([sample([], { usedMemory: 801 }), sample([], { usedMemory: 720 })])).toEqual([['all memory'], []]);
    expect(after([sample([], { usedDisk: 901 }), sample([], { usedDisk: 810 })])).toEqual([['all disk'], []]);
    expect(after([sample([], { usedMemory: 800, usedDisk: 900 })])).toEqual([[]]);
  });

  it('stays until there is a tenth less: what wavers is told once', () => {
    const memories = [801, 799, 850, 721, 720, 800, 801];
    expect(after(memories.map((memory) => sample([{ memory }]))).map((open) => open.length)).toEqual([
      1, 1, 1, 1, 0, 0, 1,
    ]);
  });

  it('tells when it is crossed and when it is over, once, with the values then', () => {
    const first = judgeSample([], sample([{ memory: 900 }]), limits);
    expect(first.crossed).toEqual([
      { session: 1, kind: 'memory', since: '2026-01-01T00:00:00.000Z', value: 900, limit: 800 },
    ]);
    const second = judgeSample(first.open, { ...sample([{ memory: 950 }]), timestamp: 'later' }, limits);
    expect([second.crossed, second.over]).toEqual([[], []]);
    expect(second.open).toMatchObject([{ since: '2026-01-01T00:00:00.000Z', value: 950 }]);
    const third = judgeSample(second.open, sample([{ memory: 300 }]), limits);
    expect(third).toMatchObject({ open: [], crossed: [], over: [{ session: 1, kind: 'memory', value: 300 }] });
    expect(judgeSample(third.open, sample([{ memory: 300 }]), limits).over).toEqual([]);
  });

  it('is judged by the new threshold when that was changed', () => {
    const { open } = judgeSample([], sample([{ memory: 1050 }]), limits);
    const more = judgeSample(open, sample([{ memory: 1050 }]), { ...limits, sessionMemory: 1100 });
    expect(more.open.map(({ kind }) => kind)).toEqual(['memory']);
    const less = judgeSample(open, sample([{ memory: 1050 }]), { ...limits, sessionMemory: 900 });
    expect(less.open.map(({ kind, limit }) => [kind, limit])).toEqual([
      ['memory', 720],
      ['throttled', 900],
    ]);
    expect(less.crossed).toEqual([]);
  });

  it('of response times stays while nothing is answered', () => {
    expect(after([sample([response(5000)]), sample([{}]), sample([response(2000)])])).toEqual([
      ['1 response'],
      ['1 response'],
      [],
    ]);
  });

  it('of a session that is no more goes without a word', () => {
    const { open } = judgeSample([], sample([{ memory: 900 }]), limits);
    expect(judgeSample(open, sample([]), limits)).toEqual({ open: [], crossed: [], over: [] });
  });

  it('never comes where there is no limit', () => {
    const none = { sessionMemory: Infinity, totalMemory: Infinity, responseMs: Infinity };
    expect(after([sample([{ memory: 1e15, ...response(1e9) }])], none)).toEqual([[]]);
  });
});

describe('a session is throttled (MS-08)', () => {
  it('over its own limit, until it takes a tenth less', () => {
    const memories = [1000, 1001, 950, 901, 900];
    expect(after(memories.map((memory) => sample([{ memory }]))).map((open) => open.includes('1 throttled'))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
  });

  it('over an equal share while all together take too much; those that take little are not', () => {
    const many = [{ memory: 700 }, { memory: 700 }, { memory: 200 }, { memory: 0, status: 'stopped' }];
    expect(after([sample(many)])[0]).toEqual(['all total-memory', '1 throttled', '2 throttled']);
  });

  it('not over a share while all together take no more than they may', () => {
    expect(after([sample([{ memory: 750 }, { memory: 750 }])])).toEqual([[]]);
  });

  it('no longer by a share once all together take a tenth less', () => {
    const over = [{ memory: 790 }, { memory: 790 }];
    const [, back] = after([sample(over), sample([{ memory: 790 }, { memory: 400 }])]);
    expect(back).toEqual([]);
  });

  it('with at least one throttled session whenever the total is crossed', () => {
    for (const memories of [[1501], [751, 750], [500, 501, 500], [400, 400, 400, 400]]) {
      const [open = []] = after([sample(memories.map((memory) => ({ memory })))]);
      // Equal parts are each exactly the share only when the total is exactly the limit.
      expect(open.filter((name) => name.endsWith('throttled')).length, String(memories)).toBeGreaterThan(0);
    }
  });
});
