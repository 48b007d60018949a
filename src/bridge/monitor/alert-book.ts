import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { Alert, Sample } from '../../contracts/metrics.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { MonitorWords } from '../words/monitor.ts';
import { judgeSample } from './alert-policy.ts';
import type { AlertLimits } from './alert-policy.ts';

export interface AlertBookOptions {
  readonly stores: Pick<Stores, 'facts' | 'outbox' | 'transaction'>;
  readonly limits: AlertLimits;
  readonly words: MonitorWords;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the owner wants to hear of everything that is watched; undefined: where it belongs. */
  readonly opsChannel: ChannelId | undefined;
  readonly channelOf: (session: SessionNumber) => ChannelId | undefined;
  /** Where what concerns no session is told without such a channel. */
  readonly mainChannel: () => ChannelId | undefined;
  readonly onOutbox: () => void;
}

/** Under this name the open alerts outlive the daemon: a crossing is told once. */
const factName = 'resource-alerts';

/**
 * The alerts that are open, on disk, and told in channels: once when a threshold is crossed, and once when that is over.
 * Knows nothing about how anything is measured, or who waits because of it.
 */
export class AlertBook {
  readonly #options: AlertBookOptions;
  #open: readonly Alert[] | undefined;

  constructor(options: AlertBookOptions) {
    this.#options = options;
  }

  get open(): readonly Alert[] {
    // Written by ourselves.
    this.#open ??= JSON.parse(this.#options.stores.facts.get(factName) ?? '[]') as readonly Alert[];
    return this.#open;
  }

  /** The alert because of which the messages of a session wait. */
  throttled(session: SessionNumber): Alert | undefined {
    return this.open.find((alert) => alert.kind === 'throttled' && alert.session === session);
  }

  /** Judges a sample. What is new or over is on disk, with the words to the channels, when it returns. */
  judge(sample: Sample): void {
    const { stores, limits, log, onOutbox } = this.#options;
    const { open, crossed, over } = judgeSample(this.open, sample, limits);
    const hasNews = crossed.length > 0 || over.length > 0 || open.length < this.open.length;
    if (hasNews) {
      stores.transaction(() => {
        stores.facts.set(factName, JSON.stringify(open));
        for (const alert of crossed) this.#tell(alert, 'crossed', crossed);
        for (const alert of over) this.#tell(alert, 'over', over);
      });
      onOutbox();
    }
    this.#open = open;
    for (const alert of crossed) log.warn({ ...alert }, 'a limit is crossed');
    for (const alert of over) log.info({ ...alert }, 'a limit is kept again');
  }

  #tell(alert: Alert, event: 'crossed' | 'over', all: readonly Alert[]): void {
    const { stores, words, clock } = this.#options;
    const text = words[event](alert);
    const { session = 'all', kind, since } = alert;
    for (const channel of this.#places(alert)) {
      // That its messages wait, or go on, says it all.
      if (kind === 'memory' && all.some((other) => isOfSame(other, alert) && this.#places(other).has(channel)))
        continue;
      const key = `alert:${session}:${kind}:${since}:${event}:${channel}`;
      stores.outbox.append({ key, channel, content: { kind: 'text', text }, createdAt: clock.now() });
    }
  }

  /** Whose messages wait hears of it in its own channel, whoever hears of it as well. */
  #places({ session, kind }: Alert): ReadonlySet<ChannelId> {
    const { opsChannel, channelOf, mainChannel } = this.#options;
    const own = session === undefined ? mainChannel() : channelOf(session);
    const places = kind === 'throttled' ? [own, opsChannel] : [opsChannel ?? own];
    return new Set(places.filter((place) => place !== undefined));
  }
}

/** Whether an alert says that messages wait because of the same session's memory. */
function isOfSame(other: Alert, { session }: Alert): boolean {
  return session !== undefined && other.kind === 'throttled' && other.session === session;
}
