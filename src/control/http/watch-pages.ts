import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { BridgeApi, BridgeStatus } from '../../contracts/bridge-api.ts';
import type { Actor } from '../../model/access.ts';
import type { Figures } from './figures.ts';
import { ailmentsOf, healthReport } from './health.ts';
import type { Ailment } from './health.ts';
import type { Page } from './page-server.ts';

export interface WatchPagesOptions {
  readonly api: Pick<BridgeApi, 'status'>;
  readonly figures: Pick<Figures, 'page' | 'contentType'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long the bridge may take to tell how it is, in milliseconds. */
const patienceMs = 5000;
/** For how long what it told holds, in milliseconds: however often somebody asks, it is looked at so often. */
const freshMs = 1000;

const probe: Actor = { kind: 'probe' };

/**
 * Makes the pages for programs that watch the bridge: `/health` and `/metrics`. Owns the last look at the bridge, which all
 * who ask share, and since when the chat is away. Knows nothing about HTTP.
 */
export class WatchPages {
  readonly #options: WatchPagesOptions;
  #look: { readonly at: number; readonly status: Promise<BridgeStatus> } | undefined;
  #awaySince: number | undefined;

  constructor(options: WatchPagesOptions) {
    this.#options = options;
  }

  /** 200 when nothing needs a person, else 503; a `HealthReport` in either case. */
  async health(): Promise<Page> {
    let ailments: readonly Ailment[];
    let version: string | undefined;
    try {
      const status = await this.#status();
      ({ version } = status);
      ailments = ailmentsOf(status, this.#awayMs(status));
    } catch (error) {
      this.#options.log.error({ error: describeError(error) }, 'the bridge could not tell how it is');
      ailments = [{ code: 'bridge-silent', level: 'problem', says: 'The bridge does not tell how it is: vai doctor' }];
    }
    const report = healthReport(ailments, version);
    return {
      status: report.status === 'failing' ? 503 : 200,
      contentType: 'application/json; charset=utf-8',
      body: `${JSON.stringify(report)}\n`,
    };
  }

  /** The figures, for Prometheus. */
  async metrics(): Promise<Page> {
    const { figures } = this.#options;
    return { status: 200, contentType: figures.contentType, body: await figures.page(await this.#status()) };
  }

  /** The clock of durations: a jump of the wall clock is no absence. */
  #awayMs({ chat }: BridgeStatus): number {
    const now = this.#options.clock.monotonic();
    if (chat.state === 'ready') this.#awaySince = undefined;
    else this.#awaySince ??= now;
    return now - (this.#awaySince ?? now);
  }

  /** @throws whatever the bridge throws, and BridgeError `bridge-silent`. */
  #status(): Promise<BridgeStatus> {
    const now = this.#options.clock.monotonic();
    if (this.#look === undefined || now - this.#look.at >= freshMs) {
      this.#look = { at: now, status: this.#inTime(this.#options.api.status(probe)) };
    }
    return this.#look.status;
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
