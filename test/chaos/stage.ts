import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { z } from 'zod';

import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import { systemErrorCode } from '../../src/base/errors.ts';
import { connectControl } from '../../src/control/client.ts';
import type { ControlClient } from '../../src/control/client.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../src/local-discord/local-discord.ts';
import { Installation } from '../e2e/support/installation.ts';
import type { InboxRow, OutboxRow, Received } from './evidence.ts';
import { Person } from './person.ts';
import { placesOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { Trouble } from './trouble.ts';

const history = z.object({ messages: z.array(z.object({ at: z.number(), text: z.string().nullable() })) });
const agentState = z.object({ pid: z.int().positive() });
const inboxRows = z.array(
  z.object({ id: z.string(), messageId: z.string().nullable(), session: z.int(), state: z.string() }),
);
const outboxRows = z.array(
  z.object({
    key: z.string(),
    channel: z.string(),
    kind: z.string(),
    state: z.string(),
    detail: z.string().nullable(),
    sent: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  }),
);
const count = z.object({ count: z.int() });

/** What the bridge has written down. */
export interface Books {
  readonly inbox: readonly InboxRow[];
  readonly outbox: readonly OutboxRow[];
  readonly openTurns: number;
}

/** The sessions and places of a stage. */
export type Shape = Pick<Plan, 'sessions' | 'threads' | 'elsewhere'>;

export interface StageOptions {
  readonly faults: Faults;
  /** The chat server's clock. */
  readonly clock: Clock;
  /** More settings of the installation. */
  readonly environment?: Readonly<Record<string, string>>;
  /** More modules that every process of the installation loads first. */
  readonly preload?: readonly URL[];
}

/**
 * A chat server that outlives the daemon, people on it, and one installation whose machine can be tampered with. Owns
 * everything a scenario needs; `destroy` leaves nothing behind. Knows nothing about plans being carried out.
 */
export class Stage {
  readonly trouble: Trouble;
  readonly discord: LocalDiscord;
  readonly owner: Person;
  readonly stranger: Person;
  readonly bridge: Installation;
  /** Ids of the channels and threads, by place. */
  readonly channels: readonly string[];
  readonly #clockFile: string;

  private constructor(discord: LocalDiscord, channels: readonly string[], shape: Shape, options: StageOptions) {
    const { api } = discord;
    this.discord = discord;
    this.channels = channels;
    this.owner = new Person({ api, token: discord.userToken });
    this.stranger = new Person({ api, token: discord.addUser({ name: 'mallory' }).token });
    this.trouble = new Trouble(options.faults);
    const preloaded = [new URL('machine.mjs', import.meta.url), ...(options.preload ?? [])];
    this.bridge = new Installation({
      DISCORD_API_URL: api,
      DISCORD_BOT_TOKEN: discord.botToken,
      OWNER_USER_ID: discord.userId,
      NODE_OPTIONS: preloaded.map(({ href }) => `--import ${href}`).join(' '),
      ...options.environment,
    });
    this.#clockFile = join(this.bridge.paths.home, 'clock');
    this.bridge.environment['BRIDGE_TEST_CLOCK'] = this.#clockFile;
    const entries = shape.sessions.map((whileBusy, index) => {
      const channel = channels[index];
      return [String(index + 1), whileBusy === 'queue' ? channel : { channel, whileBusy }] as const;
    });
    this.bridge.writeConfig('sessions.json', JSON.stringify(Object.fromEntries(entries)));
  }

  static async open(shape: Shape, options: Partial<StageOptions> = {}): Promise<Stage> {
    const { faults = new Faults(), clock = systemClock } = options;
    const discord = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock, faults });
    const owner = new Person({ api: discord.api, token: discord.userToken });
    const channels: string[] = [];
    for (const [index, { kind, session }] of placesOf(shape).entries()) {
      if (kind === 'thread') channels.push(await owner.openThread(channels[session - 1] ?? '', `thread ${index}`));
      else channels.push(discord.ensureChannel({ name: `${kind}-${index + 1}` }));
    }
    return new Stage(discord, channels, shape, { ...options, faults, clock });
  }

  /** Runs an action with a connection to the daemon. @throws BridgeError, `no-daemon` among others. */
  async control<T>(action: (client: ControlClient) => Promise<T>): Promise<T> {
    const client = await connectControl({ socket: this.bridge.paths.controlSocket });
    try {
      return await action(client);
    } finally {
      client.close();
    }
  }

  /** Sets the machine's clock wrong. */
  setClock(offsetMs: number): void {
    // In one step: a clock that reads half of it would be wrong by hours for a moment.
    const next = `${this.#clockFile}.next`;
    writeFileSync(next, String(offsetMs));
    renameSync(next, this.#clockFile);
  }

  /** Lets no process of the daemon write anything to disk any more, or lets them again. Linux only. */
  setDiskFull(full: boolean): void {
    // Those that were started meanwhile have inherited the limit.
    const pids = full ? [this.bridge.daemonPid].filter((pid) => pid !== undefined) : this.bridge.processes();
    for (const pid of pids) spawnSync('prlimit', ['--pid', String(pid), `--fsize=${full ? '1:' : 'unlimited:'}`]);
  }

  /** The process of a session's agent, by its own file; undefined when there is none. */
  agentPid(session: number): number | undefined {
    const pid = readJson(join(this.#sessionDirectory(session), 'state.json'), agentState)?.pid;
    return pid !== undefined && this.bridge.processes().includes(pid) ? pid : undefined;
  }

  /** Everything the agent of a session has read, over all its conversations. */
  received(session: number): readonly Received[] {
    const directory = this.#sessionDirectory(session);
    return namesIn(directory)
      .filter((name) => /^[0-9a-f-]{36}\.json$/.test(name))
      .map((name) => readJson(join(directory, name), history)?.messages ?? [])
      .toSorted((one, other) => (one[0]?.at ?? 0) - (other[0]?.at ?? 0))
      .flatMap((messages) => messages.map(({ at, text }) => ({ at, text: text ?? '' })));
  }

  /** What the bridge has written down so far; undefined before it has written anything. */
  books(): Books | undefined {
    const path = this.bridge.paths.discord.database;
    let database: DatabaseSync;
    try {
      database = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
    } catch {
      return undefined; // It is not there yet.
    }
    try {
      return {
        inbox: inboxRows.parse(
          database.prepare('SELECT id, message_id AS messageId, session, state FROM inbox ORDER BY seq').all(),
        ),
        outbox: outboxRows.parse(
          database
            .prepare(
              `SELECT key, channel, kind, state, detail, (SELECT json_group_array(message_id) FROM
               (SELECT message_id FROM outbox_parts AS p WHERE p.key = outbox.key ORDER BY part)) AS sent
               FROM outbox ORDER BY seq`,
            )
            .all(),
        ),
        openTurns: count.parse(database.prepare('SELECT count(*) AS count FROM turns WHERE outcome IS NULL').get())
          .count,
      };
    } finally {
      database.close();
    }
  }

  /** Copies what the bridge has written, logs and state, to a temporary directory of its own. Returns where that is. */
  putAside(prefix: string): string {
    const directory = mkdtempSync(join(tmpdir(), prefix));
    const { logs, state } = this.bridge.paths;
    cpSync(logs, join(directory, 'logs'), { recursive: true });
    cpSync(state, join(directory, 'state'), { recursive: true, filter: (path) => !path.endsWith('.sock') });
    return directory;
  }

  async destroy(): Promise<void> {
    await this.bridge.destroy();
    await this.discord.close();
  }

  #sessionDirectory(session: number): string {
    return join(this.bridge.paths.discord.sessions, String(session), 'scripted');
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
