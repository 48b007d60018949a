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
         VALUES ($message, $emoji, $user, (SELECT coalesce(max(position), 0) + 1 FROM reactions WHERE message = $message))`,
      )
      .run({ message: BigInt(message), emoji, user });
    return Number(changes) > 0;
  }

  /** Removes reactions: of one user, of one emoji, or all. Returns how many. */
  remove(message: string, emoji?: string, user?: string): number {
    const { changes } = this.#database
      .prepare(
        `DELETE FROM reactions WHERE message = $message AND ($emoji IS NULL OR emoji = $emoji)
           AND ($user IS NULL OR user = $user)`,
      )
      .run({ message: BigInt(message), emoji: emoji ?? null, user: user ?? null });
    return Number(changes);
  }

  /** The emojis of a message in the order they first came, as one user sees them. */
  counts(message: string, viewer: string): readonly ReactionCount[] {
    return this.#database
      .prepare(
        `SELECT emoji, count(*) AS count, max(user = $viewer) AS mine FROM reactions
         WHERE message = $message GROUP BY emoji ORDER BY min(position)`,
      )
      .all({ message: BigInt(message), viewer })
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
