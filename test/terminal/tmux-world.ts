import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { runCommand } from '../../src/base/run-command.ts';
import type { CommandResult } from '../../src/base/run-command.ts';
import type { Terminal, TerminalSpec } from '../../src/contracts/terminal.ts';
import { openTmux } from '../../src/terminal/tmux-manager.ts';
import type { OpenTmuxOptions } from '../../src/terminal/tmux-manager.ts';
import type { TerminalHarness } from '../contracts/terminal.ts';
import { eventually } from '../eventually.ts';

/** A tmux server of its own in a temporary directory, with programs to run in it. */
export interface TmuxWorld extends TerminalHarness {
  readonly root: string;
  readonly socket: string;
  open(options?: Partial<OpenTmuxOptions>): Promise<Terminal>;
  /** A spec for any program. */
  spec(name: string, argv: readonly string[], environment?: Readonly<Record<string, string>>): TerminalSpec;
  /** Asks the server past the product. */
  tmux(...args: string[]): Promise<CommandResult>;
  serverPid(): Promise<number>;
}

const talker = 'echo ready; while read -r line; do case "$line" in "exit "*) exit "${line#exit }";; esac; done';
const recorder = 'stty raw -echo; echo ready; exec cat >"$RECORD"';

export async function makeTmuxWorld(options: Partial<OpenTmuxOptions> = {}): Promise<TmuxWorld> {
  const root = mkdtempSync(join(tmpdir(), 'tmux-'));
  const socket = join(root, 'run', 'tmux.sock');
  const opened: Terminal[] = [];
  const open = async (more: Partial<OpenTmuxOptions> = {}): Promise<Terminal> => {
    const made = await openTmux({ socket, clock: systemClock, graceMs: 500, ...options, ...more });
    opened.push(made);
    return made;
  };
  const terminal = await open();
  const directory = (name: string): string => join(root, 'state', name);
  const spec: TmuxWorld['spec'] = (name, argv, environment = {}) => ({
    name,
    cwd: root,
    argv,
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin', ...environment },
    directory: directory(name),
  });
  const tmux: TmuxWorld['tmux'] = (...args) => runCommand('tmux', ['-u', '-S', socket, ...args]);
  mkdirSync(join(root, 'state'));
  return {
    root,
    socket,
    terminal,
    open,
    reopen: open,
    spec,
    tmux,
    talker: (name) => spec(name, ['/bin/sh', '-c', talker]),
    recorder: (name) => spec(name, ['/bin/sh', '-c', recorder], { RECORD: join(root, `${name}.record`) }),
    ready: (name) => shows(terminal, name, 'ready'),
    exit: async (name, code) => {
      await tmux('send-keys', '-t', `=${name}:`, `exit ${code}`, 'Enter');
    },
    received: async (name) => readFileSync(join(root, `${name}.record`), 'utf8'),
    serverPid: async () => Number((await tmux('display-message', '-p', '#{pid}')).stdout),
    dispose: async () => {
      for (const each of opened.slice(1)) await each.close();
      await terminal.shutdown();
      await terminal.close();
      rmSync(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Waits until a terminal's screen contains a text. */
export async function shows(terminal: Terminal, name: string, text: string): Promise<void> {
  await eventually(async () => expect(await terminal.capture(name)).toContain(text));
}
