import { InvalidArgumentError } from 'commander';

import { parseSessionNumber } from '../model/session.ts';
import { usageError } from './failure.ts';

/** Reads a session's number from the command line. */
export function sessionArgument(value: string): number {
  const number = parseSessionNumber(value);
  if (number === undefined) throw new InvalidArgumentError('It must be a session number (1, 2, 3 ...).');
  return number;
}

/** Reads a count of lines from the command line. */
export function countArgument(value: string): number {
  if (!/^\d{1,7}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

/** Reads standard input to its end, without its last newline. */
export async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

/** The text of a message: the argument, or standard input for `-` or when there is none and input is piped in. */
export async function textArgument(text: string | undefined, example: string): Promise<string> {
  if (text === undefined && process.stdin.isTTY) throw usageError('The text is missing.', `Example: ${example}`);
  const whole = text === undefined || text === '-' ? await readStandardInput() : text;
  if (whole.trim() === '') throw usageError('The text is empty.', `Example: ${example}`);
  return whole;
}
