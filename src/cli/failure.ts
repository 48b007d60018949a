import { BridgeError, describeError } from '../base/errors.ts';

/** What every command ends with; outside scripts rely on it. */
export const exitCodes = { ok: 0, refused: 1, usage: 2, noDaemon: 3 } as const;

/** The exit code for anything thrown. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof BridgeError)) return exitCodes.refused;
  if (error.code === 'no-daemon') return exitCodes.noDaemon;
  return error.code === 'usage' ? exitCodes.usage : exitCodes.refused;
}

/** The one line on stderr for anything thrown: `vai: message advice`. */
export function failureLine(program: string, error: unknown): string {
  return `${program}: ${inOneLine(describeError(error))}\n`;
}

/** The line on stderr for something that is stored, and will not be posted until somebody does something. */
export function obstacleNote(program: string, what: string, obstacle: string): string {
  return `${program}: ${what} is stored, but cannot be posted now: ${inOneLine(obstacle)}`;
}

/** Ends a program whose standard output cannot be written: quietly when the reader of a pipe has seen enough (`| head`). */
export function endOnLostOutput(program: string, error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok);
  process.stderr.write(`${program}: Standard output cannot be written (${error.code ?? error.message}).\n`);
  process.exit(exitCodes.refused);
}

/** A mistake in the arguments: exit code 2. */
export function usageError(message: string, advice: string): BridgeError {
  return new BridgeError('usage', message, { advice });
}

function inOneLine(text: string): string {
  return visible(text.replace(/\s*\n\s*/g, ' / '));
}

/**
 * What steers a terminal: the control characters but tab and newline; and the characters of Unicode that turn the
 * direction of what follows, or end a line or paragraph, so that something is read that is not there (UTS #55).
 */
const steering =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A text with what steers a terminal made harmless, so that an agent or a chat can only ever write to it. */
export function visible(text: string): string {
  return text.replace(steering, '\u{fffd}');
}
