import { BridgeError } from '../base/errors.ts';
import { runCommand } from '../base/run-command.ts';
import type { TmuxCommand } from './tmux-commands.ts';
import { hubName } from './tmux-names.ts';

/** What the server, and with it every pane that people split off, gets of our environment. Never a secret. */
const handedOver = ['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'TZ', 'TMPDIR'];

/**
 * The environment of the tmux server and its clients. Whatever a server has at its start, every later pane inherits,
 * so it is made from nothing.
 */
export function serverEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = handedOver.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LANG: 'C.UTF-8', TERM: 'xterm-256color' };
}

/**
 * Starts a server when there is none, sets its options, and makes the hub. May be run again at any time; the last
 * command is refused with "duplicate session" when the hub is there.
 */
export async function startCommands(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly TmuxCommand[]> {
  return [
    ['start-server'],
    ['set-option', '-s', 'exit-empty', 'off'],
    ['set-option', '-s', 'escape-time', '0'],
    ['set-option', '-g', 'default-terminal', await terminalType(environment)],
    ['set-option', '-g', 'history-limit', '5000'],
    ['set-option', '-g', 'remain-on-exit', 'off'],
    ['set-option', '-g', 'destroy-unattached', 'off'],
    // Whoever attaches last decides the size; `restoreSize` gives it back when all have left.
    ['set-option', '-g', 'window-size', 'latest'],
    ['set-option', '-g', 'default-size', '120x40'],
    ['set-option', '-g', 'update-environment', ''],
    // Programs must not rename what we find by name.
    ['set-option', '-g', 'allow-rename', 'off'],
    ['set-option', '-g', 'automatic-rename', 'off'],
    ['set-option', '-g', 'status-left', ' #{session_name}  '],
    ['set-option', '-g', 'status-left-length', '40'],
    ['set-option', '-g', 'status-right', ' detach: C-b d '],
    // Two words are executed as they are; one would go through the user's shell. The hub's program never ends.
    ['new-session', '-d', '-s', hubName, '-x', '80', '-y', '24', '-c', '/', '--', '/usr/bin/env', 'cat'],
  ];
}

/** tmux's own terminal type where the machine knows it (older macOS does not), else its forerunner. */
async function terminalType(environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  try {
    const env = serverEnvironment(environment);
    const { exitCode } = await runCommand('infocmp', ['tmux-256color'], { env, timeoutMs: 5000 });
    return exitCode === 0 ? 'tmux-256color' : 'screen-256color';
  } catch (error) {
    if (error instanceof BridgeError) return 'screen-256color';
    throw error;
  }
}
