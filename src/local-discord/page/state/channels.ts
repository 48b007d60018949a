import type { APIChannel } from 'discord-api-types/v10';

import { channelTypes, compareIds } from './payloads.ts';

/** A channel as the page shows it. */
export interface Channel {
  readonly id: string;
  /** One of `channelTypes`, or another that the page has no use for. */
  readonly type: number;
  readonly name: string;
  readonly topic: string;
  readonly position: number;
  readonly parent: string | undefined;
  readonly newestMessage: string | undefined;
  readonly archived: boolean;
}

export function toChannel(payload: APIChannel): Channel {
  return {
    id: payload.id,
    type: payload.type,
    name: payload.name ?? '',
    topic: 'topic' in payload ? (payload.topic ?? '') : '',
    position: 'position' in payload ? payload.position : 0,
    parent: 'parent_id' in payload ? (payload.parent_id ?? undefined) : undefined,
    newestMessage: 'last_message_id' in payload ? (payload.last_message_id ?? undefined) : undefined,
    archived: 'thread_metadata' in payload && payload.thread_metadata.archived,
  };
}

export function isThread({ type }: Pick<Channel, 'type'>): boolean {
  const { publicThread, privateThread, announcementThread } = channelTypes;
  return type === publicThread || type === privateThread || type === announcementThread;
}

/** The channels that can be opened, in the order of the list: threads under their channel, oldest first. */
export function orderedChannels(channels: ReadonlyMap<string, Channel>): readonly Channel[] {
  const all = [...channels.values()];
  const threads = all.filter((channel) => isThread(channel) && !channel.archived);
  return all
    .filter(({ type }) => type === channelTypes.text)
    .sort((a, b) => a.position - b.position || compareIds(a.id, b.id))
    .flatMap((channel) => [
      channel,
      ...threads.filter(({ parent }) => parent === channel.id).sort((a, b) => compareIds(a.id, b.id)),
    ]);
}

/** The channel that lies so many steps further down the list, around its ends. */
export function neighbour(channels: readonly Channel[], shown: string | undefined, step: number): Channel | undefined {
  const index = channels.findIndex(({ id }) => id === shown);
  return channels.at((index + step) % channels.length);
}

export type Sign = 'idle' | 'busy' | 'waiting' | 'lost' | 'stopped';

/** What a topic says about the session behind its channel. */
export interface Topic {
  /** Undefined when the topic begins with no sign: then all of it is plain words. */
  readonly sign: Sign | undefined;
  /** The words for the state, e.g. `waiting for permission`; empty without a sign. */
  readonly state: string;
  /** The rest, without sign and state. */
  readonly rest: string;
}

const signs: Readonly<Record<string, Sign>> = {
  '🟢': 'idle',
  '🔵': 'busy',
  '🟡': 'waiting',
  '🔴': 'lost',
  '⚪': 'stopped',
};

const separator = ' · ';

/** Reads a topic such as `🔵 busy · session 1 · claude-code`. */
export function readTopic(topic: string): Topic {
  const first = String.fromCodePoint(topic.codePointAt(0) ?? 32);
  const sign = signs[first];
  if (!sign) return { sign: undefined, state: '', rest: topic.trim() };
  const words = topic
    .slice(first.length)
    .replace(/^\uFE0F/, '')
    .trim();
  const end = words.indexOf(separator);
  return {
    sign,
    state: end < 0 ? words : words.slice(0, end).trim(),
    rest: end < 0 ? '' : words.slice(end + separator.length).trim(),
  };
}
