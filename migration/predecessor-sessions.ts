import { z } from 'zod';

import { BridgeError } from '../src/base/errors.ts';
import { isDirectory } from '../src/config/directories.ts';
import { parseChannelId, parseSessionNumber } from '../src/model/session.ts';
import type { SessionEntry } from '../src/model/session.ts';

/** One session as the predecessor's sessions.json has it. */
export interface TheirSession {
  readonly number: number;
  /** As written. */
  readonly channel: string;
  readonly workDir?: string;
}

export interface SessionsPlan {
  /** Our map as it is to be; undefined when nothing is added. */
  readonly entries: readonly SessionEntry[] | undefined;
  readonly added: readonly { readonly number: number; readonly channel: string; readonly was: number }[];
  /** Our number of each of theirs that is here now, or will be. */
  readonly numbers: ReadonlyMap<number, number>;
  readonly notes: readonly string[];
}

export interface SessionsPlanOptions {
  readonly theirs: readonly TheirSession[];
  readonly ours: readonly SessionEntry[];
  /** Channels of sessions that were taken over before. */
  readonly taken: ReadonlySet<string>;
  /** Whether a number was given here, to a session that there is or was: it is not given again. */
  readonly isGiven: (number: number) => boolean;
}

const channel = z.union([z.string(), z.number().transform(String)]);
/** Later versions keep more than the channel, under one of these names. */
const detailed = z
  .object({
    channel: channel.optional(),
    channel_id: channel.optional(),
    channelId: channel.optional(),
    work_dir: z.string().optional(),
    workDir: z.string().optional(),
    working_dir: z.string().optional(),
  })
  .transform((one) => ({
    channel: one.channel ?? one.channel_id ?? one.channelId ?? '',
    workDir: one.work_dir ?? one.workDir ?? one.working_dir,
  }));
const entry = z.union([channel.transform((text) => ({ channel: text, workDir: undefined })), detailed]);
const flat = z.record(z.string(), entry);
const mapSchema = z.union([z.object({ sessions: flat }).transform(({ sessions }) => sessions), flat]);

/**
 * The predecessor's map: `{"1": "<channel id>"}`, also below a key `sessions`, also with an object for each session.
 *
 * @throws BridgeError `predecessor-unreadable`.
 */
export function readPredecessorSessions(text: string, file: string): readonly TheirSession[] {
  if (text.trim() === '') return [];
  let map: z.infer<typeof mapSchema>;
  try {
    map = mapSchema.parse(JSON.parse(text.replace(/^\u{feff}/u, ''), withAllDigits));
  } catch (cause) {
    throw new BridgeError('predecessor-unreadable', `${file} is not a map of sessions like {"1": "<channel id>"}.`, {
      cause,
    });
  }
  return Object.entries(map).map(([key, { channel: id, workDir }]) => {
    const number = parseSessionNumber(key);
    if (number !== undefined) return { number, channel: id.trim(), ...(workDir === undefined ? {} : { workDir }) };
    throw new BridgeError(
      'predecessor-unreadable',
      `${file} has ${JSON.stringify(key)} where a session number belongs.`,
    );
  });
}

/**
 * Which of the predecessor's sessions are added to our map. They keep their numbers; where a number was given here to
 * another one, the session gets the next that is free: nobody inherits another's files. Pure but for the directories.
 */
export function planSessions({ theirs, ours, taken, isGiven }: SessionsPlanOptions): SessionsPlan {
  const notes: string[] = [];
  const added: SessionsPlan['added'][number][] = [];
  const entries = [...ours];
  const numbers = new Map<number, number>();
  const homeless: TheirSession[] = [];
  const add = (one: TheirSession, number: number): void => {
    const id = parseChannelId(one.channel);
    const parsed = parseSessionNumber(number);
    if (id === undefined || parsed === undefined) return;
    const isUsable = one.workDir?.startsWith('/') === true && isDirectory(one.workDir);
    if (one.workDir !== undefined && !isUsable) {
      notes.push(`The working directory ${one.workDir} of session ${one.number} is not there, and is left out.`);
    }
    entries.push({
      number: parsed,
      channel: id,
      ...(isUsable ? { workDir: one.workDir } : {}),
    });
    added.push({ number, channel: id, was: one.number });
    numbers.set(one.number, number);
  };
  const ordered = [...theirs].sort((a, b) => a.number - b.number);
  for (const one of ordered) {
    const here = ours.find((each) => each.channel === one.channel);
    const twin = ordered.find((each) => each.channel === one.channel);
    if (parseChannelId(one.channel) === undefined) {
      notes.push(
        `Session ${one.number} is left out: ${JSON.stringify(one.channel)} is no channel id (15 to 20 digits).`,
      );
    } else if (twin !== undefined && twin !== one) {
      notes.push(`Session ${one.number} is left out: session ${twin.number} of there has its channel too.`);
    } else if (here !== undefined) numbers.set(one.number, here.number);
    else if (taken.has(one.channel)) {
      notes.push(`Session ${one.number} was taken over before, and is not here any more: so it stays.`);
    } else if (isGiven(one.number)) homeless.push(one);
    else add(one, one.number);
  }
  for (const one of homeless) {
    let number = 1 + Math.max(...[...entries, ...theirs].map((each): number => each.number));
    while (isGiven(number)) number += 1;
    notes.push(`Session ${one.number} of there becomes session ${number}: its number was given here to another one.`);
    add(one, number);
  }
  return { entries: added.length === 0 ? undefined : entries, added, numbers, notes };
}

/** A channel's id without quotes has more digits than a number holds; its own text has them all. */
function withAllDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? context.source : value;
}
