import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { BridgeError } from '../base/errors.ts';
import { runCommand } from '../base/run-command.ts';

export interface ForeignSessionsOptions {
  /** Default `tmux`. */
  readonly tmuxCommand?: string;
  /** Where the user's own tmux keeps its sockets is said there. Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Names of sessions on the user's own, default tmux server that match, e.g. those of a predecessor. Only looks:
 * starts no server, changes nothing, and gives an empty list when there is no server, no tmux, or no answer in 3 s.
 */
export async function listForeignSessions(
  pattern: RegExp,
  options: ForeignSessionsOptions = {},
): Promise<readonly string[]> {
  const { tmuxCommand = 'tmux', environment = process.env } = options;
  const socket = defaultSocket(environment);
  if (!existsSync(socket)) return [];
  const args = ['-u', '-S', socket, 'list-sessions', '-F', '#{session_name}'];
  try {
    const { exitCode, stdout } = await runCommand(tmuxCommand, args, {
      env: { PATH: environment.PATH, LANG: 'C.UTF-8' },
      timeoutMs: 3000,
    });
    return exitCode === 0 ? stdout.split('\n').filter((name) => name !== '' && matches(pattern, name)) : [];
  } catch (error) {
    if (error instanceof BridgeError) return [];
    throw error;
  }
}

/** Where tmux puts the socket of its default server (tmux(1), -L). */
export function defaultSocket(environment: Readonly<Record<string, string | undefined>>): string {
  const directory =
    environment.TMUX_TMPDIR === undefined || environment.TMUX_TMPDIR === '' ? '/tmp' : environment.TMUX_TMPDIR;
  return join(directory, `tmux-${process.getuid?.() ?? 0}`, 'default');
}

/** A pattern with the `g` flag remembers where it stopped; each name is matched from its start. */
function matches(pattern: RegExp, name: string): boolean {
  return name.search(pattern) >= 0;
}
