import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

import { makePrivateDirectory } from '../base/atomic-file.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import type { TerminalSpec } from '../contracts/terminal.ts';
import { isLeftover, launchScript } from './launch-script.ts';
import type { Launch } from './launch-script.ts';
import type { ProcessIdentity } from '../base/process-tree.ts';
import { isTerminalName } from './tmux-names.ts';

export const defaultColumns = 120;
export const defaultRows = 40;

/**
 * Refuses what could not be started.
 *
 * @throws BridgeError `terminal-spec-invalid`, `work-dir-missing`, naming the value.
 */
export function checkSpec(spec: TerminalSpec): void {
  if (!isTerminalName(spec.name)) {
    throw invalid(`"${spec.name}" is not a name for a terminal: small letters, digits and dashes, at most 64.`);
  }
  if (spec.argv.length === 0) throw invalid(`Terminal "${spec.name}" was given no program.`);
  if (!isAbsolute(spec.directory)) throw invalid(`The directory "${spec.directory}" is not an absolute path.`);
  const texts = [spec.cwd, spec.directory, ...spec.argv, ...Object.values(spec.environment)];
  if (texts.some((text) => text.includes('\0'))) throw invalid(`Terminal "${spec.name}" was given a NUL.`);
  if (!isAbsolute(spec.cwd) || !isDirectory(spec.cwd)) {
    throw new BridgeError('work-dir-missing', `The working directory "${spec.cwd}" does not exist.`, {
      advice: 'Make it, or give the session another one.',
    });
  }
}

/**
 * Writes the launch script (0600) and removes what an earlier terminal of this name left. When `start` fails the
 * script, which carries the environment, is removed again; otherwise it removes itself.
 */
export async function withLaunchScript<T>(
  spec: TerminalSpec,
  place: Pick<Launch, 'tmux' | 'socket' | 'columns' | 'rows' | 'umask'>,
  start: (path: string) => Promise<T>,
): Promise<T> {
  const { name, directory } = spec;
  makePrivateDirectory(directory);
  removeFiles(spec);
  const path = join(directory, `${name}.launch`);
  writeFileSync(path, launchScript({ ...spec, ...place }), { mode: 0o600, flag: 'wx' });
  try {
    return await start(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** Where a terminal's files are. */
export interface TerminalPlace {
  readonly name: string;
  readonly directory: string;
}

/**
 * Writes down which process a terminal runs, so that a later daemon can find what outlived both the terminal and this
 * one. Nothing depends on it otherwise, so it is not flushed.
 */
export function rememberProcess(terminal: TerminalPlace & { readonly process: ProcessIdentity }): void {
  const { pid, started } = terminal.process;
  const known = recallProcess(terminal);
  if (known?.pid === pid && known.started === started) return;
  try {
    writeFileSync(processFile(terminal), `${pid} ${started}\n`, { mode: 0o600 });
  } catch (error) {
    // A directory that somebody removed: the terminal itself still runs.
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
}

/** The process that the last terminal of this name ran, dead or alive. */
export function recallProcess(terminal: TerminalPlace): ProcessIdentity | undefined {
  const [, pid, started] = /^(\d+) (.+)$/m.exec(readIfThere(processFile(terminal))) ?? [];
  return pid === undefined || started === undefined ? undefined : { pid: Number(pid), started };
}

/** Removes everything that a terminal left in its directory. */
export function removeFiles({ name, directory }: TerminalPlace): void {
  if (!isDirectory(directory)) return;
  for (const file of readdirSync(directory)) {
    if (isLeftover(file, name)) rmSync(join(directory, file), { force: true });
  }
}

/** A file's text; '' when there is none. */
export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function processFile({ name, directory }: TerminalPlace): string {
  return join(directory, `${name}.process`);
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (systemErrorCode(error) !== undefined) return false;
    throw error;
  }
}

function invalid(message: string): BridgeError {
  return new BridgeError('terminal-spec-invalid', message);
}
