import type { Facts } from '../contracts/stores.ts';
import type { Database } from './database.ts';
import { textOf } from './rows.ts';

/** Small durable facts by name. */
export class SqliteFacts implements Facts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  get(name: string): string | undefined {
    const row = this.#database.get('SELECT value FROM facts WHERE name = ?', name);
    return row && textOf(row, 'value');
  }

  set(name: string, value: string): void {
    this.#database.run(
      'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
      name,
      value,
    );
  }

  delete(name: string): void {
    this.#database.run('DELETE FROM facts WHERE name = ?', name);
  }
}
