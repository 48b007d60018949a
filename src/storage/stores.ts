import { chmodSync, closeSync, openSync } from 'node:fs';

import { BridgeError, describeError } from '../base/errors.ts';
import type { Stores } from '../contracts/stores.ts';
import type { Tally } from '../contracts/tally.ts';
import { SqliteChannels } from './channels.ts';
import { Database } from './database.ts';
import { SqliteFacts } from './facts.ts';
import { SqliteInbox } from './inbox.ts';
import { SqliteMessageFiles } from './message-files.ts';
import { SqliteOffers } from './offers.ts';
import { SqliteOutbox } from './outbox.ts';
import { SqlitePrompts } from './prompts.ts';
import { SqliteSessionRecords } from './session-records.ts';
import { SqliteTraces } from './traces.ts';
import { SqliteTurns } from './turns.ts';

/**
 * Opens everything durable that lives in one SQLite file.
 *
 * @param path the file (made 0600), or `:memory:`.
 * @param tally hears of what is settled.
 * @throws BridgeError as `Database.open`.
 */
export function openStores(path: string, tally?: Tally): Stores & { close(): void } {
  if (path !== ':memory:') makePrivateFile(path);
  const database = Database.open(path);
  const facts = new SqliteFacts(database);
  const traces = new SqliteTraces(database);
  return {
    inbox: new SqliteInbox(database, traces, tally),
    files: new SqliteMessageFiles(database, traces),
    outbox: new SqliteOutbox(database, traces, tally),
    traces,
    channels: new SqliteChannels(database),
    turns: new SqliteTurns(database, traces),
    prompts: new SqlitePrompts(database),
    offers: new SqliteOffers(database),
    records: new SqliteSessionRecords(database, facts),
    facts,
    transaction: (action) => database.transaction(action),
    unflushed: (action) => database.unflushed(action),
    flush: () => {
      database.flush();
    },
    flushed: () => database.flushed(),
    compact: () => database.compact(),
    close: () => {
      database.close();
    },
  };
}

/** SQLite gives its journal files the mode of the file, so the file has its mode before it is opened. */
function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  } catch (cause) {
    throw new BridgeError('state-unreadable', `The state file ${path} cannot be opened: ${describeError(cause)}.`, {
      advice: 'Check the permissions of its folder.',
      cause,
    });
  }
}
