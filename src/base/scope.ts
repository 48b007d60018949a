type Release = () => void | Promise<void>;

/**
 * Owns things that must be given back. Register the release on the line that acquires; `close` releases in reverse
 * order, runs every release even if one throws, and may be called more than once.
 */
export class Scope {
  readonly #releases: { readonly name: string; readonly release: Release }[] = [];
  #closing: Promise<void> | undefined;

  /** Registers the release of something just acquired. `name` is used in errors. */
  defer(name: string, release: Release): void {
    if (this.#closing) throw new Error(`scope is already closing; "${name}" would never be released`);
    this.#releases.push({ name, release });
  }

  /** Registers and returns in one line: `const x = scope.own('x', make(), (x) => x.close())`. */
  own<T>(name: string, value: T, release: (value: T) => void | Promise<void>): T {
    this.defer(name, () => release(value));
    return value;
  }

  /** Releases everything, last acquired first. Throws an AggregateError of what failed, after all have run. */
  close(): Promise<void> {
    this.#closing ??= this.#releaseAll();
    return this.#closing;
  }

  async #releaseAll(): Promise<void> {
    const errors: Error[] = [];
    for (const { name, release } of this.#releases.reverse()) {
      try {
        await release();
      } catch (cause) {
        errors.push(new Error(`releasing ${name} failed`, { cause }));
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'some releases failed');
  }
}
