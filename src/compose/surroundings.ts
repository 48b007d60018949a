import { delimiter, join } from 'node:path';

import { packageRoot } from '../base/own-files.ts';
import type { Owners } from '../bridge/inbound/owners.ts';
import { agentEnvironment } from '../config/agent-environment.ts';
import { productVersion } from '../config/version.ts';
import type { BridgeStatus } from '../contracts/bridge-api.ts';
import type { ChatTransport } from '../contracts/chat.ts';
import type { SessionNumber } from '../model/session.ts';
import { listForeignSessions } from '../terminal/foreign-sessions.ts';
import type { AuditFile } from '../observe/audit-file.ts';
import type { Agents } from './agents.ts';
import type { ChatServer } from './chat-server.ts';
import type { Ground } from './ground.ts';
import type { Incoming } from './incoming.ts';
import type { Watch } from './watch.ts';

/** What the status tells about. */
export interface Neighbours {
  readonly server: ChatServer;
  readonly agents: Agents;
  readonly transport: ChatTransport;
  readonly owners: Owners;
  readonly incoming: Incoming;
  readonly audit: AuditFile;
  readonly watch: Pick<Watch, 'state'>;
}

/** A path as people write it: `~` for the home directory. */
export function shownPath(path: string, home: string | undefined): string {
  return home !== undefined && home !== '' && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** The whole environment of a session's agent. */
export function environmentOf(
  { environment, paths }: Ground,
  session: SessionNumber,
  token: string,
): Readonly<Record<string, string>> {
  const path = [join(packageRoot(), 'bin'), environment['PATH'] ?? ''].join(delimiter);
  return agentEnvironment({ environment, session, token, home: paths.home, path });
}

/** The parts of the status that the bridge cannot know. */
export async function surroundingsOf(
  { paths, log }: Ground,
  { server, agents, transport, owners, incoming, watch, audit }: Neighbours,
): Promise<Omit<BridgeStatus, 'sessions' | 'outbox'>> {
  const metrics = watch.state();
  const detail = transport.state.detail ?? incoming.catchUp.problem;
  const logTroubles = [...log.troubles, ...(audit.trouble ? [audit.trouble] : [])];
  return {
    ...(logTroubles.length === 0 ? {} : { logTroubles }),
    version: productVersion(),
    pid: process.pid,
    home: paths.home,
    tmuxSocket: paths.tmuxSocket,
    agent: agents.choice,
    ...(metrics === undefined ? {} : { metrics }),
    foreignSessions: await listForeignSessions(/^claude-session-\d+$/),
    chat: {
      kind: server.kind,
      state: transport.state.connection,
      ...(detail === undefined ? {} : { detail }),
      owned: owners.known(),
      ...server.status,
    },
  };
}
