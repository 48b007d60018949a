import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

import { until } from '../../e2e/support/until.ts';
import type { BenchContext, Measurement, Quantity } from '../measurement.ts';
import { keepBusy, pause, rampMs } from './busy-agents.ts';
import { ProcessorMeter, openFiles, residentMegabytes } from './process-figures.ts';
import { ScaleWorld } from './scale-world.ts';
import type { LogReader } from './scale-world.ts';

/** What is done at one number of sessions. Seconds of measuring, and how often the rest is sampled. */
interface Stage {
  readonly sessions: number;
  readonly idleSeconds: number;
  readonly busySeconds: number;
  readonly deaths: number;
  readonly messages: number;
}

const stages: readonly Stage[] = [
  { sessions: 10, idleSeconds: 4, busySeconds: 6, deaths: 5, messages: 5 },
  { sessions: 50, idleSeconds: 4, busySeconds: 6, deaths: 5, messages: 5 },
  { sessions: 150, idleSeconds: 4, busySeconds: 6, deaths: 5, messages: 5 },
  { sessions: 500, idleSeconds: 30, busySeconds: 30, deaths: 20, messages: 10 },
];
const quickly = { idleSeconds: 3, busySeconds: 3, deaths: 2, messages: 2 };

/** 500 sessions that behave like real ones, and how the cost grows to there. */
export const scale: Measurement = {
  name: 'scale',
  title:
    'what many sessions cost: stand-in agents of a few MB in real panes, with real hooks and state files, ' +
    'behind the real driver of Claude Code; idle, then with every tenth at work',
  quantities: stages.flatMap(({ sessions }) => quantitiesOf(sessions)),
  maxSeconds: 420,
  unavailable: whyNot,
  run: measure,
};

function quantitiesOf(sessions: number): readonly Quantity[] {
  const isGoal = sessions === 500;
  const goals = (statistic: 'median' | 'max', atMost: number): Partial<Quantity> =>
    isGoal ? { goals: [{ statistic, atMost }] } : {};
  const named = (name: string): string => `${sessions} sessions: ${name}`;
  return [
    { name: named('start, all to adopt'), unit: 's' },
    { name: named('looked for missed messages'), unit: 's' },
    { name: named('look at all terminals'), unit: 'ms', ...goals('median', 25) },
    { name: named('daemon, all idle'), unit: '%', ...goals('max', 1) },
    { name: named('tmux, all idle'), unit: '%' },
    { name: named('daemon, a tenth busy'), unit: '%', ...goals('max', 25) },
    { name: named('tmux, a tenth busy'), unit: '%' },
    { name: named('memory of the daemon'), unit: 'MB' },
    { name: named('open files of the daemon'), unit: 'count' },
    { name: named('death noticed'), unit: 'ms', ...goals('median', 100) },
    { name: named('message to answer'), unit: 'ms' },
  ];
}

/** The stand-in is a Perl program, and the figures come from /proc. */
function whyNot(): string | undefined {
  if (!existsSync('/proc/self/stat')) return 'it reads /proc';
  return spawnSync('perl', ['-e', '1']).status === 0 ? undefined : 'there is no perl';
}

async function measure(context: BenchContext): Promise<void> {
  const world = await ScaleWorld.open(context.scope);
  for (const stage of stages) {
    context.signal.throwIfAborted();
    await measureStage(context, world, context.quick ? { ...stage, ...quickly } : stage);
  }
  context.note(
    'The daemon logs at level debug. The chat server is in the process of the benchmark, as Discord is elsewhere.',
  );
}

async function measureStage(context: BenchContext, world: ScaleWorld, stage: Stage): Promise<void> {
  const { sessions, idleSeconds, busySeconds } = stage;
  const { signal, progress } = context;
  const record = (name: string, value: number): void => context.record(`${sessions} sessions: ${name}`, value);

  progress(`${sessions} sessions: starting`);
  world.grow(sessions);
  const made = await world.start();
  await allIdle(world, sessions);
  context.note(
    `With ${sessions} sessions, the daemon that had to make the new ones was ready after ${made.toFixed(1)} s.`,
  );
  await world.bridge.endDaemon('SIGTERM');
  const start = world.logFromNow();
  record('start, all to adopt', await world.start());
  const agents = await allIdle(world, sessions);
  progress(`${sessions} sessions: looking for missed messages`);
  record('looked for missed messages', await lookedForMissed(start));
  const tmux = await world.tmuxServer();

  progress(`${sessions} sessions: all idle`);
  await pause(1000, signal);
  const log = world.logFromNow();
  const idle = new ProcessorMeter([world.daemon, tmux]);
  await pause(idleSeconds * 1000, signal);
  record('daemon, all idle', idle.percent(world.daemon));
  record('tmux, all idle', idle.percent(tmux));

  progress(`${sessions} sessions: a tenth busy`);
  const busy = Array.from({ length: Math.ceil(sessions / 10) }, (_, index) => index * 10 + 1);
  const done = new AbortController();
  const work = keepBusy(world, busy, AbortSignal.any([signal, done.signal]));
  try {
    await pause(rampMs, signal);
    const meter = new ProcessorMeter([world.daemon, tmux]);
    await pause(busySeconds * 1000, signal);
    record('daemon, a tenth busy', meter.percent(world.daemon));
    record('tmux, a tenth busy', meter.percent(tmux));
    record('memory of the daemon', residentMegabytes(world.daemon));
    record('open files of the daemon', openFiles(world.daemon));
    for (const { ms } of log.read().filter(({ msg }) => msg === 'looked at all terminals')) {
      record('look at all terminals', ms ?? NaN);
    }

    progress(`${sessions} sessions: messages among them`);
    for (let index = 0; index < stage.messages; index++) {
      const quiet = (index * 10 + 5) % sessions;
      record('message to answer', await roundTrip(world, world.channel(quiet), `${sessions}-${index}`));
    }

    progress(`${sessions} sessions: deaths`);
    for (let index = 0; index < stage.deaths; index++) {
      const victim = ((index * 7) % sessions) + 1;
      record('death noticed', await noticed(world, victim, agents.get(victim)));
    }
  } finally {
    done.abort();
    await work;
  }
  progress(`${sessions} sessions: waiting until all are idle again`);
  await allIdle(world, sessions);
  if (sessions < 500) await world.bridge.endDaemon('SIGTERM');
}

/** Seconds that the daemon needed to look for missed messages in all channels; before, it is not idle. */
async function lookedForMissed(log: LogReader): Promise<number> {
  const line = await until(() => log.read().find(({ msg }) => msg === 'looked for missed messages'), {
    what: 'the end of looking for missed messages',
    timeoutMs: 90_000,
  });
  return (line.ms ?? NaN) / 1000;
}

async function allIdle(world: ScaleWorld, sessions: number): Promise<ReadonlyMap<number, number>> {
  return until(
    async () => {
      const idle = await world.idle();
      return idle.size === sessions ? idle : undefined;
    },
    { what: `${sessions} idle sessions`, timeoutMs: 90_000 },
  );
}

/** Milliseconds from posting a message to the agent's answer at the chat server. */
async function roundTrip(world: ScaleWorld, channel: string, word: string): Promise<number> {
  const began = performance.now();
  const [heardAt] = await Promise.all([
    world.ear.hears(channel, new RegExp(`^${word}$`), 30_000),
    world.owner.say(channel, `say ${word}`),
  ]);
  return heardAt - began;
}

/** Milliseconds from `kill -9` of an agent to the line in which the bridge says that it died. */
async function noticed(world: ScaleWorld, session: number, pid: number | undefined): Promise<number> {
  if (pid === undefined) throw new Error(`session ${session} has no agent`);
  const log = world.logFromNow();
  const killed = Date.now();
  process.kill(pid, 'SIGKILL');
  const line = await until(() => log.read().find((one) => one.msg === 'agent died' && one.session === session), {
    what: `the death of session ${session}`,
  });
  return Date.parse(line.time) - killed;
}
