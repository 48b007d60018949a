import { canMoveInbox, inboxMoves, isSettled } from '../model/message.ts';
import type { InboxMessage, InboxState, MessageSource } from '../model/message.ts';
import type { ChannelId, SessionNumber } from '../model/session.ts';
import type { Inbox, MessageDetail } from '../contracts/stores.ts';
import type { Tally } from '../contracts/tally.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalTextOf, textOf } from './rows.ts';
import type { SqliteTraces } from './traces.ts';

const states = Object.keys(inboxMoves) as InboxState[];

/** `'a', 'b'`: for `IN (…)`. */
const settled = listOf(isSettled);
const unsettled = listOf((state) => !isSettled(state));
/** As the index on it has them. */
const changeable = `'queued', 'held', 'sending', 'uncertain'`;
const onItsWay = listOf((state) => !isSettled(state) && state !== 'held');

/**
 * What history may give a second time: how far before a watermark it is read again, with much to spare (one hour), in
 * the numbers of the chat server's ids (milliseconds and 22 bits, Discord's documentation).
 */
const readAgain = 3_600_000n << 22n;

/** Messages on their way to agents, in one table. */
export class SqliteInbox implements Inbox {
  readonly #database: Database;
  readonly #traces: SqliteTraces;
  readonly #tally: Tally | undefined;

  constructor(database: Database, traces: SqliteTraces, tally?: Tally) {
    this.#database = database;
    this.#traces = traces;
    this.#tally = tally;
  }

  append(message: Omit<InboxMessage, 'state'>, state: 'queued' | 'held' = 'queued'): boolean {
    if (this.get(message.id)) return false;
    this.#database.pass('inbox:new', () => {
      this.#database.run(
        `INSERT INTO inbox (id, session, source, channel, message_id, author_id, author_name, text, state, sent_at,
           received_at, moved_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        message.id,
        message.session,
        message.source,
        message.channel,
        message.messageId ?? null,
        message.authorId ?? null,
        message.authorName,
        message.text,
        state,
        message.sentAt,
        message.receivedAt,
        message.receivedAt,
      );
      this.#traces.note(message.id, message.receivedAt, 'inbox:new', { state, sentAt: message.sentAt });
    });
    return true;
  }

  get(id: string): InboxMessage | undefined {
    const row = this.#database.get('SELECT * FROM inbox WHERE id = ?', id);
    return row && parse(row);
  }

  next(session: SessionNumber): InboxMessage | undefined {
    const row = this.#database.get(
      `SELECT * FROM inbox WHERE session = ? AND state IN ('queued', 'uncertain') ORDER BY seq LIMIT 1`,
      session,
    );
    return row && parse(row);
  }

  unsettled(session: SessionNumber): readonly InboxMessage[] {
    return this.#database
      .all(`SELECT * FROM inbox WHERE session = ? AND state IN (${unsettled}) ORDER BY seq`, session)
      .map(parse);
  }

  countUnsettled(session: SessionNumber): number {
    const row = this.#database.get(
      `SELECT count(*) AS count FROM inbox WHERE session = ? AND state IN (${onItsWay})`,
      session,
    );
    return row ? numberOf(row, 'count') : 0;
  }

  changeable(channel: ChannelId): readonly InboxMessage[] {
    return this.#database
      .all(`SELECT * FROM inbox WHERE channel = ? AND state IN (${changeable}) ORDER BY seq`, channel)
      .map(parse);
  }

  move(id: string, to: InboxState, at: number, detail: MessageDetail = {}): void {
    const message = this.get(id);
    if (message === undefined) throw new Error(`inbox message ${id} is unknown`);
    const { state: from, session, receivedAt } = message;
    if (!canMoveInbox(from, to)) throw new Error(`inbox message ${id} cannot go from ${from} to ${to}`);
    this.#database.pass(`inbox:${from}>${to}`, () => {
      this.#database.run('UPDATE inbox SET state = ?, moved_at = ? WHERE id = ?', to, at, id);
      this.#traces.note(id, at, `inbox:${from}>${to}`, detail);
      if (to === 'queued') this.#applyChanges(id, at);
    });
    if (isSettled(to)) this.#tally?.messageSettled({ session, outcome: to, afterMs: Math.max(0, at - receivedAt) });
  }

  edit(id: string, text: string, at: number): 'edited' | 'noted' | 'unchanged' | 'too-late' {
    const message = this.get(id);
    const isWaiting = message?.state === 'queued' || message?.state === 'held';
    const isBeingHandedOver = message?.state === 'sending' || message?.state === 'uncertain';
    if (!isWaiting && !isBeingHandedOver) return 'too-late';
    if ((this.amendment(id) ?? message.text) === text) return 'unchanged';
    this.#database.pass('inbox:edit', () => {
      if (isWaiting) this.#database.run('UPDATE inbox SET text = ? WHERE id = ?', text, id);
      else this.#database.run('UPDATE inbox SET amended_text = ? WHERE id = ?', text, id);
      this.#traces.note(id, at, 'inbox:edit', { length: text.length });
    });
    return isWaiting ? 'edited' : 'noted';
  }

  takeBack(id: string, at: number): boolean {
    const state = this.get(id)?.state;
    if (state === 'queued' || state === 'held') {
      this.move(id, 'withdrawn', at, { by: 'author' });
      return true;
    }
    if ((state !== 'sending' && state !== 'uncertain') || this.#isDeleted(id)) return false;
    this.#database.pass('inbox:edit', () => {
      this.#database.run('UPDATE inbox SET deleted = 1 WHERE id = ?', id);
      this.#traces.note(id, at, 'inbox:edit', { deleted: true });
    });
    return true;
  }

  amendment(id: string): string | undefined {
    const row = this.#database.get('SELECT amended_text FROM inbox WHERE id = ? AND deleted = 0', id);
    return row && optionalTextOf(row, 'amended_text');
  }

  /** What its author did while a message was being handed over is in force now that it is not. */
  #applyChanges(id: string, at: number): void {
    this.#database.run(
      'UPDATE inbox SET text = amended_text, amended_text = NULL WHERE id = ? AND amended_text IS NOT NULL',
      id,
    );
    if (this.#isDeleted(id)) this.move(id, 'withdrawn', at, { by: 'author' });
  }

  #isDeleted(id: string): boolean {
    return this.#database.get('SELECT 1 FROM inbox WHERE id = ? AND deleted = 1', id) !== undefined;
  }

  markUncertain(from: 'sending' | 'steered', at: number, session?: SessionNumber): number {
    // The first condition is that of a small index; +seq keeps the planner from reading the whole table in its order.
    const handedOver = `SELECT id FROM inbox WHERE state IN ('sending', 'steered') AND state = ?`;
    const rows =
      session === undefined
        ? this.#database.all(`${handedOver} ORDER BY +seq`, from)
        : this.#database.all(`${handedOver} AND session = ? ORDER BY seq`, from, session);
    this.#database.transaction(() => {
      for (const row of rows) this.move(textOf(row, 'id'), 'uncertain', at);
    });
    return rows.length;
  }

  /**
   * The row of a message is what makes a second reading of it harmless. What is taken in of history begins a little before
   * the watermark: what is younger than that stays, however old it is. In a channel where nobody speaks any more, that is
   * its last hour. What an agent still works on stays as well: its outcome is to be told. Once the watermark itself is forgotten, a channel is read from "now" when it is met again.
   */
  prune(before: number, atMost: number): number {
    return this.#database.run(
      `DELETE FROM inbox WHERE seq IN (
         SELECT seq FROM inbox AS old
         WHERE moved_at < ? AND state IN (${settled})
           AND NOT EXISTS (
             SELECT 1 FROM channels
             WHERE channels.channel = old.channel
               AND CAST(old.message_id AS INTEGER) >= CAST(channels.watermark AS INTEGER) - ?
           )
           AND NOT EXISTS (SELECT 1 FROM turns WHERE turns.message = old.id AND outcome IS NULL)
           AND NOT EXISTS (
             SELECT 1 FROM turn_messages AS joined JOIN turns USING (session, turn)
             WHERE joined.message = old.id AND outcome IS NULL
           )
         ORDER BY moved_at LIMIT ?)`,
      before,
      readAgain,
      atMost,
    );
  }
}

function listOf(belongs: (state: InboxState) => boolean): string {
  return states
    .filter(belongs)
    .map((state) => `'${state}'`)
    .join(', ');
}

function parse(row: Row): InboxMessage {
  return {
    id: textOf(row, 'id'),
    session: numberOf(row, 'session') as SessionNumber,
    source: textOf(row, 'source') as MessageSource,
    channel: textOf(row, 'channel') as ChannelId,
    messageId: optionalTextOf(row, 'message_id'),
    authorId: optionalTextOf(row, 'author_id'),
    authorName: textOf(row, 'author_name'),
    text: textOf(row, 'text'),
    state: textOf(row, 'state') as InboxState,
    sentAt: numberOf(row, 'sent_at'),
    receivedAt: numberOf(row, 'received_at'),
  };
}
