import { Argument, InvalidArgumentError, Option } from 'commander';

import { busyModes, parseSessionNumber } from '../model/session.ts';
import type { SessionNumber } from '../model/session.ts';
import { hinted } from './completion/hints.ts';
import { usageError } from './failure.ts';
import { readStandardInput } from './standard-input.ts';

/** The argument that names a session. */
export function sessionArgument(): Argument {
  return hinted(new Argument('<N>', 'session number').argParser(readSession), 'sessions');
}

/** The argument that names some sessions, or none. */
export function sessionsArgument(description: string): Argument {
  const read = (value: string, previous: readonly SessionNumber[] | undefined): readonly SessionNumber[] => [
    ...(previous ?? []),
    readSession(value),
  ];
  return hinted(new Argument('[N...]', description).argParser(read), 'sessions');
}

/** The argument that names one session, where it may be left out. */
export function optionalSessionArgument(): Argument {
  return hinted(new Argument('[N]', 'session number').argParser(readSession), 'sessions');
}

/** The option of every command that can speak to programs. */
export function jsonOption(): Option {
  return new Option('--json', 'for programs: JSON on standard output');
}

/** The option that says what is done with messages while the agent is busy. */
export function busyModeOption(flag: '--mode' | '--while-busy'): Option {
  return new Option(`${flag} <MODE>`, 'what is done with messages while the agent is busy').choices(busyModes);
}

/** Reads a session's number from the command line. */
export function readSession(value: string): SessionNumber {
  const number = parseSessionNumber(value);
  if (number === undefined) throw new InvalidArgumentError('It must be a session number (1, 2, 3 ...).');
  return number;
}

/** Reads several sessions' numbers: `1,3`. */
export function readSessions(value: string): readonly SessionNumber[] {
  return value.split(',').map((part) => readSession(part.trim()));
}

/** Reads an option that may be given several times. */
export function readRepeated(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** Reads a count of lines from the command line. */
export function readCount(value: string): number {
  if (!/^\d{1,7}$/.test(value)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(value);
}

/** Reads a time in seconds from the command line; gives milliseconds. */
export function readInterval(value: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (seconds >= 0.1 && seconds <= 3600) return Math.round(seconds * 1000);
  throw new InvalidArgumentError('It must be a number of seconds from 0.1 to 3600.');
}

/** The text of a message: the argument, or standard input for `-` or when there is none and input is piped in. */
export async function textArgument(text: string | undefined, example: string): Promise<string> {
  if (text === undefined && process.stdin.isTTY) throw usageError('The text is missing.', `Example: ${example}`);
  const whole = text === undefined || text === '-' ? await readStandardInput() : text;
  if (whole.trim() === '') throw usageError('The text is empty.', `Example: ${example}`);
  return whole;
}
