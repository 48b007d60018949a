import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { systemErrorCode } from '../../base/errors.ts';
import { isProcess } from '../../base/process-alive.ts';

/**
 * Whether a process is a hook of this very mailbox. A pid alone proves nothing: it may have been given to another
 * process since. Where there is no /proc to ask, the answer is `unknown`, and nobody may signal the process.
 */
export function hookProcessState(pid: number, mailboxDirectory: string): 'alive' | 'gone' | 'unknown' {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes(mailboxDirectory) && words.some((word) => word.endsWith('hook.sh')) ? 'alive' : 'gone';
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    return existsSync('/proc/self/cmdline') ? 'gone' : isProcess(pid) ? 'unknown' : 'gone';
  }
}

/**
 * Whether a process may be writing into a mailbox, or waiting for an answer in it: a hook of it, or an agent that is its
 * own hook. Both name the mailbox, or the directory that it lies in, in their command lines.
 */
export function usesMailbox(pid: number, mailboxDirectory: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.includes(mailboxDirectory) || words.includes(dirname(mailboxDirectory));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ENOENT' && code !== 'ESRCH') throw error;
    return !existsSync('/proc/self/cmdline') && isProcess(pid);
  }
}

/** Ends a hook process, after making sure that it is one. Returns whether a signal was sent. */
export function endHookProcess(pid: number, mailboxDirectory: string): boolean {
  if (hookProcessState(pid, mailboxDirectory) !== 'alive') return false;
  try {
    process.kill(pid, 'SIGTERM');
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') return false;
    throw error;
  }
}
