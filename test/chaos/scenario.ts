import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { BridgeError, describeError } from '../../src/base/errors.ts';
import { until } from '../e2e/support/until.ts';
import { findViolations } from './check.ts';
import type { Evidence } from './evidence.ts';
import type { Plan } from './plan.ts';
import { planScenario } from './planner.ts';
import { Play } from './play.ts';
import { Stage } from './stage.ts';

/** Milliseconds that everything may take to come to rest once the trouble is over. */
const settleMs = 45_000;

/** Milliseconds for which everything must stay at rest. */
const restMs = 250;

export interface Outcome {
  readonly seed: number;
  readonly plan: Plan;
  readonly violations: readonly string[];
  readonly seconds: number;
  /** Where everything about a failure lies; undefined when there was none. */
  readonly directory: string | undefined;
}

/** Plays the scenario of a seed from beginning to end and judges it. Leaves nothing behind but the traces of a failure. */
export async function runScenario(seed: number): Promise<Outcome> {
  const plan = planScenario(seed);
  const begin = performance.now();
  const stage = await Stage.open(plan);
  try {
    const play = new Play(stage, plan);
    await play.startDaemon();
    await play.perform();
    await settle(stage, play);
    const evidence = await gather(plan, stage, play);
    const violations = findViolations(evidence);
    const directory = violations.length === 0 ? undefined : keep(stage, evidence, violations);
    return { seed, plan, violations, directory, seconds: (performance.now() - begin) / 1000 };
  } finally {
    await stage.destroy();
  }
}

/** The words for a failure: what was broken, the plan, and where the rest lies. */
export function describeFailure({ seed, plan, violations, directory }: Outcome): string {
  return [
    `Seed ${seed} broke ${violations.length} promise(s):`,
    ...violations.map((violation) => `  - ${violation}`),
    `The plan: sessions ${plan.sessions.join(', ')}; ${plan.threads} thread(s)${plan.elsewhere ? '; a channel elsewhere' : ''}`,
    ...plan.steps.map((step) => `  ${describeStep(step)}`),
    `Logs, database and all evidence: ${directory ?? 'nowhere'}`,
    `Again: npm run chaos -- --seed ${seed} --count 1`,
  ].join('\n');
}

function describeStep({ at, ...step }: Plan['steps'][number]): string {
  if (step.do === 'say')
    return `${at} ms: say in ${step.message.place} by ${step.message.by}: ${JSON.stringify(step.message.text)}`;
  if (step.do === 'flood') {
    const [first] = step.messages;
    return `${at} ms: flood of ${step.messages.length} in ${first?.place ?? '?'} from ${first?.name ?? '?'}`;
  }
  return `${at} ms: ${Object.values(step).join(' ')}`;
}

/** Brings back what somebody has to bring back, and waits until nothing is left to do. */
async function settle(stage: Stage, play: Play): Promise<void> {
  const end = performance.now() + settleMs;
  let restingSince: number | undefined;
  while (performance.now() < end) {
    await play.startDaemon();
    const areUp = await tend(stage, play);
    const rests = areUp && isAtRest(stage, play);
    if (!rests) restingSince = undefined;
    else if (restingSince === undefined) restingSince = performance.now();
    else if (performance.now() - restingSince > restMs) return;
    await sleep(150);
  }
}

/** Whether the books say that everything is done. */
function isAtRest(stage: Stage, play: Play): boolean {
  const books = stage.books();
  if (!books) return false;
  const known = new Set(books.inbox.map(({ messageId }) => messageId));
  return (
    play.said.every(
      ({ id, message, removedAt }) => message.by === 'stranger' || removedAt !== undefined || known.has(id),
    ) &&
    books.inbox.every(({ state }) => ['acknowledged', 'withdrawn', 'failed'].includes(state)) &&
    books.outbox.every(({ state }) => state !== 'pending') &&
    books.openTurns === 0
  );
}

/** Does what a person would: answers questions, brings back what was given up. Returns whether all sessions run. */
async function tend(stage: Stage, play: Play): Promise<boolean> {
  await play.answerPrompts();
  try {
    return await stage.control(async (client) => {
      const { sessions, chat } = await client.status();
      for (const { number, lifecycle } of sessions) {
        if (lifecycle === 'failed' || lifecycle === 'stopped') await client.recover(number);
      }
      return (
        chat.state === 'ready' && sessions.every(({ lifecycle, state }) => lifecycle === 'running' && state === 'idle')
      );
    });
  } catch (error) {
    if (error instanceof BridgeError) return false;
    throw error;
  }
}

async function gather(plan: Plan, stage: Stage, play: Play): Promise<Evidence> {
  const lines = await Promise.all(stage.channels.map((channel) => stage.owner.readAll(channel)));
  const sessionsDown = await listDown(stage);
  const received = plan.sessions.map((_mode, index) => stage.received(index + 1));
  const { inbox, outbox, openTurns } = stage.books() ?? { inbox: [], outbox: [], openTurns: 0 };
  const mishaps = [...play.mishaps];
  try {
    await stage.control((client) => client.stop({ keepSessions: false }));
    await stage.bridge.daemonEnded();
  } catch (error) {
    mishaps.push(`the bridge could not be stopped: ${describeError(error)}`);
  }
  await until(() => stage.bridge.commandLines().length === 0, { what: 'nothing to be left' }).catch(() => undefined);
  return {
    plan,
    said: play.said,
    asked: play.asked,
    happenings: play.happenings,
    received,
    channels: stage.channels,
    lines,
    inbox,
    outbox,
    sessionsDown,
    openTurns,
    leftovers: stage.bridge.commandLines(),
    unknownRoutes: [...stage.discord.unknownRoutes],
    mishaps,
  };
}

async function listDown(stage: Stage): Promise<readonly string[]> {
  try {
    const { sessions } = await stage.control((client) => client.status());
    return sessions
      .filter(({ lifecycle, state }) => lifecycle !== 'running' || state !== 'idle')
      .map(({ number, lifecycle, state, detail }) => `session ${number} is ${lifecycle}, ${state}: ${detail ?? ''}`);
  } catch (error) {
    return [`the bridge does not answer: ${describeError(error)}`];
  }
}

/** Puts everything about a failure aside. */
function keep(stage: Stage, evidence: Evidence, violations: readonly string[]): string {
  const directory = stage.putAside(`bridge-chaos-${evidence.plan.seed}-`);
  const channels = evidence.lines.map((lines) => lines.map((line) => ({ ...line, text: line.text.slice(0, 200) })));
  const content = { violations, ...evidence, lines: channels };
  writeFileSync(join(directory, 'evidence.json'), JSON.stringify(content, null, 2));
  return directory;
}
