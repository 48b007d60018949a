import type { Clock } from '../../base/clock.ts';
import type { Alert, Metrics, Sample } from '../../contracts/metrics.ts';
import type { Sampler } from './sampler.ts';

export interface ResourceMonitorOptions {
  readonly sampler: Pick<Sampler, 'take'>;
  readonly clock: Clock;
}

/** A sample serves whoever asks within this time, in milliseconds. */
const freshMs = 2_000;

/** What was measured last, and when on the clock that never jumps. */
interface Look {
  readonly at: number;
  readonly sample: Sample;
}

/** Watches what the sessions and the machine take. Owns the latest sample. Knows nothing about how it is measured. */
export class ResourceMonitor {
  readonly #options: ResourceMonitorOptions;
  #last: Look | undefined;
  #looking: Promise<Sample> | undefined;
  readonly #alerts: readonly Alert[] = [];

  constructor(options: ResourceMonitorOptions) {
    this.#options = options;
  }

  /** What is taken now, as of at most 2 s ago. Rejects as `Sampler.take`. */
  async metrics(): Promise<Metrics> {
    const { clock } = this.#options;
    const last = this.#last;
    const latest = last && clock.monotonic() - last.at <= freshMs ? last.sample : await this.#look();
    return { latest, alerts: this.#alerts };
  }

  /** All who want to know at the same time share one look. */
  #look(): Promise<Sample> {
    this.#looking ??= this.#measure().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #measure(): Promise<Sample> {
    const sample = await this.#options.sampler.take();
    this.#last = { at: this.#options.clock.monotonic(), sample };
    return sample;
  }
}
