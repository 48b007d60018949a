import { z } from 'zod';

import { inboxMoves, isSettled } from '../model/message.ts';
import type { AttachmentRef, InboxState } from '../model/message.ts';
import { fileFailures, fileSorts } from '../model/message-file.ts';
import type { FileOutcome, MessageFile } from '../model/message-file.ts';
import type { SessionNumber } from '../model/session.ts';
import type { FileStore } from '../contracts/stores.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalNumberOf, optionalTextOf, textOf } from './rows.ts';
import type { SqliteTraces } from './traces.ts';

const outcome = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('stored'),
    path: z.string(),
    size: z.number(),
    sort: z.enum(fileSorts),
    renamed: z.boolean().exactOptional(),
    transcript: z.string().exactOptional(),
    transcriptFailed: z.string().exactOptional(),
  }),
  z.object({ state: z.literal('read'), text: z.string() }),
  z.object({ state: z.literal('failed'), why: z.enum(fileFailures) }),
]);

const unsettled = (Object.keys(inboxMoves) as InboxState[])
  .filter((state) => !isSettled(state))
  .map((state) => `'${state}'`)
  .join(', ');

/** Files that came with messages, in one table. */
export class SqliteMessageFiles implements FileStore {
  readonly #database: Database;
  readonly #traces: SqliteTraces;

  constructor(database: Database, traces: SqliteTraces) {
    this.#database = database;
    this.#traces = traces;
  }

  add(message: string, files: readonly AttachmentRef[]): void {
    if (files.length === 0) return;
    this.#database.pass('file:new', () => {
      for (const [position, { id, name, size, url, voiceSeconds }] of files.entries()) {
        this.#database.run(
          `INSERT INTO message_files (message, position, id, name, size, url, seconds, state)
           VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting') ON CONFLICT DO NOTHING`,
          message,
          position,
          id,
          name,
          Number.isSafeInteger(size) && size > 0 ? size : 0,
          url,
          voiceSeconds ?? null,
        );
      }
    });
  }

  of(message: string): readonly MessageFile[] {
    return this.#database.all('SELECT * FROM message_files WHERE message = ? ORDER BY position', message).map(parse);
  }

  isWaiting(message: string): boolean {
    return (
      this.#database.get(`SELECT 1 FROM message_files WHERE message = ? AND state = 'waiting' LIMIT 1`, message) !==
      undefined
    );
  }

  waiting(): readonly (MessageFile & { readonly session: SessionNumber })[] {
    return this.#database
      .all(
        `SELECT files.*, session FROM message_files AS files JOIN inbox ON inbox.id = files.message
         WHERE files.state = 'waiting' AND inbox.state IN (${unsettled}) AND inbox.state <> 'held'
         ORDER BY inbox.seq, position`,
      )
      .map((row) => ({ ...parse(row), session: numberOf(row, 'session') as SessionNumber }));
  }

  stored(): readonly MessageFile[] {
    return this.#database
      .all(
        `SELECT files.* FROM inbox JOIN message_files AS files ON inbox.id = files.message
         WHERE inbox.state IN ('queued', 'held') AND files.state = 'stored' ORDER BY inbox.seq, position`,
      )
      .map(parse);
  }

  settle(file: Pick<MessageFile, 'message' | 'id'>, become: FileOutcome, at: number): boolean {
    if (this.#stateOf(file) !== 'waiting') return false;
    const { message, id } = file;
    this.#database.pass(`file:waiting>${become.state}`, () => {
      this.#database.run(
        'UPDATE message_files SET state = ?, outcome = ? WHERE message = ? AND id = ?',
        become.state,
        JSON.stringify(become),
        message,
        id,
      );
      this.#traces.note(message, at, `file:waiting>${become.state}`, detailOf(become));
    });
    return true;
  }

  lost(file: Pick<MessageFile, 'message' | 'id'>, at: number): void {
    if (this.#stateOf(file) !== 'stored') return;
    const { message, id } = file;
    this.#database.pass('file:stored>waiting', () => {
      this.#database.run(
        `UPDATE message_files SET state = 'waiting', outcome = NULL WHERE message = ? AND id = ?`,
        message,
        id,
      );
      this.#traces.note(message, at, 'file:stored>waiting');
    });
  }

  keepOnly(message: string, ids: readonly string[], at: number): readonly string[] {
    const kept = new Set(ids);
    const gone = this.of(message).filter(({ id }) => !kept.has(id));
    if (gone.length === 0) return [];
    this.#database.pass('inbox:edit', () => {
      for (const { id } of gone)
        this.#database.run('DELETE FROM message_files WHERE message = ? AND id = ?', message, id);
      this.#traces.note(message, at, 'inbox:edit', { filesGone: gone.length });
    });
    return gone.flatMap((file) => (file.outcome?.state === 'stored' ? [file.outcome.path] : []));
  }

  needed(): ReadonlySet<string> {
    const rows = this.#database.all(
      `SELECT outcome FROM message_files WHERE state = 'stored' AND message IN (
         SELECT id FROM inbox WHERE state IN (${unsettled})
         UNION SELECT message FROM turns WHERE outcome IS NULL AND message IS NOT NULL
         UNION SELECT joined.message FROM turn_messages AS joined JOIN turns USING (session, turn) WHERE outcome IS NULL
       )`,
    );
    const outcomes = rows.map((row) => outcomeOf(row));
    return new Set(outcomes.flatMap((one) => (one?.state === 'stored' ? [one.path] : [])));
  }

  #stateOf({ message, id }: Pick<MessageFile, 'message' | 'id'>): string | undefined {
    const row = this.#database.get('SELECT state FROM message_files WHERE message = ? AND id = ?', message, id);
    return row && textOf(row, 'state');
  }
}

/** What a trace tells of it: never what stands in it, nor what its sender called it. */
function detailOf(become: FileOutcome): Readonly<Record<string, string | number>> {
  switch (become.state) {
    case 'stored':
      return { sort: become.sort, size: become.size };
    case 'read':
      return { length: become.text.length };
    case 'failed':
      return { why: become.why };
  }
}

function parse(row: Row): MessageFile {
  const seconds = optionalNumberOf(row, 'seconds');
  return {
    message: textOf(row, 'message'),
    id: textOf(row, 'id'),
    name: textOf(row, 'name'),
    size: numberOf(row, 'size'),
    url: textOf(row, 'url'),
    ...(seconds === undefined ? {} : { voiceSeconds: seconds }),
    outcome: outcomeOf(row),
  };
}

function outcomeOf(row: Row): FileOutcome | undefined {
  const text = optionalTextOf(row, 'outcome');
  return text === undefined ? undefined : outcome.parse(JSON.parse(text));
}
