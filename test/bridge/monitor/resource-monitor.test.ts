import { describe, expect, it } from 'vitest';

import { one } from '../support/messages.ts';
import { intervalMs, world } from '../support/monitor-world.ts';
import { queue } from '../support/session-world.ts';

const quarterMs = 15_000;

describe('whoever asks what is taken', () => {
  it('is told what was measured at most 2 s ago', async () => {
    const { monitor, gauges, takes, clock } = await world();
    takes(1, { memory: 300 });
    expect((await monitor.metrics()).latest.sessions[0]?.memory).toBe(300);
    takes(1, { memory: 400 });
    await clock.advance(2_000);
    expect((await monitor.metrics()).latest.sessions[0]?.memory).toBe(300);
    await clock.advance(1);
    expect((await monitor.metrics()).latest.sessions[0]?.memory).toBe(400);
    expect(gauges.looks).toBe(2);
  });

  it('shares a look with all who ask at the same time', async () => {
    const { monitor, gauges } = await world();
    const both = await Promise.all([monitor.metrics(), monitor.metrics()]);
    expect(gauges.looks).toBe(1);
    expect(both[0]).toEqual(both[1]);
  });

  it('hears why it cannot be measured, and the next one asks anew', async () => {
    const { monitor, gauges } = await world();
    gauges.failure = new Error('no /proc');
    await expect(monitor.metrics()).rejects.toThrow('no /proc');
    gauges.failure = undefined;
    expect((await monitor.metrics()).latest.sessions).toHaveLength(2);
  });

  it('MS-16: is told all the same on a full disk, on which an alert can be neither kept nor told; later it is', async () => {
    let isFull = true;
    const { stores } = await world();
    const transaction = <T>(action: () => T): T => {
      if (isFull) throw new Error('the disk is full');
      return stores.transaction(action);
    };
    const full = await world({ stores: { facts: stores.facts, outbox: stores.outbox, transaction } });
    const { monitor, takes, book, clock, log } = full;
    takes(1, { memory: 900 });
    const stop = monitor.start();
    await clock.advance(0);
    await clock.advance(2_001);
    expect((await monitor.metrics()).latest.sessions[0]?.memory).toBe(900);
    expect((await monitor.metrics()).alerts).toEqual([]);
    expect(book.samples).toHaveLength(1);
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    isFull = false;
    await clock.advance(2_001);
    expect((await monitor.metrics()).alerts.map(({ kind }) => kind)).toEqual(['memory']);
    await stop();
  });

  it('is told which alerts are open, and whose messages wait and why', async () => {
    const { monitor, takes } = await world();
    takes(1, { memory: 1200 });
    const { latest, alerts } = await monitor.metrics();
    expect(alerts.map(({ kind }) => kind)).toEqual(['memory', 'throttled']);
    expect(latest.sessions.map(({ throttled }) => throttled)).toEqual([
      'new messages wait: it takes 1.2 kB of memory and may take 1000 B',
      undefined,
    ]);
  });
});

describe('samples (MS-08)', () => {
  it('are kept at the start and every five minutes, and nothing else is looked at', async () => {
    const { monitor, book, gauges, clock } = await world();
    const stop = monitor.start();
    await clock.advance(0);
    await clock.advance(3 * intervalMs);
    expect(book.samples.map(({ timestamp }) => timestamp.slice(11, 19))).toEqual([
      '00:00:00',
      '00:05:00',
      '00:10:00',
      '00:15:00',
    ]);
    expect(gauges.looks).toBe(4);
    await stop();
    await clock.advance(intervalMs);
    expect(book.samples).toHaveLength(4);
    expect(clock.pending).toBe(0);
  });

  it('are missing while they cannot be kept or nothing can be measured, which is said once each', async () => {
    const { monitor, book, gauges, clock, log } = await world();
    book.failure = new Error('ENOSPC');
    const stop = monitor.start();
    await clock.advance(2 * intervalMs);
    gauges.failure = new Error('no /proc');
    await clock.advance(2 * intervalMs);
    book.failure = undefined;
    gauges.failure = undefined;
    await clock.advance(intervalMs);
    await stop();
    expect(book.samples).toHaveLength(1);
    const said = log.lines.map(({ sentence }) => sentence);
    for (const sentence of [
      'samples cannot be kept',
      'what sessions take cannot be told',
      'samples can be kept again',
      'what sessions take can be told again',
    ]) {
      expect(
        said.filter((message) => message === sentence),
        sentence,
      ).toHaveLength(1);
    }
  });

  it('are not multiplied by a suspended machine or a wall clock that jumps', async () => {
    const { monitor, book, clock } = await world();
    const stop = monitor.start();
    await clock.advance(0);
    clock.suspend(12 * 3_600_000);
    await clock.advance(intervalMs);
    expect(book.samples).toHaveLength(3);
    clock.jump(-3_600_000);
    await clock.advance(intervalMs);
    expect(book.samples).toHaveLength(4);
    await stop();
  });
});

describe('a session that takes too much memory (MS-08)', () => {
  it('MS-16: is given nothing new, loses nothing, and goes on within 15 s of taking less', async () => {
    const { monitor, takes, manager, driver, stores, clock } = await world();
    takes(1, { memory: 1200 });
    const stop = monitor.start();
    await clock.advance(0);
    queue({ stores, clock }, 'm1');
    queue({ stores, clock }, 'm2');
    manager.get(1).wake();
    await clock.advance(intervalMs);
    expect(driver.agents[0]!.delivered).toEqual([]);
    expect(manager.get(1).waitsFor('m1')).toBe('too much memory');
    expect(stores.inbox.unsettled(one)).toHaveLength(2);

    takes(1, { memory: 950 });
    await clock.advance(quarterMs);
    expect(driver.agents[0]!.delivered).toEqual([]);
    takes(1, { memory: 900 });
    await clock.advance(quarterMs);
    expect(driver.agents[0]!.delivered.map(({ message }) => message)).toEqual(['m1']);
    expect(stores.traces.of('m1').at(1)?.detail).toMatchObject({ waitedFor: 'too much memory' });
    await stop();
  });

  it('does not hold up the others, nor the turn that it is in', async () => {
    const { monitor, takes, manager, driver, stores, clock, settle } = await world();
    queue({ stores, clock }, 'm1');
    manager.get(1).wake();
    await settle();
    takes(1, { memory: 1200 });
    await monitor.metrics();
    driver.agents[0]!.tell({ kind: 'text', turn: 'turn-of-m1', key: 'k', text: 'still here' });
    driver.agents[0]!.tell({ kind: 'turn-ended', turn: 'turn-of-m1', outcome: 'completed' });
    expect(stores.turns.get(one, 'turn-of-m1')?.outcome).toBe('completed');
    expect(monitor.heldBack(manager.get(2).entry.number)).toBeUndefined();
  });

  it('is held back from the first moment of the next daemon', async () => {
    const first = await world();
    first.takes(1, { memory: 1200 });
    await first.monitor.metrics();
    queue(first, 'm1');
    await first.manager.detachAll();
    const second = await world({}, first);
    await second.settle();
    expect(second.gauges.looks).toBe(0);
    expect(second.driver.agents[0]!.delivered).toEqual([]);
    expect(second.manager.get(1).waitsFor('m1')).toBe('too much memory');
  });

  it('is not held back by what nobody can see any more', async () => {
    const { monitor, takes, manager, driver, stores, clock, gauges } = await world();
    takes(1, { memory: 1200 });
    const stop = monitor.start();
    await clock.advance(0);
    queue({ stores, clock }, 'm1');
    manager.get(1).wake();
    gauges.failure = new Error('no /proc');
    await clock.advance(quarterMs);
    expect(driver.agents[0]!.delivered.map(({ message }) => message)).toEqual(['m1']);
    gauges.failure = undefined;
    await clock.advance(quarterMs);
    expect(monitor.heldBack(one)).toBe('too much memory');
    await stop();
  });

  it('goes on when its agent was restarted', async () => {
    const { monitor, takes, manager, driver, stores, clock } = await world();
    takes(1, { memory: 1200 });
    const stop = monitor.start();
    await clock.advance(0);
    queue({ stores, clock }, 'm1');
    manager.get(1).wake();
    const restarted = manager.get(1).restart();
    await clock.advance(0);
    await restarted;
    takes(1, { memory: 100 });
    await clock.advance(quarterMs);
    expect(driver.agents.at(-1)!.delivered.map(({ message }) => message)).toEqual(['m1']);
    await stop();
  });
});
