import type { BridgeStatus, SessionStatus } from '../contracts/bridge-api.ts';
import { alignColumns } from './table.ts';

/** `vai status` for a person. `vai` is how that command is typed in this shell. */
export function statusLines(status: BridgeStatus, vai: string): readonly string[] {
  return [
    `The bridge ${status.version} is running (process ${status.pid}) in ${status.home}.`,
    ...chatLines(status, vai),
    agentLine(status),
    '',
    ...sessionLines(status, vai),
    ...foreignLines(status),
  ];
}

/** The sessions with their states, and how to look at them. */
export function sessionLines(status: BridgeStatus, vai: string): readonly string[] {
  if (status.sessions.length === 0) return [`There is no session yet. Add one: ${vai} add-session <channel id>`];
  const rows = status.sessions.map((session) => [
    String(session.number),
    session.channel,
    stateWords(session),
    session.agent,
    session.queued === 0 ? '' : `${session.queued} queued`,
  ]);
  return [
    ...alignColumns([['N', 'CHANNEL', 'STATE', 'AGENT', ''], ...rows]),
    ...status.sessions.flatMap(({ number, detail }) => (detail === undefined ? [] : [`Session ${number}: ${detail}`])),
    '',
    `Look at one: ${vai} attach N, or`,
    ...status.sessions.map((session) => `  ${session.attach}`),
  ];
}

/** Where people talk to the agents, and whether that works. */
export function chatLines({ chat }: BridgeStatus, vai: string): readonly string[] {
  const detail = chat.detail === undefined ? '' : ` (${chat.detail})`;
  const lines =
    chat.kind === 'local'
      ? [
          `Chat page: ${chat.url ?? 'not shown inside a session'}${chat.state === 'ready' ? '' : `, ${chat.state}${detail}`}`,
        ]
      : [`Discord: ${chat.state}${detail}`];
  if (!chat.owned)
    lines.push(`Nobody owns the bridge yet, so nothing from the chat is run. Become its owner: ${vai} pair`);
  return lines;
}

/** Which agent answers, and why it is that one. */
export function agentLine({ agent }: BridgeStatus): string {
  return `Agent: ${agent.name}. ${agent.why}`;
}

function stateWords(session: SessionStatus): string {
  const { lifecycle, state, waitingFor } = session;
  if (lifecycle !== 'running') return lifecycle;
  return waitingFor === null ? state : `${state} for ${needed[waitingFor]}`;
}

const needed = {
  permission: 'a permission: vai prompts',
  question: 'an answer: vai prompts',
  plan: 'a decision on its plan: vai prompts',
  trust: 'trust in its directory: vai attach',
  login: 'a login: vai attach',
} as const;

function foreignLines(status: BridgeStatus): readonly string[] {
  if (status.foreignSessions.length === 0) return [];
  return ['', `Not of this bridge, and not touched, on your own tmux server: ${status.foreignSessions.join(', ')}`];
}
