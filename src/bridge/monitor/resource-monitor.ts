import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Alert, Metrics, MetricsBook, Sample } from '../../contracts/metrics.ts';
import type { SessionNumber } from '../../model/session.ts';
import { throttleAsWords } from '../words/monitor.ts';
import type { AlertBook } from './alert-book.ts';
import type { Sampler } from './sampler.ts';

export interface ResourceMonitorOptions {
  readonly sampler: Pick<Sampler, 'take'>;
  readonly alerts: Pick<AlertBook, 'open' | 'throttled' | 'judge'>;
  readonly book: MetricsBook;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds from one kept sample to the next. */
  readonly intervalMs: number;
  /** The messages of these sessions may go on. */
  readonly onReleased: (sessions: readonly SessionNumber[]) => void;
}

/** A sample serves whoever asks within this time, in milliseconds. */
const freshMs = 2_000;

/** While the messages of a session wait for memory, it is looked at so often, in milliseconds. */
const watchMs = 15_000;

/** What a message waits for, in the queue and in traces. */
const tooMuchMemory = 'too much memory';

/** What was measured last, and when on the clock that never jumps. */
interface Look {
  readonly at: number;
  readonly sample: Sample;
}

/**
 * Watches what the sessions and the machine take: keeps a sample every few minutes, has every look judged, and holds the
 * messages of a session back that takes too much. Owns the latest sample and the times of the looks. Knows nothing about
 * how anything is measured, where samples are kept, or who is told.
 */
export class ResourceMonitor {
  readonly #options: ResourceMonitorOptions;
  #last: Look | undefined;
  #looking: Promise<Sample> | undefined;
  #keptAt = -Infinity;
  /** Since when something does not work, so that it is said once. */
  readonly #troubles = new Set<'look' | 'judge' | 'keep'>();

  constructor(options: ResourceMonitorOptions) {
    this.#options = options;
  }

  /** Looks and keeps a sample now, and from then on. Returns the stop: no look is under way when it resolves. */
  start(): () => Promise<void> {
    const { clock, intervalMs } = this.#options;
    const cancel = clock.every(Math.min(watchMs, intervalMs), () => {
      if (clock.monotonic() - this.#keptAt >= intervalMs) void this.#keep();
      else if (this.#options.alerts.open.some(({ kind }) => kind === 'throttled')) void this.#watch();
    });
    void this.#keep();
    return async () => {
      cancel();
      await this.#looking?.catch(() => undefined);
    };
  }

  /** What is taken now, as of at most 2 s ago. Rejects as `Sampler.take`. */
  async metrics(): Promise<Metrics> {
    const { clock, alerts } = this.#options;
    const last = this.#last;
    const latest = last && clock.monotonic() - last.at <= freshMs ? last.sample : await this.#look();
    return { latest, alerts: alerts.open };
  }

  /** What the messages of a session wait for, in a word or two; undefined when nothing holds them back. */
  heldBack(session: SessionNumber): string | undefined {
    return this.#throttled(session) && tooMuchMemory;
  }

  /** Why the messages of a session wait, for a list; undefined when nothing holds them back. */
  whyHeldBack(session: SessionNumber): string | undefined {
    const alert = this.#throttled(session);
    return alert && throttleAsWords(alert);
  }

  /** Nobody waits for something that cannot be seen any more. */
  #throttled(session: SessionNumber): Alert | undefined {
    const isBlind = this.#troubles.has('look') || this.#troubles.has('judge');
    return isBlind ? undefined : this.#options.alerts.throttled(session);
  }

  async #keep(): Promise<void> {
    const { clock, book, log } = this.#options;
    this.#keptAt = clock.monotonic();
    const sample = await this.#watch();
    if (!sample) return;
    try {
      book.add(sample);
      if (this.#troubles.delete('keep')) log.info({}, 'samples can be kept again');
    } catch (error) {
      if (!this.#troubles.has('keep')) log.error({ error: describeError(error) }, 'samples cannot be kept');
      this.#troubles.add('keep');
    }
  }

  /** A look that nobody asked for: that it fails is said once. */
  async #watch(): Promise<Sample | undefined> {
    const { log } = this.#options;
    try {
      return await this.#look();
    } catch (error) {
      if (!this.#troubles.has('look')) log.error({ error: describeError(error) }, 'what sessions take cannot be told');
      this.#releasing(() => this.#troubles.add('look'));
      return undefined;
    }
  }

  /** All who want to know at the same time share one look. */
  #look(): Promise<Sample> {
    this.#looking ??= this.#measure().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #measure(): Promise<Sample> {
    const { sampler, clock, log } = this.#options;
    const taken = await sampler.take();
    this.#releasing(() => {
      this.#judge(taken);
      if (this.#troubles.delete('look')) log.info({}, 'what sessions take can be told again');
    });
    const sample = { ...taken, sessions: taken.sessions.map((one) => ({ ...one, ...this.#throttleOf(one.number) })) };
    this.#last = { at: clock.monotonic(), sample };
    return sample;
  }

  /** On a full disk alerts can be neither kept nor told: whoever asks sees all the same what is taken. */
  #judge(sample: Sample): void {
    const { alerts, log } = this.#options;
    try {
      alerts.judge(sample);
      if (this.#troubles.delete('judge')) log.info({}, 'alerts can be kept again');
    } catch (error) {
      if (!this.#troubles.has('judge')) log.error({ error: describeError(error) }, 'alerts cannot be kept');
      this.#troubles.add('judge');
    }
  }

  #throttleOf(session: SessionNumber): { readonly throttled?: string } {
    const throttled = this.whyHeldBack(session);
    return throttled === undefined ? {} : { throttled };
  }

  /** Does something after which messages may go on. */
  #releasing(action: () => unknown): void {
    const { alerts, onReleased } = this.#options;
    const held = alerts.open.flatMap(({ session }) => session ?? []).filter((session) => this.heldBack(session));
    action();
    const released = new Set(held.filter((session) => this.heldBack(session) === undefined));
    if (released.size > 0) onReleased([...released]);
  }
}
