import { ChannelType } from 'discord-api-types/v10';
import type { OverwriteType, ThreadAutoArchiveDuration } from 'discord-api-types/v10';
import type { DatabaseSync } from 'node:sqlite';

import { JsonTable } from './json-table.ts';

/** The kinds of channel that this server has. */
export type StoredChannelType =
  | ChannelType.GuildText
  | ChannelType.GuildCategory
  | ChannelType.DM
  | ChannelType.PublicThread
  | ChannelType.PrivateThread;

export interface StoredThread {
  readonly ownerId: string;
  readonly members: readonly { readonly id: string; readonly joinedAt: number }[];
  readonly archived: boolean;
  readonly locked: boolean;
  readonly autoArchiveMinutes: ThreadAutoArchiveDuration;
  /** Epoch milliseconds of the last change of `archived`, or of the creation. */
  readonly archiveChangedAt: number;
  readonly createdAt: number;
}

/** What a role or a member may do in a channel, and what not; bit sets as Discord writes them. */
export interface StoredOverwrite {
  readonly id: string;
  readonly type: OverwriteType;
  readonly allow: string;
  readonly deny: string;
}

export interface StoredChannel {
  readonly id: string;
  readonly type: StoredChannelType;
  readonly name: string;
  readonly topic: string | null;
  readonly position: number;
  /** The category of a channel, the channel of a thread. */
  readonly parent: string | null;
  /** Seconds between two messages of one user; kept and shown, not enforced. */
  readonly slowmode: number;
  readonly nsfw: boolean;
  /** Who talks in a direct channel. */
  readonly recipients?: readonly string[];
  readonly thread?: StoredThread;
  readonly overwrites?: readonly StoredOverwrite[];
  /** Epoch milliseconds since when it is hidden; such a channel does not exist for clients. */
  readonly removedAt?: number;
}

/** How long a removed channel can be brought back before it is erased with its messages: 30 days. */
const keepRemovedMs = 30 * 24 * 3600 * 1000;

/** Ids of this server stay below this until the year 2049. */
const largestOwnId = 1n << 62n;

/** Owns which channels, threads and direct channels exist. Knows nothing about messages. */
export class ChannelStore {
  readonly #table: JsonTable<StoredChannel>;

  constructor(database: DatabaseSync) {
    this.#table = new JsonTable(database, 'channels');
  }

  /** A channel that exists for clients. */
  get(id: string): StoredChannel | undefined {
    const channel = this.#table.get(id);
    return channel?.removedAt === undefined ? channel : undefined;
  }

  /** A channel whether it is removed or not. */
  getAny(id: string): StoredChannel | undefined {
    return this.#table.get(id);
  }

  put(channel: StoredChannel): StoredChannel {
    return this.#table.put(channel);
  }

  /** Channels and categories of the guild by position, without threads. */
  ofGuild(): readonly StoredChannel[] {
    return this.#present()
      .filter(({ type }) => type === ChannelType.GuildText || type === ChannelType.GuildCategory)
      .sort((a, b) => a.position - b.position || compareIds(a.id, b.id));
  }

  /** Threads, newest first; of one channel or of all. */
  threads(parent?: string): readonly StoredChannel[] {
    return this.#present()
      .filter((channel) => channel.thread !== undefined && (parent === undefined || channel.parent === parent))
      .sort((a, b) => compareIds(b.id, a.id));
  }

  /** The direct channel between two users, if there is one. */
  direct(one: string, other: string): StoredChannel | undefined {
    return this.#present().find(({ recipients }) => recipients?.includes(one) && recipients.includes(other));
  }

  /** The direct channels of a user. */
  directOf(user: string): readonly StoredChannel[] {
    return this.#present().filter(({ recipients }) => recipients?.includes(user));
  }

  /** Ids of all channels that can have come from this server (one that was given to it may be any number). */
  ownIds(): readonly bigint[] {
    return this.#table
      .all()
      .map(({ id }) => BigInt(id))
      .filter((id) => id < largestOwnId);
  }

  /** Hides a channel; its history stays until it is erased. */
  remove(id: string, at: number): void {
    const channel = this.get(id);
    if (channel) this.#table.put({ ...channel, removedAt: at });
  }

  /** Erases channels that were removed long ago and says which. */
  eraseOld(now: number): readonly string[] {
    const old = this.#table
      .all()
      .filter(({ removedAt }) => removedAt !== undefined && removedAt < now - keepRemovedMs)
      .map(({ id }) => id);
    for (const id of old) this.#table.delete(id);
    return old;
  }

  #present(): StoredChannel[] {
    return this.#table.all().filter(({ removedAt }) => removedAt === undefined);
  }
}

/** Orders ids by age. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}
