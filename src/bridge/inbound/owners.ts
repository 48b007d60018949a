import { timingSafeEqual } from 'node:crypto';

import type { Clock } from '../../base/clock.ts';
import { newSecret } from '../../base/ids.ts';
import { closedPolicy, isClosed } from '../../model/access.ts';
import type { AccessPolicy, Role } from '../../model/access.ts';
import type { Facts } from '../../contracts/stores.ts';

/** Per chat server: an id of one means nothing on another. */
const pairedOwner = (server: string): string => `paired-owner:${server}`;

/** How long a pairing code is good for, in milliseconds. */
const codeLifetimeMs = 10 * 60_000;

export interface OwnersOptions {
  /** Which chat server the ids belong to. */
  readonly server: string;
  readonly configured: readonly string[];
  readonly facts: Facts;
  readonly clock: Clock;
  /** Whom the owner named. */
  readonly policy?: () => AccessPolicy;
}

/**
 * Knows who owns the bridge on the chat server: the configured ids, the one who paired with a code, and whom these named.
 * Knows nothing about sessions or channels.
 */
export class Owners {
  readonly #paired: string;
  readonly #configured: ReadonlySet<string>;
  readonly #facts: Facts;
  readonly #clock: Clock;
  readonly #policy: () => AccessPolicy;
  #pending: { readonly code: string; readonly expires: number } | undefined;

  constructor(options: OwnersOptions) {
    this.#paired = pairedOwner(options.server);
    this.#configured = new Set(options.configured);
    this.#facts = options.facts;
    this.#clock = options.clock;
    this.#policy = options.policy ?? (() => closedPolicy);
  }

  /** Whether anybody may do anything. */
  known(): boolean {
    return this.#configured.size > 0 || this.paired !== undefined || !isClosed(this.#policy());
  }

  /** By configuration. */
  get configured(): readonly string[] {
    return [...this.#configured];
  }

  /** Who paired with a code. */
  get paired(): string | undefined {
    return this.#facts.get(this.#paired);
  }

  /** The owners' ids at the chat server, the configured ones first. */
  ids(): readonly string[] {
    const { paired, configured } = this;
    return [...new Set([...configured, ...(paired === undefined ? [] : [paired]), ...this.#policy().owners])];
  }

  roleOf(userId: string): Role {
    return this.ids().includes(userId) ? 'owner' : 'none';
  }

  /** Whoever paired with a code owns nothing by that any more. */
  unpair(userId: string): void {
    if (this.paired === userId) this.#facts.delete(this.#paired);
  }

  /** Makes a fresh code; an earlier one is void. `expires` is epoch milliseconds. */
  offerPairing(): { readonly code: string; readonly expires: number } {
    this.#pending = { code: `pair-${newSecret(9)}`, expires: this.#clock.now() + codeLifetimeMs };
    return this.#pending;
  }

  /** Whether the text is the code on offer; then its author is the owner from now on, and the code is void. */
  claim(userId: string, text: string): boolean {
    const pending = this.#pending;
    if (!pending || this.#clock.now() > pending.expires) return false;
    const given = Buffer.from(text.trim());
    const expected = Buffer.from(pending.code);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    this.#pending = undefined;
    this.#facts.set(this.#paired, userId);
    return true;
  }
}
