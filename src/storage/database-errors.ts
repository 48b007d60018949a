import { BridgeError, describeError } from '../base/errors.ts';
import type { Happened } from '../error-policy/row.ts';

/** What a person is told for each kind of trouble that is not the bridge's own mistake. */
const troubles = {
  'state-full': { what: 'has no room left', advice: 'Make room on its disk; the bridge goes on by itself then.' },
  'state-busy': { what: 'is locked by another program', advice: 'End the program that holds it, a backup perhaps.' },
  'state-unwritable': {
    what: 'cannot be read or written',
    advice: 'Check its disk and the permissions of its folder.',
  },
  'state-unreadable': {
    what: 'is damaged or no state file',
    advice: 'Restore a backup (vai backup --list, then vai restore FILE), or move it away to start with empty queues.',
  },
} as const;

type TroubleCode = keyof typeof troubles;

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html); all others are mistakes of ours. */
const codes: Readonly<Record<number, TroubleCode>> = {
  5: 'state-busy', // BUSY
  6: 'state-busy', // LOCKED
  8: 'state-unwritable', // READONLY
  10: 'state-unwritable', // IOERR
  11: 'state-unreadable', // CORRUPT
  13: 'state-full', // FULL
  14: 'state-unwritable', // CANTOPEN
  26: 'state-unreadable', // NOTADB
};

/**
 * What went wrong with a state file, for a person; undefined for what is not the file's or the disk's fault.
 * @param happened default `not-done`: SQLite undoes what it cannot finish.
 */
export function stateTrouble(error: unknown, path: string, happened: Happened = 'not-done'): BridgeError | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  // The upper bytes say more exactly what it was.
  const code = codes[error.errcode & 0xff];
  return code && troubleOf(code, error, path, { happened });
}

/**
 * The disk did not take what was written to a state file: perhaps it has it, perhaps not. Only whoever opens the file anew
 * can know.
 */
export function flushTrouble(error: unknown, path: string): BridgeError {
  const advice = 'Check its disk, then restart the bridge: vai restart.';
  return troubleOf('state-unwritable', error, path, { happened: 'unknown', advice });
}

function troubleOf(
  code: TroubleCode,
  cause: unknown,
  path: string,
  { happened, advice = troubles[code].advice }: { readonly happened: Happened; readonly advice?: string },
): BridgeError {
  const sentence = `The state file ${path} ${troubles[code].what} (${describeError(cause)}).`;
  return new BridgeError(code, sentence, { advice, happened, cause });
}
