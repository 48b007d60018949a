import { beforeEach, describe, expect, it } from 'vitest';

import { GatewayWatch } from '../../src/discord/gateway-watch.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

describe('GatewayWatch', () => {
  let clock: ManualClock;
  let watch: GatewayWatch;
  let dead: string[];

  beforeEach(() => {
    clock = new ManualClock();
    dead = [];
    watch = new GatewayWatch({ clock, onDead: (remedy, reason) => dead.push(`${remedy}: ${reason}`) });
  });

  const connect = (how: 'identify' | 'resume'): void => {
    for (const sign of ['opening', 'greeted', how, 'connected', 'told'] as const) watch.note(sign);
  };

  it('cuts a connection that is never greeted', async () => {
    watch.note('opening');
    await clock.advance(19_999);
    expect(dead).toEqual([]);
    await clock.advance(1);
    expect(dead).toEqual(['cut: it never said hello']);
  });

  it.each(['identify', 'resume'] as const)(
    'begins afresh when %s has no answer after 15 s, ACKs or not',
    async (how) => {
      watch.note('opening');
      watch.note('greeted');
      watch.note(how);
      watch.note('heartbeat');
      watch.note('acknowledged');
      await clock.advance(14_999);
      expect(dead).toEqual([]);
      await clock.advance(1);
      expect(dead).toEqual(['afresh: it does not take the bot in']);
      expect(clock.pending).toBe(0);
    },
  );

  it('begins afresh when the library never asks to be let in', async () => {
    watch.note('opening');
    watch.note('greeted');
    await clock.advance(15_000);
    expect(dead).toEqual(['afresh: it does not take the bot in']);
  });

  it('waits for a replay of any length', async () => {
    watch.note('opening');
    watch.note('greeted');
    watch.note('resume');
    for (let event = 0; event < 20; event += 1) {
      await clock.advance(10_000);
      watch.note('told');
    }
    watch.note('connected');
    await clock.advance(60_000);
    expect(dead).toEqual([]);
  });

  it('cuts a connection 15 s after a heartbeat that is not acknowledged, whatever else comes', async () => {
    connect('identify');
    for (let beat = 0; beat < 5; beat += 1) {
      await clock.advance(41_250);
      watch.note('heartbeat');
      await clock.advance(14_000);
      watch.note('acknowledged');
    }
    watch.note('heartbeat');
    await clock.advance(10_000);
    watch.note('told');
    watch.note('heartbeat');
    expect(dead).toEqual([]);
    await clock.advance(5_000);
    expect(dead).toEqual(['cut: it does not acknowledge heartbeats']);
  });

  it('cuts a connection without any sign for five minutes', async () => {
    connect('resume');
    await clock.advance(299_999);
    watch.note('told');
    await clock.advance(299_999);
    expect(dead).toEqual([]);
    await clock.advance(1);
    expect(dead).toEqual(['cut: nothing comes from it']);
  });

  it('begins afresh when a cut is not noticed, and not when it is', async () => {
    watch.note('opening');
    await clock.advance(20_000);
    watch.note('closed');
    await clock.advance(60_000);
    expect(dead).toEqual(['cut: it never said hello']);
    watch.note('opening');
    await clock.advance(30_000);
    expect(dead.slice(1)).toEqual(['cut: it never said hello', 'afresh: it never said hello']);
    expect(clock.pending).toBe(0);
  });

  it('begins afresh when the session is ended again and again on one connection', () => {
    watch.note('opening');
    watch.note('greeted');
    for (let resume = 0; resume < 3; resume += 1) watch.note('resume');
    expect(dead).toEqual([]);
    watch.note('resume');
    expect(dead).toEqual(['afresh: it ends the session again and again']);
    expect(clock.pending).toBe(0);
  });

  it('expects nothing of a closed connection, or after it was stopped', async () => {
    connect('identify');
    watch.note('heartbeat');
    watch.note('closed');
    expect(clock.pending).toBe(0);
    connect('identify');
    watch.note('heartbeat');
    watch.stop();
    expect(clock.pending).toBe(0);
    await clock.advance(600_000);
    expect(dead).toEqual([]);
  });
});
