import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { isProcess } from '../base/process-alive.ts';
import { runCommand } from '../base/run-command.ts';

/** The socket of the view that this process shows, in the bridge's run-time directory. */
export function viewSocket(directory: string, pid: number): string {
  return join(directory, `v${pid}`);
}

/**
 * Ends the tmux servers of views whose process was killed: nobody else closes them. The name of the socket holds the
 * process id; a view whose id went to another living process waits for the next time.
 */
export async function closeForsakenViews(
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  for (const name of readdirSync(directory)) {
    const pid = /^v(\d+)$/.exec(name)?.[1];
    if (pid === undefined || isProcess(Number(pid))) continue;
    const socket = join(directory, name);
    // A server that is gone already refuses; either way the socket goes.
    await runCommand('tmux', ['-S', socket, 'kill-server'], { env: environment, timeoutMs: 5000 });
    rmSync(socket, { force: true });
  }
}
