import type { Cancel, Clock } from '../../base/clock.ts';
import { isoTime } from '../../base/clock.ts';
import type { Audit, AuditEntry } from '../../contracts/audit.ts';

/** How often refusals of one person are kept, in milliseconds; what comes between is counted. */
const windowMs = 60_000;

/** As many people are counted apart; a crowd beyond that is counted as one. */
const most = 1_000;

/** The crowd's name in the audit. */
const others = 'others';

interface Window {
  /** The last one that was not kept by itself. */
  last: AuditEntry | undefined;
  count: number;
  readonly cancel: Cancel;
}

/**
 * Keeps refusals, at most one line per person and minute, so that nobody can fill the disk by knocking. Owns the counts.
 * Knows nothing about who may do what.
 */
export class RefusalCounts {
  readonly #audit: Audit;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor({ audit, clock }: { readonly audit: Audit; readonly clock: Clock }) {
    this.#audit = audit;
    this.#clock = clock;
  }

  add(entry: AuditEntry): void {
    const who = this.#windows.has(entry.who) || this.#windows.size < most ? entry.who : others;
    const window = this.#windows.get(who);
    if (window) {
      window.last = { ...entry, who };
      window.count += 1;
      return;
    }
    this.#audit.note({ ...entry, who });
    this.#open(who);
  }

  /** Keeps what was counted, and counts no more. */
  close(): void {
    for (const window of this.#windows.values()) {
      window.cancel();
      this.#keep(window);
    }
    this.#windows.clear();
  }

  #open(who: string): void {
    const cancel = this.#clock.after(windowMs, () => {
      const window = this.#windows.get(who);
      this.#windows.delete(who);
      if (!window?.last) return;
      this.#keep(window);
      this.#open(who);
    });
    this.#windows.set(who, { last: undefined, count: 0, cancel });
  }

  #keep({ last, count }: Window): void {
    if (!last) return;
    this.#audit.note({ ...last, at: isoTime(this.#clock.now()), ...(count > 1 ? { count } : {}) });
  }
}
