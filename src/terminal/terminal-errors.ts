import { BridgeError } from '../base/errors.ts';
import type { Happened } from '../error-policy/row.ts';
import { classifyRefusal } from './tmux-commands.ts';
import type { TmuxReply } from './tmux-connection.ts';

type Failure = Exclude<TmuxReply, { kind: 'done' }>;

export function terminalGone(name: string, happened: Happened = 'not-done'): BridgeError {
  return new BridgeError('terminal-gone', `There is no terminal "${name}".`, { happened });
}

export function terminalExists(name: string): BridgeError {
  return new BridgeError('terminal-exists', `There is a terminal "${name}" already.`, { advice: 'End it first.' });
}

/** The error of a question or input that failed. `happened` is what is known when tmux refused it. */
export function operationFailed(name: string, reply: Failure, happened: Happened): BridgeError {
  if (reply.kind === 'no-server') return terminalGone(name);
  const refusal = reply.kind === 'refused' ? classifyRefusal(reply.message) : undefined;
  if (refusal === 'no-target' || refusal === 'no-session') return terminalGone(name, happened);
  return new BridgeError('terminal-unreachable', `Terminal "${name}" could not be reached: ${reply.message}.`, {
    happened: reply.kind === 'lost' ? 'unknown' : happened,
  });
}

/** The error of a `create` that gave no pane. */
export function creationFailed(name: string, reply: TmuxReply): BridgeError {
  if (reply.kind === 'refused' && classifyRefusal(reply.message) === 'duplicate') {
    return terminalExists(name);
  }
  return new BridgeError('terminal-create-failed', `Terminal "${name}" could not be made: ${why(reply)}.`, {
    happened: reply.kind === 'lost' ? 'unknown' : 'not-done',
  });
}

function why(reply: TmuxReply): string {
  if (reply.kind === 'no-server') return 'the tmux server ended';
  return reply.kind === 'done' ? `tmux said "${reply.output}"` : reply.message;
}
