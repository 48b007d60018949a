import type { SessionNumber } from '../model/session.ts';
import type { FileOffer, OfferStore } from '../contracts/stores.ts';
import type { Database } from './database.ts';
import { numberOf, textOf } from './rows.ts';

/** Files that agents named, in one table. */
export class SqliteOffers implements OfferStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  add({ id, session, turn, path, name, offeredAt }: FileOffer): boolean {
    const changed = this.#database.run(
      `INSERT INTO file_offers (id, session, turn, path, name, offered_at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
      id,
      session,
      turn,
      path,
      name,
      offeredAt,
    );
    return changed > 0;
  }

  get(id: string): FileOffer | undefined {
    const row = this.#database.get('SELECT * FROM file_offers WHERE id = ?', id);
    return (
      row && {
        id: textOf(row, 'id'),
        session: numberOf(row, 'session') as SessionNumber,
        turn: textOf(row, 'turn'),
        path: textOf(row, 'path'),
        name: textOf(row, 'name'),
        offeredAt: numberOf(row, 'offered_at'),
      }
    );
  }

  has(session: SessionNumber, turn: string, path: string): boolean {
    const sql = 'SELECT 1 FROM file_offers WHERE session = ? AND turn = ? AND path = ?';
    return this.#database.get(sql, session, turn, path) !== undefined;
  }

  prune(before: number, atMost: number): number {
    return this.#database.run(
      'DELETE FROM file_offers WHERE id IN (SELECT id FROM file_offers WHERE offered_at < ? ORDER BY offered_at LIMIT ?)',
      before,
      atMost,
    );
  }
}
