import type { DatabaseSync } from 'node:sqlite';

export interface ReactionCount {
  /** `👍`, or `name:id` of a custom one. */
  readonly emoji: string;
  readonly count: number;
  readonly mine: boolean;
}

/** Owns who reacted to what with which emoji. */
export class ReactionStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Adds a reaction; false when it is there already. */
  add(message: string, emoji: string, user: string): boolean {
    const { changes } = this.#database
      .prepare(
        `INSERT OR IGNORE INTO reactions (message, emoji, user, position)
         VALUES (?1, ?2, ?3, (SELECT coalesce(max(position), 0) + 1 FROM reactions WHERE message = ?1))`,
      )
      .run(BigInt(message), emoji, user);
    return Number(changes) > 0;
  }

  /** Removes reactions: of one user, of one emoji, or all. Returns how many. */
  remove(message: string, emoji?: string, user?: string): number {
    const { changes } = this.#database
      .prepare('DELETE FROM reactions WHERE message = ?1 AND (?2 IS NULL OR emoji = ?2) AND (?3 IS NULL OR user = ?3)')
      .run(BigInt(message), emoji ?? null, user ?? null);
    return Number(changes);
  }

  /** The emojis of a message in the order they first came, as one user sees them. */
  counts(message: string, viewer: string): readonly ReactionCount[] {
    return this.#database
      .prepare(
        `SELECT emoji, count(*) AS count, max(user = ?2) AS mine FROM reactions
         WHERE message = ?1 GROUP BY emoji ORDER BY min(position)`,
      )
      .all(BigInt(message), viewer)
      .map((row) => ({ emoji: String(row['emoji']), count: Number(row['count']), mine: Number(row['mine']) === 1 }));
  }

  /** Ids of the users who reacted with an emoji, in the order they did. */
  users(message: string, emoji: string): readonly string[] {
    return this.#database
      .prepare('SELECT user FROM reactions WHERE message = ? AND emoji = ? ORDER BY position')
      .all(BigInt(message), emoji)
      .map((row) => String(row['user']));
  }
}
