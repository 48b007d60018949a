import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

import { BridgeError } from '../base/errors.ts';
import { runCommand } from '../base/run-command.ts';

/** A tmux program that is new enough. */
export interface TmuxInstallation {
  /** Absolute. */
  readonly path: string;
  /** `[3, 3]` for 3.3a. Development builds count as new. */
  readonly version: readonly [major: number, minor: number];
}

const oldest = [3, 0] as const;

/**
 * Finds tmux and asks for its version.
 *
 * @param command a name looked up on `searchPath`, or an absolute path.
 * @throws BridgeError `tmux-missing`, `tmux-too-old`, with the command that installs it.
 */
export async function findTmux(command: string, searchPath: string): Promise<TmuxInstallation> {
  const path = findProgram(command, searchPath);
  if (path === undefined) {
    throw new BridgeError('tmux-missing', `tmux was not found ("${command}" is not on the PATH).`, {
      advice: installAdvice(),
    });
  }
  const { stdout, stderr } = await runCommand(path, ['-V'], { timeoutMs: 10_000 });
  const version = parseTmuxVersion(stdout);
  if (!version || isOlder(version, oldest)) {
    throw new BridgeError(
      'tmux-too-old',
      `${path} says it is "${(stdout || stderr).trim()}"; the bridge needs tmux ${oldest.join('.')} or newer.`,
      { advice: installAdvice() },
    );
  }
  return { path, version };
}

/** Reads what `tmux -V` prints. Builds without a number of their own (`master`, OpenBSD's) count as new. */
export function parseTmuxVersion(text: string): TmuxInstallation['version'] | undefined {
  const [, major, minor] = /^tmux (?:next-)?(\d+)\.(\d+)/.exec(text) ?? [];
  if (major !== undefined) return [Number(major), Number(minor)];
  return /^tmux (master|openbsd-)/.test(text) ? [99, 0] : undefined;
}

export function isOlder(version: readonly [number, number], than: readonly [number, number]): boolean {
  return version[0] < than[0] || (version[0] === than[0] && version[1] < than[1]);
}

/** The sentence that says how to install tmux here. */
export function installAdvice(
  platform: NodeJS.Platform = process.platform,
  has: (path: string) => boolean = existsSync,
): string {
  const command = installCommand(platform, has);
  return command === undefined
    ? 'Install tmux 3.0 or newer with the package manager of this machine.'
    : `Install it: ${command}`;
}

const packageManagers: readonly (readonly [file: string, command: string])[] = [
  ['/usr/bin/apt-get', 'sudo apt-get install -y tmux'],
  ['/usr/bin/dnf', 'sudo dnf install -y tmux'],
  ['/usr/bin/yum', 'sudo yum install -y tmux'],
  ['/usr/bin/pacman', 'sudo pacman -S --noconfirm tmux'],
  ['/sbin/apk', 'sudo apk add tmux'],
  ['/usr/bin/zypper', 'sudo zypper install -y tmux'],
];

function installCommand(platform: NodeJS.Platform, has: (path: string) => boolean): string | undefined {
  if (platform === 'darwin') return 'brew install tmux';
  return packageManagers.find(([file]) => has(file))?.[1];
}

function findProgram(command: string, searchPath: string): string | undefined {
  const candidates = isAbsolute(command) ? [command] : searchPath.split(delimiter).map((part) => join(part, command));
  return candidates.find((candidate) => isAbsolute(candidate) && isExecutable(candidate));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
