import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { createDriverRegistry } from '../../src/agents/registry.ts';
import { Scope } from '../../src/base/scope.ts';
import { startDaemon } from '../../src/compose/start-daemon.ts';
import { resolvePaths } from '../../src/config/paths.ts';
import type { BridgePaths } from '../../src/config/paths.ts';
import { connectControl } from '../../src/control/client.ts';
import { parseChannelId } from '../../src/model/session.ts';
import { HandGauges } from '../bridge/support/hand-gauges.ts';
import { FakeAgentDriver } from '../fakes/fake-agent-driver.ts';
import type { FakeAgentProcess } from '../fakes/fake-agent-driver.ts';
import { FakeChatTransport } from '../fakes/fake-chat-transport.ts';
import { FakeTerminal } from '../fakes/fake-terminal.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const minuteMs = 60_000;

const channels = ['1', '2', '3', '4'].map((digit) => parseChannelId(digit.repeat(18))!);
const terminalOf = (session: number): string => `claude-session-${session}`;

/** What must not grow, after an hour of the day. */
interface Reading {
  readonly timers: number;
  readonly listeners: number;
  readonly descriptors: number;
  /** How many, without logs: these have a bound of their own. */
  readonly files: number;
  /** Bytes: of the database, of what is measured, of everything else but logs. */
  readonly database: number;
  readonly metrics: number;
  readonly rest: number;
}

// What people and agents do takes a minute or half an hour of its own: it is rather two days.
it('MS-11, I11: a day of four sessions, compressed, leaves no timer, listener, descriptor or file behind', async () => {
  const scope = new Scope();
  try {
    const day = await begin(scope);
    const readings: Reading[] = [];
    for (let hour = 0; hour < 24; hour += 1) {
      for (let part = 0; part < 6; part += 1) {
        await day.work(hour * 6 + part);
        await day.clock.advance(10 * minuteMs);
      }
      await day.rest();
      readings.push(day.look());
    }
    // What is kept is kept for two hours here: from the fourth on there is as much of it as there will ever be.
    const settled = readings.slice(4);
    const first = settled.slice(0, 6);
    const last = settled.slice(-6);
    const worst = (of: readonly Reading[], what: keyof Reading): number => Math.max(...of.map((one) => one[what]));
    const slack: Reading = {
      timers: 0,
      listeners: 0,
      descriptors: 2,
      files: 2,
      database: 262_144,
      metrics: 4096,
      rest: 16_384,
    };
    for (const what of Object.keys(slack) as (keyof Reading)[]) {
      const grown = worst(last, what) - worst(first, what);
      expect(grown, `${what}, by the hour: ${readings.map((one) => one[what]).join(' ')}`).toBeLessThanOrEqual(
        slack[what],
      );
    }
    // Of the bridge and four sessions: the newest, two older ones, and the name by which it is found; and the audit.
    expect(day.logs()).toBeLessThanOrEqual(5 * (2 + 2) + 2);
    // Were nobody at work, nothing would grow either.
    expect(day.count).toEqual({ said: 24 * 6 * 4, asked: 24 * 2, died: 24, gaps: 24 });
    expect(day.answered()).toBe(day.count.said);
    expect(await day.lifecycles()).toEqual(['running', 'running', 'running', 'running']);
    await day.stop();
    expect(day.clock.pending).toBe(0);
  } finally {
    await scope.close();
  }
});

/** Starts the whole daemon on a clock that is moved by hand, with agents and a chat in memory. */
async function begin(scope: Scope) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'bridge-day-')));
  scope.defer('directory', () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  const environment = environmentOf(directory);
  const paths = resolvePaths({ environment });
  mkdirSync(paths.config, { recursive: true, mode: 0o700 });
  const map = Object.fromEntries(channels.map((channel, index) => [String(index + 1), channel]));
  writeFileSync(paths.discord.map, JSON.stringify(map), { mode: 0o600 });

  const clock = new ManualClock();
  const transport = new FakeChatTransport({ now: () => clock.now() });
  const driver = new FakeAgentDriver({ clock, name: 'scripted' });
  driver.onMessage = (text, agent) => {
    if (text.includes('may I')) agent.openPrompt('permission', 'Write', { file_path: '/x' });
    else agent.finish(`answer to ${text}`);
  };
  driver.onDecided = () => undefined;
  const gauges = new HandGauges();
  gauges.trees = (roots) =>
    Promise.resolve(new Map(roots.map((pid) => [pid, { processes: 3, memory: 1e8, cpuMs: 5 }])));
  const starting = startDaemon({
    paths,
    environment,
    umask: 0o022,
    echoLog: false,
    onStopRequested: () => undefined,
    clock,
    openTransport: () => transport,
    openGauges: () => gauges,
    openAgents: () =>
      Promise.resolve({
        terminal: new FakeTerminal(),
        drivers: createDriverRegistry([driver]),
        choice: { name: 'scripted', why: 'It is a test.' },
      }),
  });
  const daemon = await moving(clock, starting);
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await moving(clock, daemon.stop({ keepSessions: false }));
  };
  scope.defer('daemon', stop);

  const count = { said: 0, asked: 0, died: 0, gaps: 0 };
  const agent = (session: number): FakeAgentProcess => driver.process(terminalOf(session));
  const answered = (): number => transport.posts.filter(({ text }) => text.startsWith('answer to ')).length;
  const say = (session: number, text: string): void => {
    transport.say(channels[session - 1]!, text);
  };

  return {
    clock,
    count,
    answered,
    stop,
    /** Ten minutes' worth of everything that happens in a day. */
    work: async (turn: number): Promise<void> => {
      for (const session of [1, 2, 3, 4]) {
        say(session, `hello ${turn}`);
        count.said += 1;
      }
      await until(clock, () => answered() === count.said, `answer ${count.said}`);
      if (turn % 6 === 1 || turn % 6 === 4) {
        const session = 1 + (turn % 4);
        say(session, 'may I');
        count.asked += 1;
        await until(clock, () => agent(session).prompt !== undefined, 'the request');
        // Long enough for a reminder.
        await clock.advance(30 * minuteMs);
        agent(session).decide({ behavior: 'allow' }, 'desk');
        agent(session).finish();
      }
      if (turn % 6 === 2) {
        const session = 1 + (turn % 4);
        const { pid } = agent(session);
        agent(session).die(1, 'Killed');
        count.died += 1;
        await clock.advance(minuteMs);
        await until(clock, () => agent(session).alive && agent(session).pid !== pid, 'the next agent');
      }
      if (turn % 6 === 3) {
        transport.setState({ connection: 'reconnecting' });
        await clock.advance(minuteMs);
        transport.identifyAfresh();
        count.gaps += 1;
      }
      const bridge = await connectControl({ socket: paths.controlSocket });
      await bridge.metrics();
      bridge.close();
    },
    /** Lets everything that was begun come to its end: until nothing comes or goes for a while. */
    rest: async (): Promise<void> => {
      await clock.advance(minuteMs);
      const left = (): string => `${clock.pending} ${descriptors()}`;
      for (let [same, before] = [0, left()]; same < 3;) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const now = left();
        same = now === before ? same + 1 : 0;
        before = now;
      }
    },
    look: (): Reading => lookAt(paths, clock),
    logs: () => filesIn(paths.logs).length,
    lifecycles: async () => {
      const bridge = await connectControl({ socket: paths.controlSocket });
      const { sessions } = await bridge.status();
      bridge.close();
      return sessions.map(({ lifecycle }) => lifecycle);
    },
  };
}

/** The fake chat's own. */
const ownerId = '100000000000000001';

function environmentOf(directory: string): Readonly<Record<string, string>> {
  const kept = ['MESSAGES', 'POSTS', 'TURNS', 'PROMPTS', 'CHANNELS', 'FILES', 'METRICS'];
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    TMPDIR: directory,
    XDG_RUNTIME_DIR: directory,
    BRIDGE_HOME: join(directory, 'home'),
    DISCORD_BOT_TOKEN: 'a.b.c',
    OWNER_USER_ID: ownerId,
    METRICS_PORT: '0',
    LOG_KEEP: '2',
    PROMPT_REMIND_AFTER: '5m, 20m',
    ...Object.fromEntries(kept.map((kind) => [`RETENTION_${kind}`, '2h'])),
  };
}

/** Moves the clock until something is so; the disk and sockets have their own time meanwhile. */
async function until(clock: ManualClock, isSo: () => boolean, what: string): Promise<void> {
  for (let step = 0; !isSo(); step += 1) {
    if (step > 5000) throw new Error(`${what} did not come`);
    await clock.advance(20);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Waits for something that waits for the clock. */
async function moving<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  // Whoever waits for it below hears of a failure.
  over.catch(() => undefined);
  await until(clock, () => isOver, 'the end of a start or stop');
  return over;
}

function lookAt(paths: BridgePaths, clock: ManualClock): Reading {
  const files = filesIn(paths.home);
  const size = (belongs: (path: string) => boolean): number =>
    files.filter(belongs).reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  const isDatabase = (path: string): boolean => path.startsWith(paths.discord.database);
  const isLog = (path: string): boolean => path.startsWith(paths.logs);
  const isMetrics = (path: string): boolean => path.startsWith(paths.monitoring);
  return {
    timers: clock.pending,
    listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    descriptors: descriptors(),
    files: files.filter((path) => !isLog(path)).length,
    database: size(isDatabase),
    metrics: size(isMetrics),
    rest: size((path) => !isDatabase(path) && !isMetrics(path) && !isLog(path)),
  };
}

function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
