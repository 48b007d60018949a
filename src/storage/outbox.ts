import { z } from 'zod';

import { insteadOf } from '../model/message.ts';
import type { OutboundContent, OutboxItem, OutboxState } from '../model/message.ts';
import type { ChannelId } from '../model/session.ts';
import type { NewOutboxItem, Outbox } from '../contracts/stores.ts';
import type { Database, Row } from './database.ts';
import { numberOf, optionalTextOf, textOf } from './rows.ts';

const textList = z.array(z.string());
const storedContent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string(), replyTo: z.string().optional() }),
  z.object({
    kind: z.literal('reaction'),
    messageId: z.string(),
    reaction: z.enum(['stored', 'delivered', 'answered', 'failed']),
  }),
]);

/** What is to be put into channels, in one table; what waits for another item in a second. */
export class SqliteOutbox implements Outbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  append(item: NewOutboxItem): boolean {
    return this.#database.transaction(() => {
      const added = this.#insert(item, item.createdAt);
      if (added) for (const follower of item.then ?? []) this.#insertFollower(item.key, follower);
      return added;
    });
  }

  get(key: string): OutboxItem | undefined {
    const row = this.#database.get('SELECT * FROM outbox WHERE key = ?', key);
    return row && parse(row);
  }

  pending(channel: ChannelId, kind: OutboundContent['kind']): readonly OutboxItem[] {
    return this.#database
      .all(`SELECT * FROM outbox WHERE channel = ? AND kind = ? AND state = 'pending' ORDER BY seq`, channel, kind)
      .map(parse);
  }

  lanes(): readonly { readonly channel: ChannelId; readonly kind: OutboundContent['kind'] }[] {
    return this.#database.all(`SELECT DISTINCT channel, kind FROM outbox WHERE state = 'pending'`).map((row) => ({
      channel: textOf(row, 'channel') as ChannelId,
      kind: textOf(row, 'kind') as OutboundContent['kind'],
    }));
  }

  follow(key: string, item: Omit<NewOutboxItem, 'createdAt' | 'then'>): boolean {
    return this.#database.transaction(() => {
      if (this.get(key)?.state !== 'pending') return false;
      this.#insertFollower(key, item);
      return true;
    });
  }

  plan(key: string, parts: readonly string[]): void {
    this.#database.run('UPDATE outbox SET parts = ? WHERE key = ?', JSON.stringify(parts), key);
  }

  partSent(key: string, messageId: string): void {
    this.#database.run(`UPDATE outbox SET sent_ids = json_insert(sent_ids, '$[#]', ?) WHERE key = ?`, messageId, key);
  }

  settle(key: string, outcome: 'posted' | 'failed', at: number, detail?: string): readonly string[] {
    return this.#database.transaction(() => {
      const changed = this.#database.run(
        `UPDATE outbox SET state = ?, settled_at = ?, detail = ? WHERE key = ? AND state = 'pending'`,
        outcome,
        at,
        detail ?? null,
        key,
      );
      if (changed === 0) return [];
      const followers = this.#database.all('SELECT * FROM outbox_followers WHERE after = ? ORDER BY seq', key);
      this.#database.run('DELETE FROM outbox_followers WHERE after = ?', key);
      const added: string[] = [];
      for (const row of followers) {
        const waited = parseContent(textOf(row, 'content'));
        const content = outcome === 'posted' ? waited : insteadOf(waited);
        const item = { key: textOf(row, 'key'), channel: textOf(row, 'channel') as ChannelId };
        if (content && this.#insert({ ...item, content }, at)) added.push(item.key);
      }
      return added;
    });
  }

  prune(before: number): number {
    return this.#database.run(`DELETE FROM outbox WHERE settled_at < ? AND state IN ('posted', 'failed')`, before);
  }

  #insert(item: Pick<NewOutboxItem, 'key' | 'channel' | 'content'>, createdAt: number): boolean {
    return (
      this.#database.run(
        `INSERT INTO outbox (key, channel, kind, content, state, created_at) VALUES (?, ?, ?, ?, 'pending', ?)
         ON CONFLICT (key) DO NOTHING`,
        item.key,
        item.channel,
        item.content.kind,
        JSON.stringify(item.content),
        createdAt,
      ) === 1
    );
  }

  #insertFollower(after: string, item: Pick<NewOutboxItem, 'key' | 'channel' | 'content'>): void {
    this.#database.run(
      `INSERT INTO outbox_followers (after, key, channel, content) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`,
      after,
      item.key,
      item.channel,
      JSON.stringify(item.content),
    );
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
    createdAt: numberOf(row, 'created_at'),
  };
}

function parseContent(json: string): OutboundContent {
  const content = storedContent.parse(JSON.parse(json));
  if (content.kind === 'reaction') return content;
  const { replyTo, ...text } = content;
  return replyTo === undefined ? text : { ...text, replyTo };
}
