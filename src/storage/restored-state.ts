import { DatabaseSync } from 'node:sqlite';

import { restoredAtFact } from '../model/restored.ts';

/**
 * Notes in a state file that it was put back to what it was at an earlier time. What waited then may have been done
 * since: it is held until a person decides. What was with an agent is looked up by the next start anyway (I4).
 *
 * @param path a file that no bridge works on, of this version or an earlier one.
 * @param at epoch milliseconds.
 */
export function markRestored(path: string, at: number): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN IMMEDIATE');
    database
      .prepare('INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
      .run(restoredAtFact, String(at));
    database.prepare("UPDATE inbox SET state = 'held', moved_at = ? WHERE state = 'queued'").run(at);
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
