import { compareIds } from './payloads.ts';

/** Messages of one channel that were not looked at. */
export interface Unread {
  /** How many came while the page was open; 0 when there are some of which the number is not known. */
  readonly count: number;
  readonly mentions: number;
}

/** What has been read where. Never changed in place. */
export interface Reading {
  /** The channel on the screen. */
  readonly shown: string | undefined;
  /** Whether somebody looks at its end: the window is in front and scrolled down. */
  readonly attentive: boolean;
  /** The newest message read, by channel. */
  readonly lastRead: ReadonlyMap<string, string>;
  readonly unread: ReadonlyMap<string, Unread>;
  /** By channel: the message after which the line "New" stands. */
  readonly dividers: ReadonlyMap<string, string>;
}

export const nothingRead: Reading = {
  shown: undefined,
  attentive: false,
  lastRead: new Map(),
  unread: new Map(),
  dividers: new Map(),
};

/** A message of somebody else has come. */
export function hear(
  reading: Reading,
  message: { readonly channel: string; readonly id: string; readonly previous: string; readonly mentions: boolean },
): Reading {
  const { channel, id } = message;
  const last = reading.lastRead.get(channel);
  if (last !== undefined && compareIds(id, last) <= 0) return reading;
  if (channel === reading.shown && reading.attentive)
    return { ...reading, lastRead: set(reading.lastRead, channel, id) };
  const known = reading.unread.get(channel) ?? { count: 0, mentions: 0 };
  const unread = { count: known.count + 1, mentions: known.mentions + (message.mentions ? 1 : 0) };
  return {
    ...reading,
    unread: set(reading.unread, channel, unread),
    dividers: reading.dividers.has(channel)
      ? reading.dividers
      : set(reading.dividers, channel, last ?? message.previous),
  };
}

/** A channel's newest message is known from a list: is there something new? Never seen channels count as read. */
export function compareNewest(reading: Reading, channel: string, newest: string): Reading {
  const last = reading.lastRead.get(channel);
  if (last === undefined) return { ...reading, lastRead: set(reading.lastRead, channel, newest) };
  if (compareIds(newest, last) <= 0 || reading.unread.has(channel)) return reading;
  return {
    ...reading,
    unread: set(reading.unread, channel, { count: 0, mentions: 0 }),
    dividers: set(reading.dividers, channel, last),
  };
}

/** Another channel comes on the screen; the line "New" of the one before has done its work. */
export function show(reading: Reading, channel: string | undefined): Reading {
  if (channel === reading.shown) return reading;
  const left = reading.shown;
  const dividers = left !== undefined && !reading.unread.has(left) ? without(reading.dividers, left) : reading.dividers;
  return { ...reading, shown: channel, attentive: false, dividers };
}

/** Somebody looks at the end of the shown channel, or no longer. */
export function attend(reading: Reading, attentive: boolean, newest: string | undefined): Reading {
  const { shown } = reading;
  if (shown === undefined || !attentive) return { ...reading, attentive };
  return {
    ...reading,
    attentive,
    unread: without(reading.unread, shown),
    lastRead: newest === undefined ? reading.lastRead : set(reading.lastRead, shown, newest),
  };
}

/** Marks a channel as read, and takes its line "New" away. */
export function dismiss(reading: Reading, channel: string, newest: string | undefined): Reading {
  return {
    ...reading,
    unread: without(reading.unread, channel),
    dividers: without(reading.dividers, channel),
    lastRead: newest === undefined ? reading.lastRead : set(reading.lastRead, channel, newest),
  };
}

/** A channel is gone. */
export function forget(reading: Reading, channel: string): Reading {
  return {
    ...reading,
    unread: without(reading.unread, channel),
    dividers: without(reading.dividers, channel),
    lastRead: without(reading.lastRead, channel),
  };
}

function set<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value);
}

function without<Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> {
  if (!map.has(key)) return map;
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
