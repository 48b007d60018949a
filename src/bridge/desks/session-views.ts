import { isoTime } from '../../base/clock.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import { terminalName } from '../../model/terminal-name.ts';
import type { SessionListing, SessionStatus } from '../../contracts/bridge-api.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { Workspace } from '../../contracts/workspace.ts';
import type { ManagedSession } from '../session/managed-session.ts';

/** What is known about sessions beside themselves. */
export interface Surroundings {
  readonly transport: Pick<ChatTransport, 'channelName'>;
  readonly workspace: Pick<Workspace, 'workDirOf'>;
  readonly stores: Pick<Stores, 'inbox'>;
  /** What holds the messages of sessions back. */
  readonly monitor: { whyHeldBack(session: SessionNumber): string | undefined };
  readonly attachLine: (terminal: string) => string;
}

/** A session as lists show it. */
export function listSession({ entry, record }: ManagedSession, { transport, workspace }: Surroundings): SessionListing {
  return {
    number: entry.number,
    ...channelOf(entry.channel, transport),
    workDir: workspace.workDirOf(entry),
    agent: record.agent,
  };
}

/** A session as the status shows it. */
export function describeSession(
  session: ManagedSession,
  { transport, stores, monitor, attachLine }: Surroundings,
): SessionStatus {
  const { entry, record, state, agent, problem } = session;
  const detail = problem ?? monitor.whyHeldBack(entry.number) ?? state.detail;
  return {
    number: entry.number,
    ...channelOf(entry.channel, transport),
    tmux: terminalName(entry.number),
    agent: record.agent,
    lifecycle: record.lifecycle,
    ...(session.staysDown === undefined ? {} : { staysDown: session.staysDown }),
    state: state.activity,
    waitingFor: state.waitingFor,
    ...(detail === undefined ? {} : { detail }),
    since: isoTime(state.since),
    pid: agent?.pid ?? null,
    generation: record.generation,
    queued: stores.inbox.countUnsettled(entry.number),
    agentSession: record.agentSession ?? null,
    attach: attachLine(terminalName(entry.number)),
  };
}

function channelOf(
  channel: ChannelId,
  transport: Surroundings['transport'],
): { readonly channel: ChannelId; readonly channelName?: string } {
  const channelName = transport.channelName(channel);
  return { channel, ...(channelName === undefined ? {} : { channelName }) };
}
