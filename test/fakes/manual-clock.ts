import { setImmediate as nextTurnOfEventLoop } from 'node:timers/promises';

import { sleepOn } from '../../src/base/clock.ts';
import type { Cancel, Clock } from '../../src/base/clock.ts';

interface Timer {
  /** On the monotonic scale. */
  due: number;
  readonly order: number;
  /** Undefined for a timer that runs once. */
  readonly intervalMs: number | undefined;
  readonly action: () => void;
}

/** A clock that tests move by hand. Timers run only inside `advance`. */
export class ManualClock implements Clock {
  readonly #timers = new Set<Timer>();
  #wall: number;
  #monotonic = 0;
  #order = 0;

  /** @param start wall time in epoch milliseconds. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#wall = start;
  }

  /** How many timers wait: 0 proves that nothing was left behind. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(delayMs: number, action: () => void): Cancel {
    return this.#add(delayMs, undefined, action);
  }

  every(intervalMs: number, action: () => void): Cancel {
    return this.#add(intervalMs, Math.max(1, intervalMs), action);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  /**
   * Moves time on and runs what becomes due, in order. Between two timers every pending promise reaction runs, so a
   * timer that is set in answer to another one is met as well. Rejects when a timer's action throws.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#monotonic + ms;
    await nextTurnOfEventLoop();
    for (let timer = this.#firstDue(target); timer; timer = this.#firstDue(target)) {
      this.#moveTo(Math.max(this.#monotonic, timer.due));
      if (timer.intervalMs === undefined) this.#timers.delete(timer);
      else timer.due += timer.intervalMs;
      timer.action();
      await nextTurnOfEventLoop();
    }
    this.#moveTo(Math.max(this.#monotonic, target));
  }

  /** Lets time pass without anybody there, as while a machine is suspended: what became due runs with the next step. */
  suspend(ms: number): void {
    this.#moveTo(this.#monotonic + ms);
  }

  /** Sets the wall clock forward or back, as an administrator would. Durations and timers do not notice. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #add(delayMs: number, intervalMs: number | undefined, action: () => void): Cancel {
    const timer: Timer = {
      due: this.#monotonic + Math.max(0, intervalMs ?? delayMs),
      order: this.#order++,
      intervalMs,
      action,
    };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  #firstDue(target: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > target) continue;
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer;
    }
    return first;
  }

  #moveTo(monotonic: number): void {
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}
