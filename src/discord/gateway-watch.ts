import type { Cancel, Clock } from '../base/clock.ts';

/** What can be seen of a gateway connection's life, in its order. */
export type GatewaySign =
  /** A socket is being opened. */
  | 'opening'
  /** The server's hello. */
  | 'greeted'
  /** IDENTIFY or RESUME was sent. */
  | 'identify'
  | 'resume'
  /** READY or RESUMED. */
  | 'connected'
  /** Any event. */
  | 'told'
  /** A heartbeat was sent, and its acknowledgement came. */
  | 'heartbeat'
  | 'acknowledged'
  /** The socket is closed. */
  | 'closed';

export interface GatewayWatchOptions {
  readonly clock: Clock;
  /**
   * The connection only looks alive. `cut`: its socket is dead, and another one may take the session up again;
   * `afresh`: nothing is to be had from this session.
   */
  readonly onDead: (remedy: 'cut' | 'afresh', reason: string) => void;
}

/** How long each answer of a living server takes at most, in milliseconds. */
const helloMs = 20_000;
const startMs = 15_000;
const acknowledgementMs = 15_000;
/** Longer than any pause between heartbeats. */
const silenceMs = 300_000;
/** How long the library takes to see that its socket was cut, in milliseconds. */
const cutMs = 10_000;

/** So many RESUMEs on one connection are the server's fault, not bad luck. */
const mostResumes = 3;

type Wait = 'hello' | 'start' | 'acknowledgement' | 'silence' | 'cut';

/**
 * Notices when a gateway connection looks alive and is dead: a server that never greets, never answers, stops
 * acknowledging heartbeats, or a line that is open at one end only. Knows nothing about sockets: it is told of signs
 * of life, and says what to do.
 */
export class GatewayWatch {
  readonly #options: GatewayWatchOptions;
  readonly #waits = new Map<Wait, Cancel>();
  #resumes = 0;

  constructor(options: GatewayWatchOptions) {
    this.#options = options;
  }

  note(sign: GatewaySign): void {
    switch (sign) {
      case 'opening':
        this.stop();
        this.#expect('hello', helloMs, 'cut', 'it never said hello');
        return;
      case 'greeted':
        this.#met('hello');
        this.#expectStart();
        return;
      case 'identify':
        this.#expectStart();
        return;
      case 'resume':
        this.#onResume();
        return;
      case 'told':
        // What was missed is being replayed, however long that takes.
        if (this.#waits.has('start')) this.#expectStart();
        else this.#expectSomething();
        return;
      case 'connected':
        this.#met('start');
        this.#resumes = 0;
        this.#expectSomething();
        return;
      case 'heartbeat':
        if (this.#waits.has('acknowledgement')) return;
        this.#expect('acknowledgement', acknowledgementMs, 'cut', 'it does not acknowledge heartbeats');
        return;
      case 'acknowledged':
        this.#met('acknowledgement');
        if (this.#waits.has('silence')) this.#expectSomething();
        return;
      case 'closed':
        this.stop();
    }
  }

  /** Expects nothing any more. */
  stop(): void {
    for (const wait of [...this.#waits.keys()]) this.#met(wait);
    this.#resumes = 0;
  }

  #onResume(): void {
    this.#resumes += 1;
    if (this.#resumes <= mostResumes) {
      this.#expectStart();
      return;
    }
    this.stop();
    this.#options.onDead('afresh', 'it ends the session again and again');
  }

  #expectStart(): void {
    this.#expect('start', startMs, 'afresh', 'it does not take the bot in');
  }

  #expectSomething(): void {
    this.#expect('silence', silenceMs, 'cut', 'nothing comes from it');
  }

  #expect(wait: Wait, withinMs: number, remedy: 'cut' | 'afresh', reason: string): void {
    this.#met(wait);
    const cancel = this.#options.clock.after(withinMs, () => {
      this.stop();
      // A cut is a try to save the session; when even that is not noticed, the library is stuck.
      if (remedy === 'cut') this.#expect('cut', cutMs, 'afresh', reason);
      this.#options.onDead(remedy, reason);
    });
    this.#waits.set(wait, cancel);
  }

  #met(wait: Wait): void {
    this.#waits.get(wait)?.();
    this.#waits.delete(wait);
  }
}
