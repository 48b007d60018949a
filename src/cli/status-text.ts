import type { BridgeStatus, SessionStatus } from '../contracts/bridge-api.ts';
import { isAlive } from '../model/session.ts';
import { ago } from './relative-time.ts';
import { styled } from './style.ts';
import type { Line, Look, Piece } from './style.ts';
import { alignColumns } from './table.ts';

/** What the words about a status depend on beside the status itself. */
export interface StatusView {
  /** How that command is typed in this shell. */
  readonly vai: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Columns of the terminal; undefined when there is none. */
  readonly width: number | undefined;
}

/** `vai status` for a person. */
export function statusLines(status: BridgeStatus, view: StatusView): readonly Line[] {
  return [
    [`The bridge ${status.version} is `, styled('good', 'running'), ` (process ${status.pid}) in ${status.home}.`],
    ...chatLines(status, view.vai),
    ...logLines(status),
    agentLine(status),
    ...waitingLines(status, view.vai),
    ...metricsLines(status),
    '',
    ...sessionLines(status, view),
    ...foreignLines(status),
  ];
}

/** What stands in the place of the sessions where there is none. */
export function noSessionLine({ chat }: BridgeStatus, vai: string): string {
  return `There is no session yet. Add one: ${vai} add-session ${chat.kind === 'local' ? 'new' : '<channel id>'}`;
}

/** The sessions with their states, and how to look at them. */
export function sessionLines(status: BridgeStatus, view: StatusView): readonly Line[] {
  const { vai } = view;
  if (status.sessions.length === 0) return [noSessionLine(status, vai)];
  const alive = status.sessions.filter(({ lifecycle }) => isAlive(lifecycle));
  if (alive.length === 0) return sessionTable(status, view);
  return [
    ...sessionTable(status, view),
    '',
    `Look at one: ${vai} attach N, at all: ${vai} view, or`,
    ...alive.map((session) => `  ${session.attach}`),
  ];
}

/** The sessions with their states, and what there is to say about them. */
export function sessionTable({ sessions }: BridgeStatus, { now, width }: StatusView): readonly Line[] {
  const rows = sessions.map((session): readonly Piece[] => [
    String(session.number),
    channelLabel(session),
    stateOf(session),
    styled('quiet', ago(session.since, now)),
    session.agent,
    session.queued === 0 ? '' : styled('attention', `${session.queued} queued`),
  ]);
  const head = ['N', 'CHANNEL', 'STATE', 'SINCE', 'AGENT', ''].map((title) => styled('strong', title));
  return [
    ...alignColumns([head, ...rows], { width, flexible: [1, 2] }),
    ...sessions.flatMap(({ number, detail }) => (detail === undefined ? [] : [`Session ${number}: ${detail}`])),
  ];
}

/** A channel for a person: its name where the chat has told it, else its id. */
export function channelLabel({
  channel,
  channelName,
}: {
  readonly channel: string;
  readonly channelName?: string;
}): string {
  return channelName === undefined ? channel : `#${channelName}`;
}

/** Where people talk to the agents, and whether that works. */
export function chatLines({ chat }: BridgeStatus, vai: string): readonly Line[] {
  const look = chat.state === 'ready' ? 'good' : chat.state === 'failed' ? 'bad' : 'attention';
  const detail = chat.detail === undefined ? '' : ` (${chat.detail})`;
  const lines: Line[] =
    chat.kind === 'local'
      ? [
          [
            `Chat page: ${chat.url ?? 'not shown inside a session'}`,
            ...(chat.state === 'ready' ? [] : [', ', styled(look, chat.state), detail]),
          ],
        ]
      : [['Discord: ', styled(look, chat.state), detail]];
  if (!chat.owned) {
    lines.push(
      styled('attention', `Nobody owns the bridge yet, so nothing from the chat is run. Become its owner: ${vai} pair`),
    );
  }
  return lines;
}

/** Logs that cannot be written: the bridge goes on without them. */
export function logLines({ logTroubles = [] }: BridgeStatus): readonly Line[] {
  return logTroubles.map(({ file, error, since, lost }) => [
    styled('bad', `${file} cannot be written`),
    ` since ${since} (${error}); ${lost} lines are lost. Make room or mend its directory: it goes on by itself.`,
  ]);
}

/** Which agent answers, and why it is that one. */
export function agentLine({ agent }: BridgeStatus): string {
  return `Agent: ${agent.name}. ${agent.why}`;
}

/** Channels that refuse the bot: what is for them waits. */
export function waitingLines({ outbox }: BridgeStatus, vai: string): readonly Line[] {
  if (outbox.parked === 0) return [];
  const one = outbox.parked === 1;
  const channels = one ? '1 channel refuses' : `${outbox.parked} channels refuse`;
  return [styled('attention', `${channels} the bot, and what is for ${one ? 'it' : 'them'} waits: ${vai} outbox`)];
}

function metricsLines({ metrics }: BridgeStatus): readonly Line[] {
  if (metrics === undefined) return [];
  if (metrics.url !== undefined)
    return [`Health and figures: ${metrics.url.replace(/metrics$/, 'health')}, ${metrics.url}`];
  return [['Health and figures: ', styled('bad', metrics.detail ?? 'not open')]];
}

/** A session's state in words. */
export function stateWords(session: Pick<SessionStatus, 'lifecycle' | 'state' | 'waitingFor'>): string {
  const { lifecycle, state, waitingFor } = session;
  if (lifecycle !== 'running') return lifecycle;
  return waitingFor === null ? state : `${state} for ${needed[waitingFor]}`;
}

function stateOf(session: SessionStatus): Piece {
  const { lifecycle, state } = session;
  return styled(lifecycle === 'running' ? activityLooks[state] : lifecycleLooks[lifecycle], stateWords(session));
}

const lifecycleLooks = {
  starting: 'active',
  lost: 'bad',
  failed: 'bad',
  stopped: 'quiet',
} as const satisfies Readonly<Record<Exclude<SessionStatus['lifecycle'], 'running'>, Look>>;

const activityLooks = {
  unknown: 'quiet',
  initializing: 'active',
  idle: 'good',
  busy: 'active',
  waiting: 'attention',
  error: 'bad',
} as const satisfies Readonly<Record<SessionStatus['state'], Look>>;

const needed = {
  permission: 'a permission: vai prompts',
  question: 'an answer: vai prompts',
  plan: 'a decision on its plan: vai prompts',
  form: 'some values: vai prompts',
  trust: 'trust in its directory: vai prompts',
  login: 'a login: vai attach',
} as const;

function foreignLines(status: BridgeStatus): readonly Line[] {
  if (status.foreignSessions.length === 0) return [];
  return ['', `Not of this bridge, and not touched, on your own tmux server: ${status.foreignSessions.join(', ')}`];
}
