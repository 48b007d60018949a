import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { BridgeApi, BridgeStatus } from '../../contracts/bridge-api.ts';
import type { Metrics } from '../../contracts/metrics.ts';
import type { Actor } from '../../model/access.ts';
import type { Figures } from './figures.ts';
import { ailmentsOf, healthReport } from './health.ts';
import type { HealthReport } from './health.ts';
import type { Page } from './page-server.ts';

export interface WatchPagesOptions {
  readonly api: Pick<BridgeApi, 'status' | 'metrics'>;
  readonly figures: Pick<Figures, 'page' | 'contentType'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long the bridge may take to tell how it is, in milliseconds. */
const patienceMs = 5000;
/** For how long what it told holds, in milliseconds: however often somebody asks, it is looked at so often. */
const freshMs = 1000;

const probe: Actor = { kind: 'probe' };

/** What the bridge told at one moment. */
interface Look {
  readonly status: BridgeStatus;
  /** Undefined when it could not be measured. */
  readonly metrics: Metrics | undefined;
}

/**
 * Makes the pages for programs that watch the bridge: `/health` and `/metrics`. Owns the last look at the bridge, which all
 * who ask share, and since when the chat is away. Knows nothing about HTTP.
 */
export class WatchPages {
  readonly #options: WatchPagesOptions;
  #last: { readonly at: number; readonly look: Promise<Look> } | undefined;
  #awaySince: number | undefined;

  constructor(options: WatchPagesOptions) {
    this.#options = options;
  }

  /** 200 when nothing needs a person, else 503; a `HealthReport` in either case. */
  async health(): Promise<Page> {
    const report = await this.#report();
    return {
      status: report.status === 'failing' ? 503 : 200,
      contentType: 'application/json; charset=utf-8',
      body: `${JSON.stringify(report)}\n`,
    };
  }

  /** The figures, for Prometheus. @throws whatever keeps the bridge from telling its status. */
  async metrics(): Promise<Page> {
    const { figures } = this.#options;
    const { status, metrics } = await this.#look();
    return { status: 200, contentType: figures.contentType, body: await figures.page(status, metrics) };
  }

  async #report(): Promise<HealthReport> {
    try {
      const { status, metrics } = await this.#look();
      const ailments = ailmentsOf({ status, alerts: metrics?.alerts, awayMs: this.#awayMs(status) });
      return healthReport(ailments, status.version);
    } catch (error) {
      this.#options.log.error({ error: describeError(error) }, 'the bridge could not tell how it is');
      const says = 'The bridge does not tell how it is: vai doctor';
      return healthReport([{ code: 'bridge-silent', level: 'problem', says }]);
    }
  }

  /** On the clock of durations: a jump of the wall clock is no absence. */
  #awayMs({ chat }: BridgeStatus): number {
    const now = this.#options.clock.monotonic();
    if (chat.state === 'ready') this.#awaySince = undefined;
    else this.#awaySince ??= now;
    return now - (this.#awaySince ?? now);
  }

  #look(): Promise<Look> {
    const now = this.#options.clock.monotonic();
    if (this.#last === undefined || now - this.#last.at >= freshMs) this.#last = { at: now, look: this.#ask() };
    return this.#last.look;
  }

  /** @throws whatever the bridge throws, and BridgeError `bridge-silent`. */
  async #ask(): Promise<Look> {
    const { api, log } = this.#options;
    const [status, metrics] = await Promise.all([
      this.#inTime(api.status(probe)),
      this.#inTime(api.metrics(probe)).catch((error: unknown) => {
        log.warn({ error: describeError(error) }, 'what the sessions take could not be measured');
        return undefined;
      }),
    ]);
    return { status, metrics };
  }

  async #inTime<T>(answer: Promise<T>): Promise<T> {
    let cancel = (): void => undefined;
    const tooLate = new Promise<never>((_, reject) => {
      cancel = this.#options.clock.after(patienceMs, () => {
        reject(new BridgeError('bridge-silent', `The bridge did not tell how it is within ${patienceMs} ms.`));
      });
    });
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      cancel();
    }
  }
}
