import { describe, expect, it } from 'vitest';

import type { RateLimits } from '../../src/discord/rate-limits.ts';
import { RequestBudget } from '../../src/discord/request-budget.ts';
import type { Departure, Planned, RequestKind } from '../../src/discord/request-budget.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

/** What a server without limits says. */
const free: RateLimits = { name: undefined, left: Infinity, resetMs: 0, refusal: undefined };

interface Gone {
  readonly who: string;
  readonly at: number;
}

/** A budget, and a server that answers as the test wants. */
function world(perSecond?: number) {
  const clock = new ManualClock();
  const budget = new RequestBudget(clock, perSecond);
  /** Who was let go, and when. */
  const gone: Gone[] = [];
  /** Who was told not to go. */
  const unsent: string[] = [];
  const plan = (kind: RequestKind, place: string, isWanted?: () => boolean): Planned => ({
    kind,
    route: kind,
    place,
    ...(isWanted ? { isWanted } : {}),
  });
  /** Asks for a turn; the answer comes after `answerMs`. */
  const ask = async (
    planned: Planned,
    { who = `${planned.kind} ${planned.place}`, answerMs = 0, limits = () => free } = {},
  ): Promise<void> => {
    const departure = await budget.turn(planned);
    if (!departure) {
      unsent.push(who);
      return;
    }
    gone.push({ who, at: clock.monotonic() });
    if (answerMs > 0) await clock.sleep(answerMs);
    departure.ended(limits());
  };
  /** One that stays under way. */
  const hold = async (planned: Planned): Promise<Departure> => {
    const departure = await budget.turn(planned);
    if (!departure) throw new Error('it was not let go');
    return departure;
  };
  const settle = (): Promise<void> => clock.advance(0);
  return { clock, budget, gone, unsent, plan, ask, hold, settle };
}

/** A server's limit for one route and place. */
function limit(clock: ManualClock, most: number, windowMs: number, name?: string): () => RateLimits {
  let window = { endsAt: -Infinity, left: 0 };
  return () => {
    const now = clock.monotonic();
    if (window.endsAt <= now) window = { endsAt: now + windowMs, left: most };
    window.left -= 1;
    if (window.left < 0) throw new Error('over the limit');
    return { name, left: window.left, resetMs: window.endsAt - now, refusal: undefined };
  };
}

describe('all requests together', () => {
  it('a server that needs no sparing is never waited for', async () => {
    const { plan, ask, gone, clock, settle } = world();
    for (let index = 0; index < 1_000; index += 1) void ask(plan('edit', String(index)));
    await settle();
    expect(gone).toHaveLength(1_000);
    expect(clock.pending).toBe(0);
  });

  it('so many at once, and the next a second after an answer', async () => {
    const { plan, ask, gone, clock } = world(3);
    for (let index = 0; index < 7; index += 1) void ask(plan('text', String(index)), { answerMs: 100 });
    await clock.advance(5_000);
    expect(gone.map(({ at }) => at)).toEqual([0, 0, 0, 1_100, 1_100, 1_100, 2_200]);
    expect(clock.pending).toBe(0);
  });

  it('however late requests arrive, the server never counts more in any second', async () => {
    const { plan, budget, clock } = world(50);
    const arrivals: number[] = [];
    let seed = 7;
    const random = (most: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed % most;
    };
    const send = async (place: number): Promise<void> => {
      const departure = await budget.turn(plan('text', String(place)));
      await clock.sleep(random(400));
      arrivals.push(clock.monotonic());
      await clock.sleep(random(400));
      departure?.ended(free);
    };
    for (let index = 0; index < 500; index += 1) void send(index);
    await clock.advance(30_000);
    expect(arrivals).toHaveLength(500);
    for (const [index, at] of arrivals.entries()) {
      const later = arrivals[index + 50];
      if (later !== undefined) expect(later - at).toBeGreaterThanOrEqual(1_000);
    }
  });

  it('uses all that there is: at an answer in 5 ms, 49 a second are 484 in ten', async () => {
    const { plan, ask, gone, clock } = world(49);
    for (let index = 0; index < 1_000; index += 1) void ask(plan('text', String(index)), { answerMs: 5 });
    await clock.advance(9_999);
    expect(gone.length).toBeGreaterThanOrEqual(484);
  });

  it('what others have asked counts as well', async () => {
    const { plan, ask, budget, gone, clock } = world(2);
    budget.note();
    for (const place of ['a', 'b']) void ask(plan('text', place));
    await clock.advance(2_000);
    expect(gone.map(({ at }) => at)).toEqual([0, 1_000]);
  });

  it('when nobody answers, everybody waits for an answer', async () => {
    const { plan, ask, hold, gone, clock } = world(2);
    const [one] = await Promise.all([hold(plan('text', 'a')), hold(plan('text', 'b'))]);
    void ask(plan('text', 'c'));
    await clock.advance(60_000);
    expect(gone).toEqual([]);
    one.ended(undefined);
    await clock.advance(1_000);
    expect(gone).toHaveLength(1);
  });

  it('a wall clock that jumps changes nothing', async () => {
    const { plan, ask, gone, clock } = world(1);
    for (const place of ['a', 'b', 'c']) void ask(plan('text', place));
    clock.jump(-3_600_000);
    await clock.advance(1_000);
    clock.jump(7_200_000);
    await clock.advance(1_000);
    expect(gone.map(({ at }) => at)).toEqual([0, 1_000, 2_000]);
  });

  it('a refusal of everything holds back everything', async () => {
    const { plan, ask, gone, clock, settle } = world();
    const refusal = { forMs: 5_000, isGlobal: true };
    void ask(plan('text', 'a'), { limits: () => ({ ...free, refusal }) });
    await settle();
    void ask(plan('lookup', 'b'));
    void ask(plan('typing', 'c'));
    await clock.advance(5_000);
    expect(gone.map(({ who }) => who)).toEqual(['text a']);
    await clock.advance(100);
    expect(gone.map(({ who }) => who)).toEqual(['text a', 'lookup b']);
  });

  it('BX-05: an answer to an act goes at once, whatever else waits, and takes nothing from it', async () => {
    const { plan, ask, gone, hold, settle, budget, unsent } = world(1);
    const first = await hold(plan('text', 'a'));
    for (let index = 0; index < 3; index += 1) void ask(plan('interaction', 'b'), { answerMs: 1_000 });
    void ask(plan('text', 'a'));
    await settle();
    expect(gone.map(({ who }) => who)).toEqual(['interaction b', 'interaction b', 'interaction b']);
    first.ended({ ...free, refusal: { forMs: 5_000, isGlobal: true } });
    void ask(plan('interaction', 'c'));
    await settle();
    expect(gone.at(-1)).toEqual({ who: 'interaction c', at: 0 });
    budget.close();
    await ask(plan('interaction', 'd'));
    expect(unsent).toContain('interaction d');
  });
});

describe('who goes next', () => {
  it('the most urgent, whoever asked when', async () => {
    const { plan, ask, gone, clock } = world(1);
    void ask(plan('text', 'first'));
    for (const kind of ['topic', 'edit', 'reaction', 'text', 'lookup'] as const) void ask(plan(kind, 'a'));
    await clock.advance(10_000);
    expect(gone.map(({ who }) => who)).toEqual(['text first', 'lookup a', 'text a', 'reaction a', 'edit a', 'topic a']);
  });

  it('of those who ask for the same, whoever has waited longest', async () => {
    const { plan, ask, gone, clock } = world(1);
    const channel = async (name: string): Promise<void> => {
      for (let index = 0; index < 3; index += 1) await ask(plan('text', name), { who: name });
    };
    for (const name of ['a', 'b', 'c']) void channel(name);
    await clock.advance(10_000);
    expect(gone.map(({ who }) => who).join('')).toBe('abcabcabc');
  });

  it('nobody who is not wanted any more when the turn comes; that takes nothing from the next', async () => {
    const { plan, ask, gone, unsent, clock, settle } = world(1);
    void ask(plan('text', 'first'));
    let isWanted = true;
    void ask(
      plan('reaction', 'a', () => isWanted),
      { who: 'old' },
    );
    void ask(
      plan('reaction', 'b', () => true),
      { who: 'new' },
    );
    await settle();
    isWanted = false;
    await clock.advance(1_000);
    expect(gone.map(({ who }) => who)).toEqual(['text first', 'new']);
    expect(unsent).toEqual(['old']);
  });

  it('a question that fails is the failure of who asked it', async () => {
    const { plan, budget, ask, gone, settle } = world();
    const wanting = plan('edit', 'a', () => {
      throw new Error('the disk is gone');
    });
    await expect(budget.turn(wanting)).rejects.toThrow('the disk is gone');
    void ask(plan('edit', 'a'));
    await settle();
    expect(gone).toHaveLength(1);
  });

  it('"is typing" only while half of the second is free, and never later', async () => {
    const { plan, ask, gone, unsent, clock, settle } = world(4);
    for (const place of ['a', 'b', 'c']) void ask(plan('typing', place));
    await settle();
    expect(gone.map(({ who }) => who)).toEqual(['typing a', 'typing b']);
    expect(unsent).toEqual(['typing c']);
    await clock.advance(1_000);
    void ask(plan('typing', 'c'));
    await settle();
    expect(gone).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  it('nobody once it is closed', async () => {
    const { plan, ask, budget, unsent, gone, clock, settle } = world(1);
    void ask(plan('text', 'a'));
    void ask(plan('text', 'b'));
    await settle();
    budget.close();
    void ask(plan('text', 'c'));
    await clock.advance(5_000);
    expect(gone).toHaveLength(1);
    expect(unsent).toEqual(['text b', 'text c']);
    expect(clock.pending).toBe(0);
  });
});

describe('a limit that the server names', () => {
  it('is used to the last, and never overrun: 5 in 5 s', async () => {
    const { plan, ask, gone, clock } = world();
    const limits = limit(clock, 5, 5_000);
    for (let index = 0; index < 12; index += 1) void ask(plan('text', 'a'), { limits });
    await clock.advance(20_000);
    expect(gone.map(({ at }) => at)).toEqual([0, 0, 0, 0, 0, 5_050, 5_050, 5_050, 5_050, 5_050, 10_100, 10_100]);
    expect(clock.pending).toBe(0);
  });

  it('takes nothing from other channels, nor from what else is to be done in the same', async () => {
    const { plan, ask, gone, clock, settle } = world(10);
    const limits = limit(clock, 1, 250);
    for (let index = 0; index < 20; index += 1) void ask(plan('reaction', 'a'), { limits });
    await settle();
    for (const place of ['b', 'c', 'd']) void ask(plan('reaction', place));
    void ask(plan('edit', 'a'));
    await settle();
    expect(gone.map(({ who }) => who)).toEqual(['reaction a', 'reaction b', 'reaction c', 'reaction d', 'edit a']);
    await clock.advance(30_000);
    expect(gone).toHaveLength(24);
  });

  it('is asked for one request at a time, until an answer tells of more', async () => {
    const { plan, ask, hold, gone, settle } = world();
    const first = await hold(plan('text', 'a'));
    void ask(plan('text', 'a'));
    void ask(plan('text', 'a'));
    await settle();
    expect(gone).toEqual([]);
    first.ended({ ...free, left: 1, resetMs: 60_000 });
    await settle();
    expect(gone).toHaveLength(2);
  });

  it('holds for every route that has the same name, each channel by itself', async () => {
    const { budget, gone, ask, settle, clock } = world();
    const on = (route: string, place: string): Planned => ({ kind: 'reaction', route, place });
    const first = await budget.turn(on('PUT', 'a'));
    first?.ended({ ...free, name: 'n', left: 5 });
    const second = await budget.turn(on('DELETE', 'a'));
    second?.ended({ ...free, name: 'n', left: 0, resetMs: 1_000 });
    void ask(on('PUT', 'a'), { who: 'same' });
    void ask(on('PUT', 'b'), { who: 'other' });
    await settle();
    expect(gone.map(({ who }) => who)).toEqual(['other']);
    await clock.advance(1_100);
    expect(gone.map(({ who }) => who)).toEqual(['other', 'same']);
  });

  it('that refuses what it had not announced is waited for; who was refused goes before the next', async () => {
    const { plan, budget, ask, gone, clock, settle } = world();
    const refused = await budget.turn(plan('text', 'a'));
    void ask(plan('text', 'a'), { who: 'next' });
    refused?.ended({ ...free, left: 3, refusal: { forMs: 2_000, isGlobal: false } });
    void budget.turn(plan('text', 'a'), true).then((departure) => {
      gone.push({ who: 'refused', at: clock.monotonic() });
      departure?.ended(free);
    });
    await settle();
    expect(gone).toEqual([]);
    await clock.advance(2_100);
    expect(gone.map(({ who }) => who)).toEqual(['refused', 'next']);
  });

  it('is kept for as many channels as there are, and forgotten once it says nothing any more', async () => {
    const { plan, ask, gone, clock, settle } = world();
    const spent = (): RateLimits => ({ ...free, left: 0, resetMs: 1_000 });
    for (let round = 0; round < 2; round += 1) {
      for (let place = 0; place < 1_500; place += 1) void ask(plan('text', String(place)), { limits: spent });
    }
    await settle();
    expect(gone).toHaveLength(1_500);
    await clock.advance(1_100);
    expect(gone).toHaveLength(3_000);
  });
});
