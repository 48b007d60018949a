import type { DatabaseSync } from 'node:sqlite';

import { JsonTable } from './json-table.ts';

/** A role of the guild that somebody has made; @everyone and that of the bots are made by the server. */
export interface StoredRole {
  readonly id: string;
  readonly name: string;
  /** What it allows besides what everybody may; Discord's bit set. */
  readonly permissions: string;
  /** Above which others it stands. */
  readonly position: number;
}

/** Above @everyone and the role of the bots. */
const firstPosition = 2;

/** Owns which roles there are. Knows nothing about who has them. */
export class RoleStore {
  readonly #table: JsonTable<StoredRole>;

  constructor(database: DatabaseSync) {
    this.#table = new JsonTable(database, 'roles');
  }

  get(id: string): StoredRole | undefined {
    return this.#table.get(id);
  }

  /** The lowest first. */
  all(): readonly StoredRole[] {
    return this.#table.all().toSorted((one, other) => one.position - other.position);
  }

  /** One more, above all others. */
  add(role: Omit<StoredRole, 'position'>): StoredRole {
    const position = Math.max(firstPosition - 1, ...this.#table.all().map((one) => one.position)) + 1;
    return this.#table.put({ ...role, position });
  }

  delete(id: string): boolean {
    return this.#table.delete(id);
  }
}
