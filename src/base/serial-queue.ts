/** Runs tasks one after another, in the order they were given. A task that fails does not stop the next. */
export class SerialQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #left = 0;

  /** Whether a task runs or waits. */
  get isBusy(): boolean {
    return this.#left > 0;
  }

  /** Adds a task; resolves or rejects with its result. */
  run<T>(task: () => T | Promise<T>): Promise<T> {
    this.#left += 1;
    const result = this.#tail.then(task).finally(() => (this.#left -= 1));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything added so far has ended. */
  async idle(): Promise<void> {
    await this.#tail;
  }
}
