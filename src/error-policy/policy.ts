import { agents, prompts } from './agents.ts';
import { backups } from './backups.ts';
import { chat, files } from './chat.ts';
import { commands } from './commands.ts';
import { events } from './events.ts';
import { migration } from './migration.ts';
import type { PolicyRow, Recovery } from './row.ts';
import { sessions, state } from './sessions.ts';
import { starting } from './starting.ts';

/** The rows by subject, in the order of the page that is made of them. */
export const subjects = {
  'Without anybody asking': events,
  'The bridge does not start': starting,
  'Commands are refused': commands,
  'The chat server refuses': chat,
  Files: files,
  'Agents and messages': agents,
  'Answers to requests': prompts,
  'Sessions and terminals': sessions,
  'The state of the bridge': state,
  Migration: migration,
  Backups: backups,
} as const satisfies Readonly<Record<string, Readonly<Record<string, PolicyRow>>>>;

const rows = {
  ...starting,
  ...commands,
  ...chat,
  ...files,
  ...agents,
  ...prompts,
  ...sessions,
  ...state,
  ...migration,
  ...backups,
};

/** What can be thrown: another code does not compile. A new one is one row in the table of its subject, beside this file. */
export type ErrorCode = keyof typeof rows;

/** The error policy (MS-16): for every code of an error what it means, and what follows. */
export const errorPolicy: typeof rows & Readonly<Record<ErrorCode, PolicyRow>> = rows;

/** The codes with such a recovery, for tables that must not miss one of them. */
export type CodesWith<R extends Recovery> = {
  [Code in ErrorCode]: (typeof rows)[Code]['recovery'] extends R ? Code : never;
}[ErrorCode];

/** Whether the bridge does this after an error of that code. */
export function hasRecovery<R extends Recovery>(code: ErrorCode, recovery: R): code is CodesWith<R> {
  return errorPolicy[code].recovery === recovery;
}

/** What happens by itself: no error, and in the policy all the same. */
export const eventPolicy = events;

/** A code that came from another program, which may be of another version and have some that this one does not know. */
export function knownCode(code: string): ErrorCode {
  return Object.hasOwn(errorPolicy, code) ? (code as ErrorCode) : 'unknown-error';
}
