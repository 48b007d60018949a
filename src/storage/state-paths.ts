import { DatabaseSync } from 'node:sqlite';
import type { SQLOutputValue } from 'node:sqlite';

import { z } from 'zod';

/** Where the stores keep paths of the bridge's own files: columns with a path, or with JSON that holds some. */
const places = [
  { table: 'outbox', column: 'content', json: true },
  { table: 'outbox_followers', column: 'content', json: true },
  { table: 'message_files', column: 'outcome', json: true },
  { table: 'file_offers', column: 'path', json: false },
] as const;

/** Under these names JSON holds a path. */
const pathKeys = ['path', 'source'];

type Json = z.infer<ReturnType<typeof z.json>>;

/** A directory that lies elsewhere now. Both absolute. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** The files in a directory that a state file refers to, by their paths, those of what is settled left out. */
export function pathsWithin(database: string, directory: string): readonly string[] {
  const found = new Set<string>();
  withStores(database, (connection) => {
    for (const { table, column, json } of placesIn(connection)) {
      const pending = table === 'outbox' ? "AND state = 'pending'" : '';
      const sql = `SELECT ${column} AS value FROM ${table} WHERE instr(${column}, ?) > 0 ${pending}`;
      for (const { value } of connection.prepare(sql).iterate(needle(directory, json))) {
        changed(value, json, (path) => {
          if (isWithin(path, directory)) found.add(path);
          return path;
        });
      }
    }
  });
  return [...found];
}

/**
 * Rewrites the paths in a state file whose directories lie elsewhere now, as one step.
 *
 * @param database a file that no bridge works on.
 * @returns how many rows were changed.
 */
export function movePaths(database: string, moves: readonly Move[]): number {
  let count = 0;
  withStores(database, (connection) => {
    connection.exec('BEGIN IMMEDIATE');
    for (const move of moves) count += movePath(connection, move);
    connection.exec('COMMIT');
  });
  return count;
}

function movePath(connection: DatabaseSync, { from, to }: Move): number {
  const rewrite = (path: string): string => (isWithin(path, from) ? to + path.slice(from.length) : path);
  let count = 0;
  for (const { table, column, json } of placesIn(connection)) {
    const rows = connection
      .prepare(`SELECT DISTINCT ${column} AS value FROM ${table} WHERE instr(${column}, ?) > 0`)
      .all(needle(from, json));
    const update = connection.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`);
    for (const { value } of rows) {
      const after = changed(value, json, rewrite);
      if (after !== value) count += Number(update.run(after, String(value)).changes);
    }
  }
  return count;
}

/** A value with each path in it replaced. */
function changed(value: SQLOutputValue | undefined, json: boolean, rewrite: (path: string) => string): string {
  const text = String(value);
  if (!json) return rewrite(text);
  const before = z.json().parse(JSON.parse(text));
  const after = rewriteJson(before, rewrite);
  return JSON.stringify(after) === JSON.stringify(before) ? text : JSON.stringify(after);
}

function rewriteJson(value: Json, rewrite: (path: string) => string): Json {
  if (Array.isArray(value)) return value.map((one) => rewriteJson(one, rewrite));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [
    key,
    typeof one === 'string' && pathKeys.includes(key) ? rewrite(one) : rewriteJson(one, rewrite),
  ]);
  return z.json().parse(Object.fromEntries(entries));
}

function isWithin(path: string, directory: string): boolean {
  return path.startsWith(`${directory}/`);
}

/** What a row holds, as SQL sees it, when it names something in a directory: JSON writes some characters otherwise. */
function needle(directory: string, json: boolean): string {
  return json ? JSON.stringify(`${directory}/`).slice(1, -1) : `${directory}/`;
}

/** Those that the file has: a state file of an earlier version has fewer. */
function placesIn(connection: DatabaseSync): readonly (typeof places)[number][] {
  const columns = connection.prepare('SELECT count(*) AS count FROM pragma_table_info(?) WHERE name = ?');
  return places.filter(({ table, column }) => Number(columns.get(table, column)?.['count'] ?? 0) > 0);
}

function withStores(path: string, use: (connection: DatabaseSync) => void): void {
  const connection = new DatabaseSync(path);
  try {
    use(connection);
  } finally {
    connection.close();
  }
}
