import { z } from 'zod';

import { insteadOf, outboxMoves, reactionOrder } from '../model/outbound.ts';
import type { OutboundContent, OutboxItem, OutboxState, ParkedChannel } from '../model/outbound.ts';
import type { ChannelId } from '../model/session.ts';
import type { FollowingItem, NewOutboxItem, OutboundKind, Outbox } from '../contracts/stores.ts';
import type { Tally } from '../contracts/tally.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalNumberOf, optionalTextOf, textOf } from './rows.ts';
import type { SqliteTraces } from './traces.ts';

const textList = z.array(z.string());
const storedFile = z.union([
  z.object({ path: z.string(), name: z.string(), source: z.string().exactOptional() }),
  z.object({ content: z.string(), name: z.string() }),
]);
const button = z.object({
  id: z.string(),
  label: z.string(),
  look: z.enum(['primary', 'good', 'danger', 'plain']),
});
const choice = z.object({
  value: z.string(),
  label: z.string(),
  description: z.string().exactOptional(),
  chosen: z.boolean().exactOptional(),
});
const menu = z.object({
  id: z.string(),
  placeholder: z.string(),
  least: z.number(),
  most: z.number(),
  choices: z.array(choice),
});
const controls = z.array(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('buttons'), buttons: z.array(button) }),
    z.object({ kind: z.literal('menu'), menu }),
  ]),
);
const storedContent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    text: z.string(),
    replyTo: z.string().exactOptional(),
    files: z.array(storedFile).exactOptional(),
    controls: controls.exactOptional(),
    pings: textList.exactOptional(),
  }),
  z.object({ kind: z.literal('edit'), of: z.string(), text: z.string(), controls: controls.exactOptional() }),
  z.object({ kind: z.literal('reaction'), messageId: z.string(), reaction: z.enum(reactionOrder) }),
]);

/** An item with the ids of its parts that are out. */
const whole = `SELECT outbox.*, (
    SELECT json_group_array(message_id) FROM (SELECT message_id FROM outbox_parts WHERE key = outbox.key ORDER BY part)
  ) AS sent_ids FROM outbox`;

const settled = Object.entries(outboxMoves)
  .filter(([, targets]) => targets.length === 0)
  .map(([state]) => `'${state}'`)
  .join(', ');

/** How long before a text was tried posts are compared with it, with much to spare: milliseconds. */
const comparedMs = 3_600_000;

/** What is to be put into channels, in one table; its parts that are out, and what waits for it, in two more. */
export class SqliteOutbox implements Outbox {
  readonly #database: Database;
  readonly #traces: SqliteTraces;
  readonly #tally: Tally | undefined;

  constructor(database: Database, traces: SqliteTraces, tally?: Tally) {
    this.#database = database;
    this.#traces = traces;
    this.#tally = tally;
  }

  append(item: NewOutboxItem): boolean {
    return this.#database.transaction(() => {
      const added = this.#insert(item, item.createdAt);
      if (added) for (const follower of item.then ?? []) this.#insertFollower(item.key, follower);
      return added;
    });
  }

  get(key: string): OutboxItem | undefined {
    const row = this.#database.get(`${whole} WHERE key = ?`, key);
    return row && parse(row);
  }

  head(channel: ChannelId, kind: OutboundKind): OutboxItem | undefined {
    const row = this.#database.get(
      `${whole} WHERE channel = ? AND kind = ? AND state = 'pending' ORDER BY seq LIMIT 1`,
      channel,
      kind,
    );
    return row && parse(row);
  }

  tail(channel: ChannelId, kind: OutboundKind): OutboxItem | undefined {
    const row = this.#database.get(
      `${whole} WHERE channel = ? AND kind = ? AND state = 'pending' ORDER BY seq DESC LIMIT 1`,
      channel,
      kind,
    );
    return row && parse(row);
  }

  pending(channel: ChannelId, kind?: OutboundKind): readonly OutboxItem[] {
    return this.#database
      .all(
        `${whole} WHERE channel = ? AND kind = coalesce(?, kind) AND state = 'pending' ORDER BY seq`,
        channel,
        kind ?? null,
      )
      .map(parse);
  }

  lanes(): readonly { readonly channel: ChannelId; readonly kind: OutboundKind }[] {
    return this.#database
      .all(
        `SELECT DISTINCT channel, kind FROM outbox
         WHERE state = 'pending' AND channel NOT IN (SELECT channel FROM parked_channels)`,
      )
      .map((row) => ({ channel: textOf(row, 'channel') as ChannelId, kind: textOf(row, 'kind') as OutboundKind }));
  }

  follow(key: string, item: FollowingItem): boolean {
    return this.#database.transaction(() => {
      if (this.#stateOf(key) !== 'pending') return false;
      this.#insertFollower(key, item);
      return true;
    });
  }

  plan(key: string, parts: readonly string[], at: number): void {
    this.#database.pass('outbox:plan', () =>
      this.#database.run('UPDATE outbox SET parts = ?, tried_at = ? WHERE key = ?', JSON.stringify(parts), at, key),
    );
  }

  partSent(key: string, messageId: string, at: number): void {
    this.#database.pass('outbox:part', () => {
      this.#database.run(
        `INSERT INTO outbox_parts (key, part, message_id)
         SELECT key, (SELECT count(*) FROM outbox_parts WHERE key = outbox.key), ? FROM outbox WHERE key = ?`,
        messageId,
        key,
      );
      this.#database.run('UPDATE outbox SET tried_at = ? WHERE key = ?', at, key);
      this.#note(key, at, 'outbox:part', { messageId });
    });
  }

  countPending(): number {
    const row = this.#database.get(`SELECT count(*) AS count FROM outbox WHERE state = 'pending'`);
    return row ? numberOf(row, 'count') : 0;
  }

  filesPending(): ReadonlySet<string> {
    const rows = this.#database.all(
      `SELECT json_extract(file.value, '$.path') AS path
       FROM (
         SELECT content FROM outbox WHERE state = 'pending' AND kind = 'text'
         UNION ALL SELECT content FROM outbox_followers
       ) AS waiting, json_each(waiting.content, '$.files') AS file
       WHERE json_extract(file.value, '$.path') IS NOT NULL`,
    );
    return new Set(rows.map((row) => textOf(row, 'path')));
  }

  hasSent(messageId: string): boolean {
    return this.#database.get('SELECT 1 FROM outbox_parts WHERE message_id = ?', messageId) !== undefined;
  }

  settle(key: string, outcome: Exclude<OutboxState, 'pending'>, at: number, detail?: string): readonly string[] {
    const row = this.#database.get(`SELECT kind, created_at FROM outbox WHERE key = ? AND state = 'pending'`, key);
    if (!row) return [];
    const kind = textOf(row, 'kind') as OutboundKind;
    const afterMs = Math.max(0, at - numberOf(row, 'created_at'));
    const added = this.#database.pass(`outbox:${outcome}`, () => {
      this.#database.run(
        'UPDATE outbox SET state = ?, settled_at = ?, detail = ? WHERE key = ?',
        outcome,
        at,
        detail ?? null,
        key,
      );
      this.#note(key, at, `outbox:${outcome}`, detail === undefined ? {} : { detail });
      return this.#release(key, outcome, at);
    });
    this.#tally?.postSettled({ kind, outcome, afterMs });
    return added;
  }

  park(channel: ChannelId, code: string, at: number): boolean {
    if (this.parked().some((parked) => parked.channel === channel)) return false;
    this.#database.pass('outbox:park', () =>
      this.#database.run('INSERT INTO parked_channels (channel, code, since) VALUES (?, ?, ?)', channel, code, at),
    );
    return true;
  }

  unpark(channel: ChannelId): boolean {
    if (!this.parked().some((parked) => parked.channel === channel)) return false;
    this.#database.pass('outbox:unpark', () =>
      this.#database.run('DELETE FROM parked_channels WHERE channel = ?', channel),
    );
    return true;
  }

  parked(): readonly ParkedChannel[] {
    return this.#database
      .all(
        `SELECT *, (SELECT count(*) FROM outbox WHERE channel = parked_channels.channel AND state = 'pending') AS pending
         FROM parked_channels ORDER BY since, channel`,
      )
      .map((row) => ({
        channel: textOf(row, 'channel') as ChannelId,
        code: textOf(row, 'code'),
        since: numberOf(row, 'since'),
        pending: numberOf(row, 'pending'),
      }));
  }

  /**
   * Two kinds of settled items are still needed: the text that a pending edit is of, and what was posted about when a
   * pending text was tried. Whether that text is out is told by comparing the channel's posts with what is known here; a
   * post that was forgotten would be taken for the pending one, and that be lost.
   */
  prune(before: number, atMost: number): number {
    return this.#database.run(
      `DELETE FROM outbox WHERE seq IN (
         SELECT seq FROM outbox AS old
         WHERE settled_at < ? AND state IN (${settled})
           AND NOT EXISTS (
             SELECT 1 FROM outbox AS edit WHERE edit.target = old.key AND edit.state = 'pending'
           )
           AND NOT EXISTS (
             SELECT 1 FROM outbox AS tried
             WHERE tried.channel = old.channel AND tried.kind = 'text' AND tried.state = 'pending'
               AND tried.parts IS NOT NULL AND old.settled_at >= coalesce(tried.tried_at, tried.created_at) - ?
           )
         ORDER BY settled_at LIMIT ?)`,
      before,
      comparedMs,
      atMost,
    );
  }

  pruneParked(before: number): number {
    return this.#database.run(
      `DELETE FROM parked_channels WHERE since < ?
         AND NOT EXISTS (SELECT 1 FROM outbox WHERE channel = parked_channels.channel AND state = 'pending')`,
      before,
    );
  }

  /** Cheaper than the whole item. */
  #stateOf(key: string): string | undefined {
    const row = this.#database.get('SELECT state FROM outbox WHERE key = ?', key);
    return row && textOf(row, 'state');
  }

  #insert({ key, channel, content, message }: FollowingItem, createdAt: number): boolean {
    if (this.#stateOf(key) !== undefined) return false;
    this.#database.pass('outbox:new', () => {
      const target = targetOf(content);
      if (target !== undefined) this.#dropOvertaken(channel, content.kind, target, createdAt);
      this.#database.run(
        `INSERT INTO outbox (key, channel, kind, content, target, message, state, created_at)
         VALUES (?, ?, ?, ?, ?, ?, 'pending', ?)`,
        key,
        channel,
        content.kind,
        JSON.stringify(content),
        target ?? null,
        message ?? null,
        createdAt,
      );
      this.#note(key, createdAt, 'outbox:new');
    });
    return true;
  }

  /** An earlier edit of the same text and an earlier reaction to the same message are news no more. */
  #dropOvertaken(channel: ChannelId, kind: OutboundKind, target: string, at: number): void {
    const rows = this.#database.all(
      `SELECT key FROM outbox WHERE target = ? AND kind = ? AND channel = ? AND state = 'pending'`,
      target,
      kind,
      channel,
    );
    for (const row of rows) this.settle(textOf(row, 'key'), 'dropped', at, 'overtaken');
  }

  /** What waited for an item that has ended becomes an item itself, or gives way to what says that it failed. */
  #release(key: string, outcome: OutboxState, at: number): readonly string[] {
    const followers = this.#database.all('SELECT * FROM outbox_followers WHERE after = ? ORDER BY seq', key);
    this.#database.run('DELETE FROM outbox_followers WHERE after = ?', key);
    const added: string[] = [];
    for (const row of followers) {
      const waited = parseContent(textOf(row, 'content'));
      const content = outcome === 'posted' ? waited : insteadOf(waited);
      const item = {
        key: textOf(row, 'key'),
        channel: textOf(row, 'channel') as ChannelId,
        message: optionalTextOf(row, 'message'),
      };
      if (content && this.#insert({ ...item, content }, at)) added.push(item.key);
    }
    return added;
  }

  #insertFollower(after: string, { key, channel, content, message }: FollowingItem): void {
    this.#database.run(
      `INSERT INTO outbox_followers (after, key, channel, content, message) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (key) DO NOTHING`,
      after,
      key,
      channel,
      JSON.stringify(content),
      message ?? null,
    );
  }

  #note(key: string, at: number, event: string, detail: Readonly<Record<string, string>> = {}): void {
    const row = this.#database.get('SELECT message, kind FROM outbox WHERE key = ? AND message IS NOT NULL', key);
    if (row) this.#traces.note(textOf(row, 'message'), at, event, { key, kind: textOf(row, 'kind'), ...detail });
  }
}

/** What an item is about, when a newer one about the same makes it needless. */
function targetOf(content: OutboundContent): string | undefined {
  switch (content.kind) {
    case 'text':
      return undefined;
    case 'edit':
      return content.of;
    case 'reaction':
      return content.messageId;
  }
}

function parse(row: Row): OutboxItem {
  const parts = optionalTextOf(row, 'parts');
  return {
    key: textOf(row, 'key'),
    channel: textOf(row, 'channel') as ChannelId,
    content: parseContent(textOf(row, 'content')),
    state: textOf(row, 'state') as OutboxState,
    parts: parts === undefined ? undefined : textList.parse(JSON.parse(parts)),
    sentIds: textList.parse(JSON.parse(textOf(row, 'sent_ids'))),
    triedAt: optionalNumberOf(row, 'tried_at'),
    message: optionalTextOf(row, 'message'),
    createdAt: numberOf(row, 'created_at'),
  };
}

function parseContent(json: string): OutboundContent {
  return storedContent.parse(JSON.parse(json));
}
