import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { SessionManager } from '../../../src/bridge/session/session-manager.ts';
import type { SessionEntry, SessionNumber } from '../../../src/model/session.ts';
import { SessionsFile } from '../../../src/storage/sessions-file.ts';
import { temporaryDirectory } from '../../storage/temporary-directory.ts';
import { again, world as sessionWorld } from './session-world.ts';

/** A session manager on a real map file. `before` is the bridge before a restart. */
export function world(
  map?: object,
  before?: { readonly base: ReturnType<typeof sessionWorld>; readonly path: string },
  heldBack?: (session: SessionNumber) => string | undefined,
  /** Runs when a change of the map is written, before whoever asked for it hears of it. */
  onWritten: () => void = () => undefined,
) {
  const base = before ? again(before.base) : sessionWorld();
  const path = before?.path ?? join(temporaryDirectory(), 'sessions.json');
  if (map) writeFileSync(path, JSON.stringify(map));
  const file = (): unknown => (existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as unknown) : undefined);
  const added: SessionEntry[] = [];
  const removed: SessionEntry[] = [];
  const sessionsFile = new SessionsFile({ path });
  const manager: SessionManager = new SessionManager({
    ...base.common,
    ...(heldBack === undefined ? {} : { heldBack }),
    map: {
      read: () => sessionsFile.read(),
      update: (change) => sessionsFile.update(change).finally(onWritten),
    },
    onAdded: (entry) => added.push(entry),
    onRemoved: (entry) => removed.push(entry),
  });
  const { stores, driver, clock, log, workspace, settle } = base;
  const rest = { stores, driver, clock, log, workspace, settle };
  return { base, ...rest, path, file, manager, added, removed };
}

export type ManagerWorld = ReturnType<typeof world>;
