import type { Cancel, Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent } from '../../model/agent.ts';
import type { AgentListener } from '../../contracts/agent.ts';

export interface TellerOptions {
  readonly listener: AgentListener;
  /** Removes mailbox events that nobody needs any more. */
  readonly forget: (ids: readonly string[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds until a step that failed is tried again. */
const retryMs = 1000;

/**
 * Tells events in order, and does what may only follow once an event is on the bridge's disk: writing down that it was
 * told, forgetting its sources. While a step fails (a full disk), it and all that follow wait here in order, and the
 * sources stay for the next daemon. Knows nothing about what the events mean.
 */
export class Teller {
  readonly #options: TellerOptions;
  readonly #steps: (() => void)[] = [];
  #running = false;
  #retry: Cancel | undefined;
  #closed = false;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  /** Tells one event; then forgets its sources. */
  tell(event: AgentEvent, sources: readonly string[] = []): void {
    this.#add(() => this.#options.listener.onEvent(event));
    this.forget(sources);
  }

  /** Forgets mailbox events, after everything so far. */
  forget(sources: readonly string[]): void {
    if (sources.length > 0) this.then(() => this.#options.forget(sources));
  }

  /** Does something after everything so far is done, and on the bridge's disk. */
  then(step: () => void): void {
    this.#add(() => {
      this.#options.listener.flush();
      step();
    });
  }

  close(): void {
    this.#closed = true;
    this.#retry?.();
  }

  #add(step: () => void): void {
    if (this.#closed) return;
    this.#steps.push(step);
    if (this.#retry === undefined) this.#run();
  }

  #run(): void {
    // A step that adds more is followed by the loop that runs already.
    if (this.#running) return;
    this.#running = true;
    try {
      for (let [step] = this.#steps; step && !this.#closed; [step] = this.#steps) {
        step();
        this.#steps.shift();
      }
    } catch (error) {
      this.#options.log.error({ error }, 'an event of the agent could not be stored; it is told again');
      this.#retry = this.#options.clock.after(retryMs, () => {
        this.#retry = undefined;
        this.#run();
      });
    } finally {
      this.#running = false;
    }
  }
}
