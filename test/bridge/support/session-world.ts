import { BridgeError } from '../../../src/base/errors.ts';
import { Limiter } from '../../../src/base/limiter.ts';
import type { SessionEntry } from '../../../src/model/session.ts';
import type { RecoveryLine } from '../../../src/contracts/recovery.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import type { Workspace } from '../../../src/contracts/workspace.ts';
import { ManagedSession } from '../../../src/bridge/session/managed-session.ts';
import type { ManagedSessionOptions } from '../../../src/bridge/session/managed-session.ts';
import { words, world as collectorWorld } from './collector-world.ts';
import { messageFiles } from './files-world.ts';
import { HandDriver } from './hand-driver.ts';
import { channelOne, one } from './messages.ts';

/** Directories that are only names. */
export class NamedPlaces implements Workspace {
  /** Working directories that do not exist. */
  readonly missing = new Set<string>();
  /** The highest number that some directory was made for. */
  highest = 0;

  highestNumber(): number {
    return this.highest;
  }

  workDirOf(entry: SessionEntry): string {
    return entry.workDir ?? `/home/workspace/session_${entry.number}`;
  }

  prepare(entry: SessionEntry) {
    const workDir = this.workDirOf(entry);
    if (this.missing.has(workDir)) throw new BridgeError('work-dir-missing', `${workDir} is not a directory.`);
    return {
      workDir,
      ownWorkDir: entry.workDir === undefined,
      directory: `/home/state/sessions/${entry.number}`,
      attachments: `/home/attachments/session_${entry.number}`,
    };
  }

  /** Sizes of files that are not small, in bytes. */
  readonly sizes = new Map<string, number>();

  fileToPost(path: string, confinedTo: SessionEntry | undefined) {
    if (this.missing.has(path)) throw new BridgeError('file-missing', `There is no file ${path}.`);
    if (confinedTo && !path.startsWith(`${this.workDirOf(confinedTo)}/`)) {
      throw new BridgeError('file-forbidden', `${path} lies outside of this session's directories.`);
    }
    return { path, name: path.slice(path.lastIndexOf('/') + 1), size: this.sizes.get(path) ?? 10 };
  }

  /** Paths of files that may be offered. */
  readonly offerable = new Set<string>();

  fileToOffer(path: string, entry: SessionEntry) {
    const absolute = path.startsWith('/') ? path : `${this.workDirOf(entry)}/${path}`;
    if (!this.offerable.has(absolute)) return undefined;
    return { path: absolute, name: absolute.slice(absolute.lastIndexOf('/') + 1), size: this.sizes.get(path) ?? 10 };
  }
}

/** A driver, real stores, and a session on them. */
export function world(
  entry: Partial<SessionEntry> = {},
  before?: { readonly stores: Stores; readonly driver: HandDriver },
) {
  const base = collectorWorld(before?.stores);
  const { stores, clock, log, collector } = base;
  const driver = before?.driver ?? new HandDriver();
  const drivers = new Map([[driver.name, driver]]);
  const workspace = new NamedPlaces();
  /** The state of the session's agent each time somebody was told of a change. */
  const states: string[] = [];
  /** What was kept about attempts to bring it back. */
  const attempts: RecoveryLine[] = [];
  const common: Omit<ManagedSessionOptions, 'entry'> = {
    stores,
    collector,
    files: messageFiles(base).files,
    workspace,
    words,
    clock,
    log,
    book: { note: (line) => attempts.push(line) },
    driver: (name) => {
      const found = drivers.get(name);
      if (!found) throw new BridgeError('agent-unknown', `There is no agent "${name}".`);
      return found;
    },
    defaultAgent: driver.name,
    launches: new Limiter(1),
    environment: ({ number }, token) => ({ BRIDGE_SESSION: String(number), TOKEN: token }),
    onState: (session) => states.push(session.state.activity),
  };
  const session = new ManagedSession({ ...common, entry: { number: one, channel: channelOne, ...entry } });
  /** Lets everything happen that needs no time. */
  const settle = (): Promise<void> => clock.advance(0);
  return { ...base, driver, drivers, workspace, states, attempts, common, session, settle };
}

/** The bridge after a restart: the same state, the same agents. */
export function again(
  before: { readonly stores: Stores; readonly driver: HandDriver },
  entry: Partial<SessionEntry> = {},
): ReturnType<typeof world> {
  return world(entry, before);
}

export type World = ReturnType<typeof world>;

/** A message for session 1 that waits. */
export function queue({ stores, clock }: Pick<World, 'stores' | 'clock'>, id: string, channel = channelOne): void {
  stores.inbox.append({
    id,
    session: one,
    source: 'discord',
    channel,
    messageId: `chat-${id}`,
    authorId: undefined,
    authorName: 'Olga',
    text: `text of ${id}`,
    sentAt: clock.now(),
    receivedAt: clock.now(),
  });
}
