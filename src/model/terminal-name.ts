import { parseSessionNumber } from './session.ts';
import type { SessionNumber } from './session.ts';

const prefix = 'claude-session-';

/** The name of a session's terminal: `claude-session-N`, as the predecessor named them. */
export function terminalName(session: SessionNumber): string {
  return `${prefix}${session}`;
}

/** The session of a terminal's name, or undefined when it is not one of ours. */
export function sessionOfTerminal(name: string): SessionNumber | undefined {
  return name.startsWith(prefix) ? parseSessionNumber(name.slice(prefix.length)) : undefined;
}
