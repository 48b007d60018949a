import { cpus, loadavg, platform, release, totalmem, type } from 'node:os';
import { join } from 'node:path';

import { runCommand } from '../../src/base/run-command.ts';
import { claudeCommand } from '../e2e/support/claude.ts';
import type { Machine } from './results.ts';

const root = join(import.meta.dirname, '..', '..');

/** What the figures were measured on. A program that is not there is called `none`. */
export async function describeMachine(): Promise<Machine> {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? platform(),
    cores: processors.length,
    memoryMegabytes: Math.round(totalmem() / 2 ** 20),
    kernel: `${type()} ${release()}`,
    node: process.version,
    tmux: await firstLine('tmux', ['-V']),
    claude: await firstLine(claudeCommand, ['--version']),
  };
}

export function loadNow(): [number, number, number] {
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return [one, five, fifteen];
}

/** The checkout's commit, and whether the files differ from it; `unknown` outside of a checkout. */
export async function describeCommit(): Promise<{ commit: string; changed: boolean }> {
  const commit = await firstLine('git', ['-C', root, 'rev-parse', 'HEAD']);
  if (commit === 'none') return { commit: 'unknown', changed: false };
  const changes = await firstLine('git', ['-C', root, 'status', '--porcelain', '--untracked-files=no']);
  return { commit, changed: changes !== '' };
}

async function firstLine(program: string, args: readonly string[]): Promise<string> {
  try {
    const { exitCode, stdout } = await runCommand(program, args);
    return exitCode === 0 ? (stdout.split('\n')[0] ?? '').trim() : 'none';
  } catch {
    return 'none'; // There is no such program.
  }
}
