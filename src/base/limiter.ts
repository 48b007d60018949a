/** Runs at most so many tasks at once; the others wait in the order they came. A task that fails makes room as well. */
export class Limiter {
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @param atOnce at least 1. */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Adds a task; resolves or rejects with its result. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running += 1;
    try {
      return await task();
    } finally {
      // Whoever is next takes this place over, so that nobody who comes meanwhile can.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
