import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import { BridgeError, describeError } from '../base/errors.ts';
import type { Lifecycle, SessionNumber, SessionRecord } from '../model/session.ts';
import type { SessionRecords } from '../contracts/stores.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalTextOf, textOf } from './rows.ts';
import type { SqliteFacts } from './facts.ts';

const HIGHEST = 'highest-session-number';

/** What is known about sessions beside the owner's map. */
export class SqliteSessionRecords implements SessionRecords {
  readonly #database: Database;
  readonly #facts: SqliteFacts;

  constructor(database: Database, facts: SqliteFacts) {
    this.#database = database;
    this.#facts = facts;
  }

  get(session: SessionNumber): SessionRecord | undefined {
    return parse(this.#database.get('SELECT * FROM sessions WHERE number = ?', session));
  }

  list(): readonly SessionRecord[] {
    return this.#database.all('SELECT * FROM sessions ORDER BY number').map(parseRow);
  }

  save(record: SessionRecord): void {
    this.#database.run(
      `INSERT INTO sessions (number, generation, lifecycle, agent, agent_session, handle, token, since)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (number) DO UPDATE SET generation = excluded.generation, lifecycle = excluded.lifecycle,
         agent = excluded.agent, agent_session = excluded.agent_session, handle = excluded.handle,
         token = excluded.token, since = excluded.since`,
      record.number,
      record.generation,
      record.lifecycle,
      record.agent,
      record.agentSession ?? null,
      record.handle ?? null,
      record.token,
      record.since,
    );
  }

  remove(session: SessionNumber): void {
    this.#database.run('DELETE FROM sessions WHERE number = ?', session);
  }

  byToken(token: string): SessionRecord | undefined {
    return parse(this.#database.get('SELECT * FROM sessions WHERE token = ?', token));
  }

  highestNumber(): number {
    return Number(this.#facts.get(HIGHEST) ?? 0);
  }

  claimNumber(session: SessionNumber): void {
    if (session > this.highestNumber()) this.#facts.set(HIGHEST, String(session));
  }
}

/**
 * The highest session number that was ever given, of a database that nobody has opened; it is not changed, and need not
 * be of this version. 0 when there is no such file.
 *
 * @throws BridgeError `state-unreadable`.
 */
export function highestNumberIn(file: string): number {
  if (!existsSync(file)) return 0;
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(file, { readOnly: true });
    const row = connection.prepare('SELECT value FROM facts WHERE name = ?').get(HIGHEST);
    return Number(row?.['value'] ?? 0);
  } catch (cause) {
    throw new BridgeError('state-unreadable', `The state file ${file} cannot be opened: ${describeError(cause)}.`, {
      cause,
    });
  } finally {
    connection?.close();
  }
}

function parse(row: Row | undefined): SessionRecord | undefined {
  return row && parseRow(row);
}

function parseRow(row: Row): SessionRecord {
  return {
    number: numberOf(row, 'number') as SessionNumber,
    generation: numberOf(row, 'generation'),
    lifecycle: textOf(row, 'lifecycle') as Lifecycle,
    agent: textOf(row, 'agent'),
    agentSession: optionalTextOf(row, 'agent_session'),
    handle: optionalTextOf(row, 'handle'),
    token: textOf(row, 'token'),
    since: numberOf(row, 'since'),
  };
}
