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

/** A text with its control characters made harmless, so that what an agent or a chat wrote cannot steer the terminal. */
export function visible(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\u{fffd}');
}
