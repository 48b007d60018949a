import type { DatabaseSync } from 'node:sqlite';

import { shortHash } from '../../base/ids.ts';
import { JsonTable } from './json-table.ts';

export interface StoredUser {
  readonly id: string;
  /** Lower case, unique by convention only. */
  readonly name: string;
  /** What people see. */
  readonly displayName: string;
  readonly bot: boolean;
  /** What they are called in the guild, if not by their own name. */
  readonly nick?: string;
  /** Ids of their roles, besides those that the server gives by itself. */
  readonly roles?: readonly string[];
  readonly token: string;
  /** Epoch milliseconds. */
  readonly joinedAt: number;
}

/** Owns who exists on the server; everybody is a member of the one guild. */
export class UserStore {
  readonly #table: JsonTable<StoredUser>;
  /** By the token's hash, so that a look-up takes the same time for every wrong token. */
  readonly #byToken = new Map<string, string>();

  constructor(database: DatabaseSync) {
    this.#table = new JsonTable(database, 'users');
    for (const user of this.#table.all()) this.#byToken.set(hashToken(user.token), user.id);
  }

  get(id: string): StoredUser | undefined {
    return this.#table.get(id);
  }

  all(): readonly StoredUser[] {
    return this.#table.all();
  }

  put(user: StoredUser): StoredUser {
    this.#byToken.set(hashToken(user.token), user.id);
    return this.#table.put(user);
  }

  /** Who holds a token; undefined when nobody does. */
  byToken(token: string): StoredUser | undefined {
    const id = this.#byToken.get(hashToken(token));
    return id === undefined ? undefined : this.#table.get(id);
  }
}

function hashToken(token: string): string {
  return shortHash(token, 64);
}
