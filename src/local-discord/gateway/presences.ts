import type { Cancel, Clock } from '../../base/clock.ts';

/** How long somebody who lost the line counts as present, in milliseconds: a client that resumes is back sooner. */
const graceMs = 5000;

/** Owns who is here, and tells of each change once. Knows nothing about connections. */
export class Presences {
  readonly #clock: Clock;
  readonly #onChange: (user: string, isPresent: boolean) => void;
  readonly #present = new Set<string>();
  readonly #leaving = new Map<string, Cancel>();

  constructor(options: { clock: Clock; onChange: (user: string, isPresent: boolean) => void }) {
    this.#clock = options.clock;
    this.#onChange = options.onChange;
  }

  /** Ids of everybody who is here. */
  all(): readonly string[] {
    return [...this.#present];
  }

  /** Takes note of whether somebody has a connection now. */
  note(user: string, isConnected: boolean): void {
    if (isConnected) {
      this.#stopLeaving(user);
      if (this.#present.has(user)) return;
      this.#present.add(user);
      this.#onChange(user, true);
    } else if (this.#present.has(user) && !this.#leaving.has(user)) {
      const leave = (): void => {
        this.#leaving.delete(user);
        this.#present.delete(user);
        this.#onChange(user, false);
      };
      this.#leaving.set(user, this.#clock.after(graceMs, leave));
    }
  }

  /** Tells nobody anything any more. */
  close(): void {
    for (const user of [...this.#leaving.keys()]) this.#stopLeaving(user);
  }

  #stopLeaving(user: string): void {
    this.#leaving.get(user)?.();
    this.#leaving.delete(user);
  }
}
