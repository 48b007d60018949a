import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';

import { systemClock } from '../../../src/base/clock.ts';
import { daemonFlags } from '../../../src/cli/daemon-process.ts';
import { resolvePaths } from '../../../src/config/paths.ts';
import { startLocalDiscord } from '../../../src/local-discord/local-discord.ts';
import { ChatUser } from '../../e2e/support/chat-user.ts';
import type { BenchContext } from '../measurement.ts';
import type { CountingServer } from './discord-limits.ts';

export interface Flood {
  readonly sessions: number;
  readonly perSession: number;
}

/** What became of every message of a flood. */
export interface Outcome {
  /** Milliseconds from the moment the server took the message until the agent's confirmation was on disk, by message. */
  readonly confirmedAfter: readonly number[];
  /** Seconds from the first of those moments to the last. */
  readonly confirmedSeconds: number;
  /** Seconds in which the messages were said. */
  readonly saidSeconds: number;
  /** Messages without a confirmation or an answer, answers that came twice or in the wrong order. */
  readonly faults: readonly string[];
  /** Seconds from a moment (epoch milliseconds) until the last message was stored, and was confirmed. */
  readonly since: (at: number) => { readonly stored: number; readonly confirmed: number };
  /** Megabytes that the daemon has resident afterwards, and had at most. */
  readonly memory: { readonly now: number; readonly most: number };
}

/** A chat server in this process, and the daemon with its stand-in agents in another one. */
export class FloodWorld {
  readonly #owner: ChatUser;
  readonly #channels: readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  readonly #database: string;
  readonly #context: BenchContext;
  #daemon: ReturnType<typeof spawn> | undefined;

  private constructor(options: {
    readonly context: BenchContext;
    readonly owner: ChatUser;
    readonly channels: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
    readonly database: string;
  }) {
    this.#context = options.context;
    this.#owner = options.owner;
    this.#channels = options.channels;
    this.#environment = options.environment;
    this.#database = options.database;
  }

  /** @param name a directory of its own in the context's. */
  static async open(
    context: BenchContext,
    options: { readonly name: string; readonly sessions: number; readonly server: CountingServer },
  ): Promise<FloodWorld> {
    const discord = await startLocalDiscord({
      port: 0,
      dataFile: ':memory:',
      clock: systemClock,
      faults: options.server,
    });
    context.scope.defer('chat server', () => discord.close());
    const directory = join(context.directory, options.name);
    const environment = {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      XDG_RUNTIME_DIR: context.directory,
      TMPDIR: context.directory,
      BRIDGE_HOME: directory,
      AGENT: 'scripted',
      DISCORD_API_URL: discord.api,
      DISCORD_BOT_TOKEN: discord.botToken,
      OWNER_USER_ID: discord.userId,
    };
    const paths = resolvePaths({ environment });
    mkdirSync(paths.config, { recursive: true });
    const channels = Array.from({ length: options.sessions }, (_, index) =>
      discord.ensureChannel({ name: `flood-${index + 1}` }),
    );
    const map = Object.fromEntries(channels.map((channel, index) => [String(index + 1), channel]));
    writeFileSync(paths.discord.map, JSON.stringify(map), { mode: 0o600 });
    const owner = new ChatUser({ api: discord.api, token: discord.userToken });
    return new FloodWorld({ context, owner, channels, environment, database: paths.discord.database });
  }

  /** Returns after how many seconds the daemon was ready. */
  async startDaemon(): Promise<number> {
    const begin = performance.now();
    const program = join(import.meta.dirname, 'stand-in-daemon.ts');
    const daemon = spawn(process.execPath, [...daemonFlags, program], {
      env: this.#environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#daemon = daemon;
    this.#context.scope.defer('daemon', () => this.stopDaemon());
    const ended = once(daemon, 'exit').then(() => {
      throw new Error('the daemon ended before it was ready');
    });
    await Promise.race([once(daemon, 'message'), ended]);
    ended.catch(() => undefined);
    return (performance.now() - begin) / 1000;
  }

  async stopDaemon(): Promise<void> {
    const daemon = this.#daemon;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const exited = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    await exited;
  }

  /** The daemon's resident memory, in megabytes: of now, and the most it ever was. */
  memory(): Outcome['memory'] {
    const status = readFileSync(`/proc/${this.#daemon?.pid ?? 0}/status`, 'utf8');
    const megabytes = (line: string): number =>
      Number(new RegExp(`^${line}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
    return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
  }

  /** Says so many messages in every channel, in all channels at once. */
  async say(perSession: number): Promise<void> {
    await Promise.all(
      this.#channels.map(async (channel) => {
        for (let index = 0; index < perSession; index += 1) await this.#owner.say(channel, textOf(index));
      }),
    );
  }

  /** Waits until so many messages are settled and their turns over; with `posted` also until nothing waits to be posted. */
  async settled(count: number, options: { readonly posted: boolean }): Promise<void> {
    const database = new DatabaseSync(this.#database, { readOnly: true });
    try {
      const left = database.prepare(
        `SELECT (SELECT count(*) FROM inbox WHERE state IN ('acknowledged', 'failed', 'withdrawn')) AS settled,
                (SELECT count(*) FROM outbox WHERE state = 'pending') AS pending,
                (SELECT count(*) FROM turns WHERE outcome IS NULL) AS turns`,
      );
      for (;;) {
        const row = left.get();
        this.#context.progress(`${String(row?.['settled'])} settled, ${String(row?.['pending'])} to be posted`);
        const isPosted = !options.posted || row?.['pending'] === 0;
        if (row?.['settled'] === count && row['turns'] === 0 && isPosted) return;
        await sleep(50, undefined, { signal: this.#context.signal });
      }
    } finally {
      database.close();
    }
  }

  /** What became of all messages, by the bridge's records; with `posted` also by the channels. */
  async outcome(perSession: number, options: { readonly posted: boolean }): Promise<Outcome> {
    const database = new DatabaseSync(this.#database, { readOnly: true });
    const rows = database
      .prepare(
        `SELECT session, sent_at, received_at, moved_at, text FROM inbox WHERE state = 'acknowledged' ORDER BY moved_at, seq`,
      )
      .all();
    const taken = database
      .prepare('SELECT turns.session, inbox.text FROM turns JOIN inbox ON inbox.id = turns.message ORDER BY turns.seq')
      .all();
    database.close();
    const wanted = Array.from({ length: perSession }, (_, index) => textOf(index));
    const faults: string[] = [];
    for (const [index, channel] of this.#channels.entries()) {
      const own = (all: readonly Record<string, unknown>[]): unknown[] =>
        all.filter(({ session }) => session === index + 1).map(({ text }) => text);
      check(`confirmed in ${index + 1}`, own(rows), wanted, faults);
      check(`turns of ${index + 1}`, own(taken), wanted, faults);
      if (!options.posted) continue;
      // Not what the bridge itself says, of an agent that could not go on where it was.
      const heard = (await this.#owner.heard(channel)).filter((text) => text.startsWith('answer to '));
      check(
        `answers in ${index + 1}`,
        heard,
        wanted.map((text) => `answer to ${text}`),
        faults,
      );
    }
    const sent = rows.map((row) => Number(row['sent_at']));
    const stored = rows.map((row) => Number(row['received_at']));
    const confirmed = rows.map((row) => Number(row['moved_at']));
    return {
      confirmedAfter: confirmed.map((at, index) => at - (sent[index] ?? NaN)),
      confirmedSeconds: (Math.max(...confirmed) - Math.min(...sent)) / 1000,
      saidSeconds: (Math.max(...sent) - Math.min(...sent)) / 1000,
      since: (at) => ({
        stored: (Math.max(...stored) - at) / 1000,
        confirmed: (Math.max(...confirmed) - at) / 1000,
      }),
      faults,
      memory: this.memory(),
    };
  }
}

function textOf(index: number): string {
  return `message ${index}`;
}

function check(what: string, found: readonly unknown[], wanted: readonly string[], faults: string[]): void {
  if (found.length === wanted.length && found.every((text, index) => text === wanted[index])) return;
  faults.push(`${what}: ${found.length} of ${wanted.length}, ${JSON.stringify(found).slice(0, 300)}`);
}
