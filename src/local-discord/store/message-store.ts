import type {
  APIEmbed,
  APIMessageInteractionMetadata,
  APIMessageReference,
  APIMessageTopLevelComponent,
  MessageType,
} from 'discord-api-types/v10';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';

import { largestIdIn } from './database.ts';
import { largestId, toInteger } from './snowflakes.ts';

/** A message as it is kept: everything but its reactions and attachments. */
export interface StoredMessage {
  readonly id: string;
  readonly channel: string;
  readonly author: string;
  /** An ephemeral message: the one user who sees it. It is in no history. */
  readonly onlyFor?: string;
  readonly body: MessageBody;
}

export interface MessageBody {
  readonly type: MessageType;
  readonly content: string;
  readonly embeds: readonly APIEmbed[];
  readonly components: readonly APIMessageTopLevelComponent[];
  /** Ids of the users it mentions. */
  readonly mentions: readonly string[];
  readonly mentionEveryone: boolean;
  /** Discord's `MessageFlags`. */
  readonly flags: number;
  /** Epoch milliseconds; absent when it is not pinned. */
  readonly pinnedAt?: number;
  readonly tts: boolean;
  /** Epoch milliseconds of the last edit. */
  readonly editedAt?: number;
  readonly reference?: APIMessageReference;
  /** The application that answered an interaction with it. */
  readonly applicationId?: string;
  readonly interaction?: APIMessageInteractionMetadata;
  /** The name of the command that it answers. */
  readonly command?: string;
  /** A webhook said it, under this name. */
  readonly webhook?: { readonly name: string };
  /** A message that it passes on, as that was then; its files are still those of the message. */
  readonly forwarded?: {
    readonly content: string;
    readonly embeds: readonly APIEmbed[];
    readonly flags: number;
    readonly mentions: readonly string[];
    /** Epoch milliseconds. */
    readonly editedAt?: number;
  };
  /** Somebody has spoken it: its one file is sound. */
  readonly voice?: { readonly seconds: number; readonly waveform: string };
}

/** Which part of a channel's history is wanted; at most one of the three ids. */
export interface HistoryQuery {
  readonly before?: string;
  readonly after?: string;
  readonly around?: string;
  readonly limit: number;
}

/** Retention: this many messages are kept in a channel, the oldest go first. */
const keepPerChannel = 20_000;
const pruneEvery = 500;

/** How long a nonce is remembered. Discord says "a few minutes"; longer would hide what it would not. */
const nonceMemoryMs = 5 * 60 * 1000;

const columns = 'CAST(id AS TEXT) AS id, channel, author, only_for, body';

/** Owns the messages and the memory of nonces. */
export class MessageStore {
  readonly #database: DatabaseSync;
  #sincePrune = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  insert(message: StoredMessage): void {
    this.#database
      .prepare('INSERT INTO messages (id, channel, author, only_for, body) VALUES (?, ?, ?, ?, ?)')
      .run(BigInt(message.id), message.channel, message.author, message.onlyFor ?? null, JSON.stringify(message.body));
    this.#sincePrune += 1;
    if (this.#sincePrune % pruneEvery === 0) this.#prune(message.channel);
  }

  get(channel: string, id: string): StoredMessage | undefined {
    const row = this.#database
      .prepare(`SELECT ${columns} FROM messages WHERE id = ? AND channel = ? AND only_for IS NULL`)
      .get(toInteger(id), channel);
    return row && toMessage(row);
  }

  /** A message as `get`, or one that only this user sees. */
  getVisible(channel: string, id: string, user: string): StoredMessage | undefined {
    const row = this.#database
      .prepare(`SELECT ${columns} FROM messages WHERE id = ? AND channel = ? AND (only_for IS NULL OR only_for = ?)`)
      .get(toInteger(id), channel, user);
    return row && toMessage(row);
  }

  update(id: string, body: MessageBody): void {
    this.#database.prepare('UPDATE messages SET body = ? WHERE id = ?').run(JSON.stringify(body), BigInt(id));
  }

  /** Removes a message with its reactions and attachments; false when there was none. */
  delete(id: string): boolean {
    return Number(this.#database.prepare('DELETE FROM messages WHERE id = ?').run(BigInt(id)).changes) > 0;
  }

  /** A part of the history, newest first as Discord gives it. */
  history(channel: string, query: HistoryQuery): readonly StoredMessage[] {
    const { before, after, around, limit } = query;
    if (around !== undefined) {
      const id = toInteger(around);
      const newer = this.#select('channel = ? AND id > ? ORDER BY id ASC', channel, id, Math.floor((limit - 1) / 2));
      const older = this.#select('channel = ? AND id <= ? ORDER BY id DESC', channel, id, limit - newer.length);
      return [...newer.reverse(), ...older];
    }
    if (after !== undefined) {
      return this.#select('channel = ? AND id > ? ORDER BY id ASC', channel, toInteger(after), limit).reverse();
    }
    const end = before === undefined ? largestId : toInteger(before);
    return this.#select('channel = ? AND id < ? ORDER BY id DESC', channel, end, limit);
  }

  /** The newest message's id, or undefined in an empty channel. */
  newest(channel: string): string | undefined {
    const row = this.#database
      .prepare('SELECT CAST(max(id) AS TEXT) AS id FROM messages WHERE channel = ? AND only_for IS NULL')
      .get(channel);
    return typeof row?.['id'] === 'string' ? row['id'] : undefined;
  }

  count(channel: string): number {
    return Number(
      this.#database.prepare('SELECT count(*) AS n FROM messages WHERE channel = ?').get(channel)?.['n'] ?? 0,
    );
  }

  /** Pinned messages of a channel, newest first. */
  pinned(channel: string): readonly StoredMessage[] {
    return this.#select(
      "channel = ? AND id < ? AND body ->> 'pinnedAt' IS NOT NULL ORDER BY id DESC",
      channel,
      largestId,
      50,
    );
  }

  /** The message that this author sent with this nonce in the last minutes. */
  byNonce(author: string, nonce: string, now: number): string | undefined {
    const row = this.#database
      .prepare('SELECT CAST(message AS TEXT) AS id FROM nonces WHERE author = ? AND nonce = ? AND at > ?')
      .get(author, nonce, now - nonceMemoryMs);
    return typeof row?.['id'] === 'string' ? row['id'] : undefined;
  }

  rememberNonce(author: string, nonce: string, message: string, now: number): void {
    this.#database.prepare('DELETE FROM nonces WHERE at <= ?').run(now - nonceMemoryMs);
    this.#database
      .prepare('INSERT OR REPLACE INTO nonces (author, nonce, message, at) VALUES (?, ?, ?, ?)')
      .run(author, nonce, BigInt(message), now);
  }

  /** As after some minutes. */
  forgetNonces(): void {
    this.#database.prepare('DELETE FROM nonces').run();
  }

  /** Erases everything said in a channel. */
  eraseChannel(channel: string): void {
    this.#database.prepare('DELETE FROM messages WHERE channel = ?').run(channel);
  }

  /** The largest id in use, 0 when there is none. */
  largest(): bigint {
    return largestIdIn(this.#database, 'messages');
  }

  #select(where: string, channel: string, id: bigint, limit: number): StoredMessage[] {
    return this.#database
      .prepare(`SELECT ${columns} FROM messages WHERE only_for IS NULL AND ${where} LIMIT ?`)
      .all(channel, id, limit)
      .map(toMessage);
  }

  #prune(channel: string): void {
    this.#database
      .prepare(
        `DELETE FROM messages WHERE channel = $channel AND id <= (
           SELECT id FROM messages WHERE channel = $channel ORDER BY id DESC LIMIT 1 OFFSET $kept)`,
      )
      .run({ channel, kept: keepPerChannel });
  }
}

function toMessage(row: Record<string, SQLOutputValue>): StoredMessage {
  return {
    id: String(row['id']),
    channel: String(row['channel']),
    author: String(row['author']),
    ...(typeof row['only_for'] === 'string' ? { onlyFor: row['only_for'] } : {}),
    body: JSON.parse(String(row['body'])) as MessageBody,
  };
}
