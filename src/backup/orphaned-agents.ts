import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import { runCommand } from '../base/run-command.ts';
import { WatchedTime } from '../base/watched-time.ts';
import type { BridgePaths } from '../config/paths.ts';
import { viewTmuxServer } from '../terminal/diagnosis.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How long the end of all terminals may take, and how often it is looked for, in milliseconds. */
const endMs = 15_000;
const lookEveryMs = 100;

/**
 * Agents outlive their daemon. One of another state would go on beside its successor.
 *
 * @throws BridgeError `agents-running`.
 */
export async function refuseAgents({ tmuxSocket }: BridgePaths, environment: Environment): Promise<void> {
  const names = (await viewTmuxServer(tmuxSocket, environment)) ?? [];
  if (names.length > 0) {
    throw new BridgeError('agents-running', `Agents still run without their bridge: ${names.join(', ')}.`);
  }
}

/**
 * Ends the terminals of agents whose bridge is gone. They keep what they wrote down, and can be resumed.
 *
 * @throws BridgeError `agents-running` when they do not end.
 */
export async function endAgents(paths: BridgePaths, environment: Environment, clock: Clock): Promise<void> {
  const { tmuxSocket } = paths;
  if ((await viewTmuxServer(tmuxSocket, environment)) === undefined) return;
  await runCommand('tmux', ['-S', tmuxSocket, 'kill-server'], { env: environment, timeoutMs: endMs });
  const waited = new WatchedTime(clock);
  while (await isThere(tmuxSocket, environment)) {
    if (waited.elapsed() > endMs) await refuseAgents(paths, environment);
    await clock.sleep(lookEveryMs);
  }
}

/** A server that is ending may not answer; that is no end yet. */
async function isThere(socket: string, environment: Environment): Promise<boolean> {
  try {
    return (await viewTmuxServer(socket, environment)) !== undefined;
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'tmux-silent') return true;
    throw error;
  }
}
