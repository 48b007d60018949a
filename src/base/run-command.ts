import { spawn as spawnChild } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';

import { execa } from 'execa';

import { systemClock } from './clock.ts';
import { BridgeError, systemErrorCode } from './errors.ts';

export interface CommandResult {
  /** Exit code; undefined when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment of the child; default: this process's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Milliseconds; the child is killed afterwards. Default 30000. */
  readonly timeoutMs?: number;
  /** Kills the child. */
  readonly signal?: AbortSignal;
  /** What the child started ends when the child does, however that comes: it is a process group of its own. */
  readonly endsTogether?: boolean;
}

/**
 * Runs a program to its end and returns what it said, whatever its exit code.
 *
 * @throws BridgeError `command-failed-to-start` when there is no such program, `command-timeout` when it took too long; the
 * signal's reason.
 */
export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { timeoutMs = 30_000, signal, endsTogether = false } = options;
  signal?.throwIfAborted();
  const child = execa(file, args, {
    reject: false,
    detached: endsTogether,
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env, extendEnv: false }),
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
  });
  // Whoever is left holds the outputs open, and they are read to their end.
  if (endsTogether) child.nodeChildProcess.once('exit', () => endGroup(child.pid));
  const giveUp = (): void => {
    child.kill('SIGKILL');
    // Others may hold them open beyond its end: what it started, or a server to which it handed them.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const limit = { isPast: false };
  const cancel = systemClock.after(timeoutMs, () => {
    limit.isPast = true;
    giveUp();
  });
  signal?.addEventListener('abort', giveUp, { once: true });
  const result = await child;
  cancel();
  signal?.removeEventListener('abort', giveUp);
  signal?.throwIfAborted();
  if (limit.isPast) {
    throw new BridgeError('command-timeout', `"${file}" did not end within ${timeoutMs} ms.`);
  }
  if (result.exitCode === undefined && result.signal === undefined) {
    throw new BridgeError('command-failed-to-start', `"${file}" could not be started: ${result.shortMessage}`, {
      cause: result,
    });
  }
  return { exitCode: result.exitCode, signal: result.signal, stdout: result.stdout, stderr: result.stderr };
}

/** Ends what is left of a process group whose first process has ended. */
function endGroup(group: number | undefined): void {
  if (group === undefined) return;
  try {
    process.kill(-group, 'SIGKILL');
  } catch (error) {
    if (systemErrorCode(error) !== 'ESRCH') throw error; // ESRCH: nobody is left.
  }
}

/** Starts a long-running child. The caller owns it: it must listen to `error` and end it. */
export function spawnProcess(file: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawnChild(file, [...args], options);
}
