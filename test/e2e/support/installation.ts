import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { daemonFlags } from '../../../src/cli/daemon-process.ts';
import { resolvePaths } from '../../../src/config/paths.ts';
import type { BridgePaths } from '../../../src/config/paths.ts';
import { showOnFailure } from './last-words.ts';
import { commandLineOf, endProcessesNaming, processesNaming } from './leftovers.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** What this machine happens to have left, and how long it takes, is the business of tests about that. */
const anyAmount = {
  LIMITS_SESSION_MEMORY: 'none',
  LIMITS_TOTAL_MEMORY: 'none',
  ALERTS_MEMORY: '100',
  ALERTS_DISK: '100',
  ALERTS_RESPONSE: 'forever',
} as const;

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One bridge of its own: its directory, its sockets, its daemon, its tmux server. `destroy` leaves nothing behind. */
export class Installation {
  readonly paths: BridgePaths;
  readonly environment: Record<string, string>;
  readonly #base: string;
  #daemon: ChildProcess | undefined;
  readonly #output: string[] = [];
  readonly #endOfLog: () => void;

  constructor(environment: Readonly<Record<string, string>> = {}) {
    this.#base = mkdtempSync(join(tmpdir(), 'bridge-e2e-'));
    const home = join(this.#base, 'home');
    mkdirSync(join(home, 'config'), { recursive: true });
    mkdirSync(join(this.#base, 'user'));
    mkdirSync(join(this.#base, 'run'));
    this.environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: join(this.#base, 'user'),
      LANG: 'C.UTF-8',
      XDG_RUNTIME_DIR: join(this.#base, 'run'),
      TMPDIR: join(this.#base, 'run'),
      BRIDGE_HOME: home,
      LOCAL_PORT: '0',
      AGENT: 'scripted',
      LOG_LEVEL: 'debug',
      ...anyAmount,
      ...environment,
    };
    this.paths = resolvePaths({ environment: this.environment });
    this.#endOfLog = showOnFailure('bridge.log', () => this.log());
  }

  writeConfig(name: string, content: string): void {
    writeFileSync(join(this.paths.config, name), content, { mode: 0o600 });
  }

  readConfig(name: string): string {
    return readFileSync(join(this.paths.config, name), 'utf8');
  }

  writeSessions(map: Readonly<Record<string, string>>, name = 'sessions.json'): void {
    this.writeConfig(name, JSON.stringify(map));
  }

  /** Starts the daemon as a process of its own; resolves with what it tells its parent. */
  async startDaemon(): Promise<{ kind: string; code?: string; message?: string }> {
    const daemon = this.#spawnDaemon({});
    const ended = once(daemon, 'exit').then(() => {
      throw new Error(`the daemon ended before it was ready:\n${this.#output.join('')}`);
    });
    const [told] = (await Promise.race([once(daemon, 'message'), ended])) as [{ kind: string }];
    return told;
  }

  /**
   * Starts a daemon that is killed at a fail point, sooner or later; resolves when it is ready, or dead.
   * @param failPoint what `BRIDGE_FAIL_POINT` says: `inbox:new:before#2`.
   */
  async startMortalDaemon(failPoint: string): Promise<void> {
    const daemon = this.#spawnDaemon({ BRIDGE_FAIL_POINT: failPoint });
    await Promise.race([once(daemon, 'message'), once(daemon, 'exit')]);
  }

  /** Waits for a daemon that ends by itself; resolves with the signal that ended it, or null. Undefined when it goes on. */
  async daemonSignal(timeoutMs: number): Promise<NodeJS.Signals | null | undefined> {
    const daemon = this.#daemon;
    if (daemon && this.daemonPid !== undefined) {
      await Promise.race([once(daemon, 'exit'), sleep(timeoutMs, undefined, { ref: false })]);
    }
    return this.daemonPid === undefined ? daemon?.signalCode : undefined;
  }

  get daemonPid(): number | undefined {
    return this.#daemon?.exitCode === null && this.#daemon.signalCode === null ? this.#daemon.pid : undefined;
  }

  /** Sends a signal to the daemon and waits for its end. */
  async endDaemon(signal: NodeJS.Signals): Promise<Finished> {
    const daemon = this.#daemon;
    if (!daemon || this.daemonPid === undefined) throw new Error('no daemon runs');
    const exited = once(daemon, 'exit');
    daemon.kill(signal);
    await exited;
    return { exitCode: daemon.exitCode, stdout: this.#output.join(''), stderr: '' };
  }

  /** Waits for a daemon that is ending by itself. */
  async daemonEnded(): Promise<number | null> {
    if (this.#daemon && this.daemonPid !== undefined) await once(this.#daemon, 'exit');
    return this.#daemon?.exitCode ?? null;
  }

  /** Runs one of the shell commands (`vai`, `dp`, `vexit`) to its end. */
  run(
    command: 'vai' | 'dp' | 'vexit',
    args: readonly string[],
    options: { input?: string; env?: Record<string, string> } = {},
  ): Promise<Finished> {
    return this.#finish(join(root, `dist/bundle/${command}.cjs`), args, options);
  }

  /** Starts a daemon that is expected to give up by itself. */
  runFailingDaemon(): Promise<Finished> {
    return this.#finish(join(root, 'dist/bundle/main.cjs'), [], {});
  }

  #spawnDaemon(environment: Readonly<Record<string, string>>): ChildProcess {
    const daemon = spawn(process.execPath, [...daemonFlags, join(root, 'dist/bundle/main.cjs')], {
      env: { ...this.environment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#daemon = daemon;
    for (const stream of [daemon.stdout, daemon.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#output.push(chunk.toString()));
    }
    return daemon;
  }

  async #finish(
    program: string,
    args: readonly string[],
    options: { input?: string; env?: Record<string, string> },
  ): Promise<Finished> {
    const child = spawn(process.execPath, [program, ...args], {
      env: { ...this.environment, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // It may end without reading what it is given.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.end(options.input ?? '');
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, stdout, stderr };
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr, exitCode } = await this.run('vai', [...args, '--json']);
    if (exitCode !== 0) throw new Error(`vai ${args.join(' ')} ended with ${exitCode}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** The status line of one session. */
  async session(number: number): Promise<SessionStatusJson> {
    const status = await this.json<StatusJson>('status');
    const session = status.sessions.find((one) => one.number === number);
    if (!session) throw new Error(`no session ${number}`);
    return session;
  }

  /** Runs tmux on this installation's own server. */
  async tmux(...args: readonly string[]): Promise<Finished> {
    const child = spawn('tmux', ['-S', this.paths.tmuxSocket, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    return { exitCode, stdout, stderr };
  }

  async tmuxSessions(): Promise<readonly string[]> {
    const { stdout } = await this.tmux('list-sessions', '-F', '#{session_name}');
    return stdout
      .split('\n')
      .filter((name) => name.startsWith('claude-session-'))
      .sort();
  }

  log(): string {
    return readFileSync(this.paths.bridgeLog, 'utf8');
  }

  /** Removes the built-in chat's data, as somebody does who wants a new key. */
  forgetChat(): void {
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(this.paths.state, `local-discord.db${suffix}`), { force: true });
    }
  }

  async destroy(): Promise<void> {
    if (this.daemonPid !== undefined) await this.endDaemon('SIGKILL');
    this.#endOfLog();
    await this.tmux('kill-server'); // Our own socket, never the user's.
    // An agent that lost its terminal takes seconds to say goodbye to nobody.
    await endProcessesNaming(this.#base);
    rmSync(this.#base, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The command lines of this installation's processes; those that end while we look have none. */
  commandLines(): readonly string[] {
    return this.processes()
      .map(commandLineOf)
      .filter((line) => line !== '');
  }

  /** Ends every process of this installation at once, also those that others are starting meanwhile. */
  async endProcesses(): Promise<void> {
    await endProcessesNaming(this.#base);
  }

  /** Processes that were started for this installation, by the directory in their environment. */
  processes(): readonly number[] {
    return processesNaming(this.#base);
  }
}

export interface SessionStatusJson {
  readonly number: number;
  readonly channel: string;
  readonly tmux: string;
  readonly agent: string;
  readonly lifecycle: string;
  readonly state: string;
  readonly waitingFor: string | null;
  readonly pid: number | null;
  readonly generation: number;
  readonly queued: number;
  readonly agentSession: string | null;
}

export interface StatusJson {
  readonly running: boolean;
  readonly pid: number;
  readonly tmuxSocket: string;
  readonly chat: {
    readonly kind: string;
    readonly state: string;
    readonly api: string;
    readonly userToken: string;
    readonly url: string;
  };
  readonly sessions: readonly SessionStatusJson[];
}
