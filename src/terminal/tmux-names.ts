import { parseSessionNumber } from '../model/session.ts';
import type { SessionNumber } from '../model/session.ts';

const prefix = 'claude-session-';

/** Name of the tmux session that holds nothing but the control client. No terminal can have it: upper case. */
export const hubName = 'HUB';

/** The terminal's name of a session: `claude-session-N`, as the predecessor named them. */
export function terminalName(session: SessionNumber): string {
  return `${prefix}${session}`;
}

/** The session of a terminal's name, or undefined when it is not one of ours. */
export function sessionOfTerminal(name: string): SessionNumber | undefined {
  return name.startsWith(prefix) ? parseSessionNumber(name.slice(prefix.length)) : undefined;
}

/**
 * Whether a name can be a terminal's: small letters, digits and dashes, at most 64. Nothing in it has a meaning for
 * tmux (`=`, `:`, `.`, `#{…}`), for sh or for a file system.
 */
export function isTerminalName(name: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,63}$/.test(name);
}
