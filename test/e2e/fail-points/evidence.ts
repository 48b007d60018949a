import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { z } from 'zod';

import { systemErrorCode } from '../../../src/base/errors.ts';
import { isSettled } from '../../../src/model/message.ts';
import type { InboxState } from '../../../src/model/message.ts';
import type { BridgePaths } from '../../../src/config/paths.ts';

const history = z.object({ messages: z.array(z.object({ at: z.number(), text: z.string().nullable() })) });
const row = z.object({ what: z.string(), id: z.string(), state: z.string() });

/** The header that stands before what the bridge types. */
const header = /^\[[^\]\n]*\bsession=\d+\] /u;

/** What the practice agent of a session wrote down itself: every text it has read, in order. */
export function readByAgent(paths: BridgePaths, session: number): readonly string[] {
  const directory = join(paths.discord.sessions, String(session), 'scripted');
  return listed(directory)
    .filter((name) => /^[0-9a-f-]{36}\.json$/.test(name))
    .flatMap((name) => history.parse(JSON.parse(readFileSync(join(directory, name), 'utf8'))).messages)
    .sort((a, b) => a.at - b.at)
    .map(({ text }) => (text ?? '').replace(header, ''));
}

/** Events of a session's agent that nobody has taken yet. */
export function waitingEvents(paths: BridgePaths, session: number): readonly string[] {
  return listed(join(paths.discord.sessions, String(session), 'mailbox', 'events'));
}

/** What is still on its way: messages, posts, prompts, turns. Read from the daemon's own file. */
export function unsettled(paths: BridgePaths): readonly string[] {
  return withDatabase(paths, (database) =>
    z
      .array(row)
      .parse(
        database
          .prepare(
            `SELECT 'message' AS what, id, state FROM inbox
             UNION ALL SELECT 'post', key, state FROM outbox WHERE state = 'pending'
             UNION ALL SELECT 'follower', key, 'waits' FROM outbox_followers
             UNION ALL SELECT 'file', message || ' ' || id, state FROM message_files WHERE state = 'waiting'
             UNION ALL SELECT 'prompt', id, state FROM prompts WHERE state IN ('open', 'sent')
             UNION ALL SELECT 'turn', turn, 'open' FROM turns WHERE outcome IS NULL
             UNION ALL SELECT 'parked channel', channel, code FROM parked_channels`,
          )
          .all(),
      )
      .filter(({ what, state }) => what !== 'message' || !isSettled(state as InboxState))
      .map(({ what, id, state }) => `${what} ${id}: ${state}`),
  );
}

/** The states of the messages of a session that are not settled, in order. */
export function waitingMessages(paths: BridgePaths, session: number): readonly string[] {
  return withDatabase(paths, (database) =>
    database
      .prepare('SELECT state FROM inbox WHERE session = ? ORDER BY seq')
      .all(session)
      .map(({ state }) => String(state))
      .filter((state) => !isSettled(state as InboxState)),
  );
}

/** The oldest prompt in a state. */
export function promptIn(paths: BridgePaths, state: 'open' | 'sent'): string | undefined {
  return withDatabase(paths, (database) => {
    const found = database.prepare('SELECT id FROM prompts WHERE state = ? ORDER BY since').get(state);
    return found && String(found['id']);
  });
}

/** The states of all files that came with messages. */
export function fileStates(paths: BridgePaths): readonly string[] {
  return withDatabase(paths, (database) =>
    database
      .prepare('SELECT state FROM message_files')
      .all()
      .map(({ state }) => String(state)),
  );
}

/** Channels that are held back because they refuse the bot. */
export function parkedChannels(paths: BridgePaths): readonly string[] {
  return withDatabase(paths, (database) =>
    database
      .prepare('SELECT channel FROM parked_channels')
      .all()
      .map(({ channel }) => String(channel)),
  );
}

function withDatabase<T>(paths: BridgePaths, look: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(paths.discord.database, { readOnly: true, timeout: 5000 });
  try {
    return look(database);
  } finally {
    database.close();
  }
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
