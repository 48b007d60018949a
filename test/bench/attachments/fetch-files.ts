import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { Attachments } from '../../../src/attachments/attachments.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { newHex } from '../../../src/base/ids.ts';
import { silentLog } from '../../../src/base/log.ts';
import { MessageFiles } from '../../../src/bridge/attachments/message-files.ts';
import { fileWordsIn } from '../../../src/bridge/words/files.ts';
import type { ChannelId, SessionNumber } from '../../../src/model/session.ts';
import { openStores } from '../../../src/storage/stores.ts';

/** What a process that has fetched tells its parent. */
export interface Fetched {
  readonly ms: number;
  /** How far the resident memory went over what it was at the begin, in MB of 2^20 bytes. */
  readonly growth: number;
}

const [how = '', url = '', size = '', files = '', directory = ''] = process.argv.slice(2);
const count = Number(files);
const sessions = [1, 2, 3, 4] as SessionNumber[];

/** As anybody would: all at once, each piped into its file. */
async function plainly(): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const { body } = await fetch(url);
      if (!body) throw new Error('an empty answer');
      await pipeline(Readable.fromWeb(body), createWriteStream(join(directory, String(index))));
    }),
  );
}

/** As the bridge does it: with its rooms, its folders and its database. Gives what is to be timed. */
function asBridge(): () => Promise<void> {
  const stores = openStores(join(directory, 'bridge.db'));
  let left = sessions.length;
  let done = (): void => undefined;
  const messages = new MessageFiles({
    stores,
    folders: new Attachments({
      directory: join(directory, 'attachments'),
      maxSize: 100 * 1024 ** 2,
      quota: 250 * 1024 ** 2,
      transcribe: [],
      environment: {},
      clock: systemClock,
      mark: () => newHex(6),
    }),
    freshMessage: () => Promise.resolve(undefined),
    words: fileWordsIn('en'),
    limits: { maxSize: 100 * 1024 ** 2, quota: 250 * 1024 ** 2 },
    clock: systemClock,
    log: silentLog,
    onOutbox: () => undefined,
    onReady: () => {
      left -= 1;
      if (left === 0) done();
    },
  });
  return async () => {
    const whole = new Promise<void>((resolve) => {
      done = resolve;
    });
    stores.transaction(() => {
      for (const session of sessions) store(session);
    });
    messages.kick();
    await whole;
    const states = sessions.flatMap((session) => stores.files.of(`m${session}`)).map(({ outcome }) => outcome?.state);
    if (states.length !== count || states.some((state) => state !== 'stored')) throw new Error(states.join(', '));
  };

  function store(session: SessionNumber): void {
    const id = `m${session}`;
    const channel = `10000000000000000${session}` as ChannelId;
    stores.inbox.append({
      ...{ id, session, source: 'discord', channel, messageId: `20000000000000000${session}`, text: 'look' },
      ...{ authorId: '1', authorName: 'Ann', sentAt: 0, receivedAt: 0 },
    });
    const own = Array.from({ length: count / sessions.length }, (_, index) => String(index));
    stores.files.add(
      id,
      own.map((name) => ({ id: name, name, size: Number(size), url })),
    );
  }
}

function residentKilobytes(name: 'VmRSS' | 'VmHWM'): number {
  const [, kilobytes] =
    new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  if (kilobytes === undefined) throw new Error(`no ${name}`);
  return Number(kilobytes);
}

mkdirSync(directory, { recursive: true });
const run = how === 'bridge' ? asBridge() : plainly;
const before = residentKilobytes('VmRSS');
const begin = performance.now();
await run();
const ms = performance.now() - begin;
const fetched: Fetched = { ms, growth: (residentKilobytes('VmHWM') - before) / 1024 };
process.send?.(fetched, () => process.exit());
