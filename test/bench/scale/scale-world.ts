import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { systemClock } from '../../../src/base/clock.ts';
import type { Scope } from '../../../src/base/scope.ts';
import { startLocalDiscord } from '../../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../../src/local-discord/local-discord.ts';
import { ChatUser } from '../../e2e/support/chat-user.ts';
import { Installation } from '../../e2e/support/installation.ts';
import type { StatusJson } from '../../e2e/support/installation.ts';
import { ChatEar } from './chat-ear.ts';

/** One line of the daemon's log. */
export interface LogLine {
  readonly time: string;
  readonly msg: string;
  readonly session?: number;
  readonly terminals?: number;
  readonly ms?: number;
}

/**
 * A chat server outside the daemon, as Discord is, and one installation with any number of sessions whose agent is the
 * light stand-in behind the real driver of Claude Code: real panes, hooks, settings and state files.
 */
export class ScaleWorld {
  readonly discord: LocalDiscord;
  readonly owner: ChatUser;
  readonly ear: ChatEar;
  readonly bridge: Installation;
  readonly #channels: string[] = [];

  private constructor(discord: LocalDiscord, ear: ChatEar, environment: Readonly<Record<string, string>>) {
    this.discord = discord;
    this.ear = ear;
    this.owner = new ChatUser({ api: discord.api, token: discord.userToken });
    this.bridge = new Installation({
      AGENT: 'claude-code',
      CLAUDE_COMMAND: join(import.meta.dirname, 'claude-stand-in.pl'),
      DISCORD_API_URL: discord.api,
      DISCORD_BOT_TOKEN: discord.botToken,
      OWNER_USER_ID: discord.userId,
      ...environment,
    });
  }

  static async open(scope: Scope, environment: Readonly<Record<string, string>> = {}): Promise<ScaleWorld> {
    const discord = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock });
    scope.defer('chat server', () => discord.close());
    const ear = await ChatEar.open(discord.api, discord.userToken);
    scope.defer('ear', () => ear.close());
    const world = new ScaleWorld(discord, ear, environment);
    scope.defer('installation', () => world.bridge.destroy());
    return world;
  }

  /** The channel of a session. */
  channel(session: number): string {
    return this.#channels[session - 1] ?? '';
  }

  /** Puts so many sessions into the map; a daemon that is started next has them. */
  grow(sessions: number): void {
    while (this.#channels.length < sessions) {
      this.#channels.push(this.discord.ensureChannel({ name: `work-${this.#channels.length + 1}` }));
    }
    this.bridge.writeSessions(Object.fromEntries(this.#channels.map((channel, index) => [String(index + 1), channel])));
  }

  /** Starts the daemon; returns after how many seconds it was ready. */
  async start(): Promise<number> {
    const began = performance.now();
    const told = await this.bridge.startDaemon();
    if (told.kind !== 'ready') throw new Error(`the daemon did not start: ${told.message ?? told.kind}`);
    return (performance.now() - began) / 1000;
  }

  get daemon(): number {
    const { daemonPid } = this.bridge;
    if (daemonPid === undefined) throw new Error(`the daemon has ended:\n${this.bridge.log().slice(-2000)}`);
    return daemonPid;
  }

  async tmuxServer(): Promise<number> {
    return Number((await this.bridge.tmux('display-message', '-p', '#{pid}')).stdout.trim());
  }

  /** Sessions that are up and wait for a message, with the pids of their agents. */
  async idle(): Promise<ReadonlyMap<number, number>> {
    const { sessions } = await this.bridge.json<StatusJson>('status');
    const up = sessions.filter(({ lifecycle, state, pid }) => lifecycle === 'running' && state === 'idle' && pid);
    return new Map(up.map(({ number, pid }) => [number, Number(pid)]));
  }

  /** Reads what the daemon's log gets from now on. */
  logFromNow(): LogReader {
    return new LogReader(this.bridge.paths.bridgeLog);
  }
}

/** The end of a log that grows. */
export class LogReader {
  readonly #path: string;
  #offset: number;
  #partial = '';

  constructor(path: string) {
    this.#path = path;
    this.#offset = statSync(path).size;
  }

  /** The lines since the last look. */
  read(): readonly LogLine[] {
    const size = statSync(this.#path).size;
    const buffer = Buffer.alloc(size - this.#offset);
    const file = openSync(this.#path, 'r');
    try {
      this.#offset += readSync(file, buffer, 0, buffer.length, this.#offset);
    } finally {
      closeSync(file);
    }
    const lines = (this.#partial + buffer.toString('utf8')).split('\n');
    this.#partial = lines.pop() ?? '';
    return lines.map((line) => JSON.parse(line) as LogLine);
  }
}
