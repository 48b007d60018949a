import { canMoveInbox } from '../model/message.ts';
import type { InboxMessage, InboxState, MessageSource } from '../model/message.ts';
import type { ChannelId, SessionNumber } from '../model/session.ts';
import type { Inbox } from '../contracts/stores.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalTextOf, textOf } from './rows.ts';

/** Messages on their way to agents, in one table. */
export class SqliteInbox implements Inbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  append(message: Omit<InboxMessage, 'state'>): boolean {
    return (
      this.#database.run(
        `INSERT INTO inbox (id, session, source, channel, message_id, author_name, text, state, received_at, moved_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?) ON CONFLICT (id) DO NOTHING`,
        message.id,
        message.session,
        message.source,
        message.channel,
        message.messageId ?? null,
        message.authorName,
        message.text,
        message.receivedAt,
        message.receivedAt,
      ) === 1
    );
  }

  get(id: string): InboxMessage | undefined {
    return parse(this.#database.get('SELECT * FROM inbox WHERE id = ?', id));
  }

  next(session: SessionNumber): InboxMessage | undefined {
    return parse(
      this.#database.get(
        `SELECT * FROM inbox WHERE session = ? AND state IN ('queued', 'uncertain') ORDER BY seq LIMIT 1`,
        session,
      ),
    );
  }

  move(id: string, to: InboxState, at: number, detail?: string): void {
    const from = this.get(id)?.state;
    if (from === undefined) throw new Error(`inbox message ${id} is unknown`);
    if (!canMoveInbox(from, to)) throw new Error(`inbox message ${id} cannot go from ${from} to ${to}`);
    this.#database.run('UPDATE inbox SET state = ?, moved_at = ?, detail = ? WHERE id = ?', to, at, detail ?? null, id);
  }

  markUncertain(at: number): number {
    return this.#database.run(`UPDATE inbox SET state = 'uncertain', moved_at = ? WHERE state = 'sending'`, at);
  }

  unsettled(session: SessionNumber): number {
    const row = this.#database.get(
      `SELECT count(*) AS count FROM inbox WHERE session = ? AND state IN ('queued', 'sending', 'uncertain')`,
      session,
    );
    return row ? numberOf(row, 'count') : 0;
  }

  prune(before: number): number {
    return this.#database.run(
      `DELETE FROM inbox WHERE moved_at < ? AND state IN ('acknowledged', 'rejected', 'failed')`,
      before,
    );
  }
}

function parse(row: Row | undefined): InboxMessage | undefined {
  if (!row) return undefined;
  return {
    id: textOf(row, 'id'),
    session: numberOf(row, 'session') as SessionNumber,
    source: textOf(row, 'source') as MessageSource,
    channel: textOf(row, 'channel') as ChannelId,
    messageId: optionalTextOf(row, 'message_id'),
    authorName: textOf(row, 'author_name'),
    text: textOf(row, 'text'),
    state: textOf(row, 'state') as InboxState,
    receivedAt: numberOf(row, 'received_at'),
  };
}
