import type { Cancel, Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { AgentEvent } from '../../model/agent.ts';
import type { AgentListener } from '../../contracts/agent.ts';

interface Telling {
  readonly event: AgentEvent | undefined;
  /** Ids of the mailbox events that nobody needs once this is on disk. */
  readonly sources: readonly string[];
}

export interface TellerOptions {
  readonly listener: AgentListener;
  readonly forget: (ids: readonly string[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Milliseconds until a telling that failed is tried again. */
const retryMs = 1000;

/**
 * Tells events in order and forgets their sources only afterwards. While the listener throws (its disk is full), the
 * events wait here in order, and their sources stay on disk for the next daemon. Knows nothing about what they mean.
 */
export class Teller {
  readonly #options: TellerOptions;
  #waiting: Telling[] = [];
  #telling = false;
  #retry: Cancel | undefined;
  #closed = false;

  constructor(options: TellerOptions) {
    this.#options = options;
  }

  /** Tells one event; its sources are forgotten when it is on disk. */
  tell(event: AgentEvent, sources: readonly string[] = []): void {
    this.#add({ event, sources });
  }

  /** Forgets sources after everything told so far. */
  forget(sources: readonly string[]): void {
    this.#add({ event: undefined, sources });
  }

  close(): void {
    this.#closed = true;
    this.#retry?.();
  }

  #add(telling: Telling): void {
    if (this.#closed) return;
    this.#waiting.push(telling);
    if (this.#retry === undefined) this.#drain();
  }

  #drain(): void {
    // A listener that makes the agent tell more is served by the loop that runs already.
    if (this.#telling) return;
    this.#telling = true;
    try {
      while (this.#waiting.length > 0) {
        const [next] = this.#waiting;
        if (next?.event) this.#options.listener.onEvent(next.event);
        if (next && next.sources.length > 0) this.#options.forget(next.sources);
        this.#waiting.shift();
      }
    } catch (error) {
      this.#options.log.error({ error }, 'an event of the agent could not be stored; it is told again');
      this.#retry = this.#options.clock.after(retryMs, () => {
        this.#retry = undefined;
        this.#drain();
      });
    } finally {
      this.#telling = false;
    }
  }
}
