import type { DatabaseSync, StatementSync } from 'node:sqlite';

type TableName = 'users' | 'channels' | 'commands' | 'roles' | 'webhooks';

/**
 * A small table of JSON rows, read once and written through: for what is few and asked for all the time.
 * Knows nothing about what the rows mean.
 */
export class JsonTable<Row extends { readonly id: string }> {
  readonly #rows = new Map<string, Row>();
  readonly #write: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync, name: TableName) {
    this.#write = database.prepare(
      `INSERT INTO ${name} (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
    );
    this.#remove = database.prepare(`DELETE FROM ${name} WHERE id = ?`);
    for (const { id, body } of database.prepare(`SELECT id, body FROM ${name} ORDER BY rowid`).all()) {
      this.#rows.set(String(id), JSON.parse(String(body)) as Row);
    }
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  all(): readonly Row[] {
    return [...this.#rows.values()];
  }

  put(row: Row): Row {
    this.#write.run(row.id, JSON.stringify(row));
    this.#rows.set(row.id, row);
    return row;
  }

  delete(id: string): boolean {
    this.#remove.run(id);
    return this.#rows.delete(id);
  }
}
