import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { removeMailboxLeftovers } from '../agents/mailbox/leftovers.ts';
import { removeOldFiles } from '../attachments/tidy.ts';
import { removeUnfinished } from '../base/atomic-file.ts';
import type { Clock } from '../base/clock.ts';
import { Housekeeping } from '../bridge/housekeeping.ts';
import type { Chore } from '../bridge/housekeeping.ts';
import type { SessionManager } from '../bridge/session/session-manager.ts';
import type { OutgoingFiles } from '../contracts/outgoing-files.ts';
import type { Stores } from '../contracts/stores.ts';
import { parseSessionNumber } from '../model/session.ts';
import { keepDirectory, removeAbandoned } from '../storage/removed-sessions.ts';
import type { Ground } from './ground.ts';

/** Milliseconds in which any file that is being written is whole. */
const writingMs = 3_600_000;

export interface KeeperOptions {
  readonly stores: Stores;
  readonly sessions: Pick<SessionManager, 'entries'>;
  readonly outgoing: Pick<OutgoingFiles, 'sweep'>;
  /** The directory of the sessions' private directories. */
  readonly directory: string;
}

/** What keeps house for the records and the files of one chat server. */
export function openHousekeeping(
  { paths, config, clock, log }: Pick<Ground, 'paths' | 'config' | 'clock' | 'log'>,
  { stores, sessions, outgoing, directory }: KeeperOptions,
): Housekeeping {
  return new Housekeeping({
    stores,
    clock,
    log,
    retention: {
      messages: config.retentionMessages,
      posts: config.retentionPosts,
      turns: config.retentionTurns,
      prompts: config.retentionPrompts,
      channels: config.retentionChannels,
      files: config.retentionFiles,
      attachments: config.attachmentsKeep,
    },
    served: () => new Set(sessions.entries().map(({ channel }) => channel)),
    chores: [
      tidySessions({ directory, clock, isKnown: (number) => sessions.entries().some((one) => one.number === number) }),
      {
        name: 'postedFiles',
        run: () => outgoing.sweep(() => stores.outbox.filesPending(), clock.now() - writingMs),
      },
      tidyUnfinished({ directories: [paths.state, paths.config], clock }),
      tidyAttachments({ directory: paths.attachments, keepMs: config.attachmentsKeep, stores, clock }),
    ],
  });
}

/** The sessions' private directories, one at a step. */
export function tidySessions(options: {
  readonly directory: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly isKnown: (session: number) => boolean;
}): Chore {
  const { directory, clock, isKnown } = options;
  return {
    name: 'sessionFiles',
    *run(keepMs) {
      for (const name of existsSync(directory) ? readdirSync(directory) : []) {
        const number = parseSessionNumber(name);
        const own = join(directory, name);
        if (number === undefined) continue;
        if (!isKnown(number)) {
          yield removeAbandoned(own, clock.now(), keepMs) ? 1 : 0;
          continue;
        }
        keepDirectory(own);
        const now = clock.now();
        yield (
          removeMailboxLeftovers(join(own, 'mailbox'), { now, rejectedKeptMs: keepMs }) +
          removeUnfinished(own, now - writingMs) +
          removeUnfinished(join(own, 'scripted'), now - writingMs)
        );
      }
    },
  };
}

/** Files that came with messages, a session's at a step. */
export function tidyAttachments(options: {
  readonly directory: string;
  readonly keepMs: number;
  readonly stores: Pick<Stores, 'files'>;
  readonly clock: Pick<Clock, 'now'>;
}): Chore {
  const { directory, keepMs, stores, clock } = options;
  return {
    name: 'attachments',
    run: () => removeOldFiles(directory, clock.now() - keepMs, () => stores.files.needed()),
  };
}

/** Files that were being replaced when the daemon was killed. */
export function tidyUnfinished(options: {
  readonly directories: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
}): Chore {
  return {
    name: 'unfinishedFiles',
    *run() {
      for (const directory of options.directories) yield removeUnfinished(directory, options.clock.now() - writingMs);
    },
  };
}
