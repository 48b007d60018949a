import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { BridgeError, describeError, systemErrorCode } from '../../base/errors.ts';
import { runCommand } from '../../base/run-command.ts';
import { hookArguments } from './hook-script.ts';

/** How long the hook may take to leave one event, in milliseconds; 10 ms is usual. */
const hookMs = 5000;

/**
 * Runs the shipped hook in a directory of its own, as an agent would.
 *
 * @param script the hook as it is shipped. (A bundled program cannot find it beside itself.)
 * @param temporary where that directory is made; it is removed afterwards.
 * @returns what went wrong, in words; undefined when the event came.
 */
export async function tryHook(
  script: string,
  temporary: string,
  environment: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  let directory: string | undefined;
  try {
    directory = mkdtempSync(join(temporary, 'claude-bridge-hook-'));
    const mailbox = join(directory, 'mailbox');
    for (const name of ['events', 'answers', 'tmp']) mkdirSync(join(mailbox, name), { recursive: true });
    const { exitCode, stderr } = await runCommand('sh', [script, ...hookArguments(mailbox, 'doctor', 'none')], {
      env: environment,
      input: '{}',
      timeoutMs: hookMs,
    });
    if (readdirSync(join(mailbox, 'events')).length === 1) return undefined;
    return `it left no event (exit code ${exitCode ?? 'none'}${stderr.trim() === '' ? '' : `, "${stderr.trim()}"`})`;
  } catch (error) {
    if (error instanceof BridgeError || systemErrorCode(error) !== undefined) return describeError(error);
    throw error;
  } finally {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  }
}

/** The parts of a session's mailbox that are missing or are no directories; a session that never ran has no mailbox. */
export function brokenMailboxParts(sessionDirectory: string): readonly string[] {
  const mailbox = join(sessionDirectory, 'mailbox');
  if (!existsSync(mailbox)) return [];
  return ['events', 'answers', 'tmp']
    .map((name) => join(mailbox, name))
    .filter((path) => !existsSync(path) || !statSync(path).isDirectory());
}
