import { rmSync } from 'node:fs';

import type { Cancel, Clock } from '../base/clock.ts';
import type { Mark } from '../base/process-mark.ts';
import { BridgeError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import type { Log } from '../base/log.ts';
import { SerialQueue } from '../base/serial-queue.ts';
import type { Terminal, TerminalDeath, TerminalInfo, TerminalKey, TerminalSpec } from '../contracts/terminal.ts';
import { DeathWatch } from './death-watch.ts';
import { paneCommand } from './launch-script.ts';
import { trimScreen } from './screen.ts';
import { prepareSocketDirectory } from './socket-directory.ts';
import { creationFailed, operationFailed, terminalExists, terminalGone } from './terminal-errors.ts';
import {
  checkSpec,
  defaultColumns,
  defaultRows,
  recallProcess,
  rememberProcess,
  removeFiles,
  withLaunchScript,
} from './terminal-files.ts';
import * as tmux from './tmux-commands.ts';
import type { Pane, TmuxCommand } from './tmux-commands.ts';
import { TmuxConnection } from './tmux-connection.ts';
import type { TmuxReply } from './tmux-connection.ts';
import { findTmux } from './tmux-installation.ts';
import { TmuxPanes } from './tmux-panes.ts';
import { TreeEndings, identify } from './tree-endings.ts';

export interface OpenTmuxOptions {
  /** Absolute path of the private server's socket. Its directory is made (0700) when missing. */
  readonly socket: string;
  readonly clock: Clock;
  readonly log?: Log;
  /** Default `tmux`, looked up on the PATH. */
  readonly tmuxCommand?: string;
  /** Where PATH, HOME and the like are taken from. Default: this process's environment. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What new files of the programs are denied. Default: what this process's are denied. */
  readonly umask?: number;
  /** Milliseconds between two looks at all terminals. Default 2000: one question, about 1 ms for 50 terminals. */
  readonly sweepIntervalMs?: number;
  /** Milliseconds between asking a process tree to end and forcing it. Default 3000. */
  readonly graceMs?: number;
  /**
   * What every process of a terminal carries, by the terminal's name: what has it is ended with the terminal, also when it
   * made a session of its own and lost its parent. Default: nothing is known.
   */
  readonly markOf?: (terminal: string) => Mark | undefined;
  /** Milliseconds without an answer after which tmux counts as stuck. Default 10000. */
  readonly replyTimeoutMs?: number;
}

/**
 * Opens the terminals of an installation: joins its tmux server when it runs; the first `create` starts it otherwise.
 *
 * @throws BridgeError `tmux-missing`, `tmux-too-old`, `socket-path-too-long`, `socket-directory-unsafe`,
 * `tmux-server-failed`.
 */
export async function openTmux(options: OpenTmuxOptions): Promise<Terminal> {
  const { socket, clock, log = silentLog, environment = process.env } = options;
  const installation = await findTmux(options.tmuxCommand ?? 'tmux', environment.PATH ?? '/usr/bin:/bin');
  prepareSocketDirectory(socket);
  const endings = new TreeEndings({
    clock,
    log,
    graceMs: options.graceMs ?? 3000,
    markOf: options.markOf ?? (() => undefined),
  });
  const connection = new TmuxConnection({
    tmux: installation,
    socket,
    environment,
    clock,
    log,
    replyTimeoutMs: options.replyTimeoutMs ?? 10_000,
    onNotification: (name) => {
      if (tellsOfChange.has(name)) deaths.sweepSoon();
    },
    onLost: () => deaths.sweep(),
  });
  const panes = new TmuxPanes({ connection, log });
  const deaths: DeathWatch = new DeathWatch({
    clock,
    log,
    sweepIntervalMs: options.sweepIntervalMs ?? 2000,
    look: () => panes.look(),
    onPaneGone: (terminal) => endings.begin(terminal.name, terminal.process),
    onProgramEnded: (terminal) => panes.free(terminal),
  });
  await connection.open();
  return new TmuxManager({
    connection,
    panes,
    deaths,
    endings,
    clock,
    socket,
    tmuxPath: installation.path,
    umask: options.umask,
  });
}

/** Notifications after which a terminal may be gone, or nobody looks at it any more. */
const tellsOfChange = new Set(['unlinked-window-close', 'window-close', 'sessions-changed', 'client-detached']);

export interface TmuxManagerOptions {
  readonly connection: TmuxConnection;
  readonly panes: TmuxPanes;
  readonly deaths: DeathWatch;
  readonly endings: TreeEndings;
  readonly clock: Clock;
  readonly socket: string;
  /** Absolute path of the tmux program. */
  readonly tmuxPath: string;
  readonly umask: number | undefined;
}

/**
 * Terminals as tmux sessions on a private server. Owns the order of things that makes a terminal, feeds it and ends
 * it; knows nothing about the programs in them, and nothing about sessions, agents or chat. The server and its panes
 * outlive it.
 *
 * `kill` is an end that was asked for: it is never reported as a death, also when the program dies by itself while
 * `kill` is under way.
 */
export class TmuxManager implements Terminal {
  readonly #options: TmuxManagerOptions;
  readonly #creates = new SerialQueue();
  readonly #kills = new Map<string, Promise<void>>();

  constructor(options: TmuxManagerOptions) {
    this.#options = options;
  }

  async create(spec: TerminalSpec): Promise<TerminalInfo> {
    checkSpec(spec);
    const { endings, panes } = this.#options;
    await endings.settled(spec.name);
    // Before anything in its directory is touched.
    if ((await panes.list()).some(({ name }) => name === spec.name)) throw terminalExists(spec.name);
    return this.#creates.run(() => this.#create(spec));
  }

  async type(name: string, text: string): Promise<void> {
    if (text.includes('\0')) throw new BridgeError('terminal-text-invalid', 'A terminal cannot be sent a NUL.');
    const pieces = tmux.splitText(text);
    await this.#input(name, (pane) => pieces.map((piece) => tmux.sendText(pane, piece)));
  }

  async keys(name: string, keys: readonly TerminalKey[]): Promise<void> {
    await this.#input(name, (pane) => (keys.length === 0 ? [] : [tmux.sendKeys(pane, keys)]));
  }

  async capture(name: string, options: { readonly history?: number } = {}): Promise<string> {
    const { paneId } = await this.#pane(name);
    const command = tmux.capturePane(paneId, options.history ?? 0);
    const reply = await this.#options.connection.run([command], { repeatable: true });
    if (reply.kind === 'done') return trimScreen(reply.output);
    this.#options.panes.forget(name);
    throw operationFailed(name, reply, 'not-done');
  }

  async list(): Promise<readonly TerminalInfo[]> {
    return (await this.#options.panes.list()).map(infoOf);
  }

  kill(name: string): Promise<void> {
    const running = this.#kills.get(name);
    if (running) return running;
    const kill = this.#kill(name).finally(() => this.#kills.delete(name));
    this.#kills.set(name, kill);
    return kill;
  }

  onDeath(listener: (death: TerminalDeath) => void): Cancel {
    return this.#options.deaths.onDeath(listener);
  }

  async adopt(name: string, directory: string): Promise<TerminalInfo> {
    const pane = (await this.#options.panes.list()).find((candidate) => candidate.name === name);
    if (!pane) throw terminalGone(name);
    await this.#watch(pane, directory);
    return infoOf(pane);
  }

  attachCommand(name: string): readonly string[] {
    return ['tmux', '-S', this.#options.socket, 'attach', '-t', `=${name}`];
  }

  async close(): Promise<void> {
    await this.#options.deaths.close();
    this.#options.connection.close();
  }

  async shutdown(): Promise<void> {
    const { connection, panes, socket } = this.#options;
    await Promise.all((await panes.list()).map(({ name }) => this.kill(name)));
    await connection.endServer();
    rmSync(socket, { force: true }); // tmux leaves its name behind.
  }

  async #create(spec: TerminalSpec): Promise<TerminalInfo> {
    const { name, columns = defaultColumns, rows = defaultRows } = spec;
    const { panes, deaths, endings, socket, tmuxPath, umask } = this.#options;
    // Made while this one waited for its turn.
    if (deaths.get(name)) throw terminalExists(name);
    const survivor = recallProcess(spec);
    if (survivor) await endings.end(name, survivor);
    return withLaunchScript(spec, { tmux: tmuxPath, socket, columns, rows, umask }, async (script) => {
      const argv = paneCommand(tmux.paneLabel(name, columns, rows), script);
      const reply = await this.#newSession(tmux.newSession(name, columns, rows, argv));
      // Without an answer it may have been made all the same (I4).
      const pane = reply.kind === 'lost' ? await panes.find(name) : tmux.parsePanes(outputOf(reply))[0];
      if (!pane) throw creationFailed(name, reply);
      panes.learn(pane);
      await this.#watch(pane, spec.directory);
      return infoOf(pane);
    });
  }

  async #newSession(command: TmuxCommand): Promise<TmuxReply> {
    const { connection } = this.#options;
    // Without a server `new-session` would start one by itself, with tmux's own options.
    await connection.startServer();
    return connection.run([command], { repeatable: false });
  }

  /** Sends input, after taking the pane out of copy mode. */
  async #input(name: string, commands: (paneId: string) => readonly TmuxCommand[]): Promise<void> {
    const { paneId } = await this.#pane(name);
    const all = [tmux.leaveModes(paneId), ...commands(paneId)];
    const reply = await this.#options.connection.run(all, { repeatable: false });
    if (reply.kind === 'done') return;
    this.#options.panes.forget(name);
    // In front of the first input there is the one command that types nothing.
    throw operationFailed(name, reply, reply.kind === 'refused' && reply.before <= 1 ? 'not-done' : 'unknown');
  }

  async #pane(name: string): Promise<Pane> {
    const pane = await this.#options.panes.find(name);
    if (!pane) throw terminalGone(name);
    return pane;
  }

  async #watch({ name, pid, sessionId }: Pane, directory: string): Promise<void> {
    const { connection, deaths } = this.#options;
    const { epoch } = connection;
    const terminal = { name, directory, process: await identify(pid), sessionId, epoch };
    rememberProcess(terminal);
    deaths.add(terminal);
  }

  async #kill(name: string): Promise<void> {
    const { panes, deaths, endings } = this.#options;
    const watched = deaths.release(name);
    await endings.settled(name);
    // The watched process is the one we mean even when its server is gone or does not answer.
    await endings.end(name, watched?.process);
    const pane = (await panes.list()).find((candidate) => candidate.name === name);
    if (pane) {
      await endings.end(name, await identify(pane.pid));
      await panes.close(pane.sessionId);
    }
    panes.forget(name);
    if (watched) removeFiles(watched);
  }
}

function outputOf(reply: TmuxReply): string {
  return reply.kind === 'done' ? reply.output : '';
}

function infoOf({ name, pid }: Pane): TerminalInfo {
  return { name, pid };
}
