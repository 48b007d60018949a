import type { BenchContext, Measurement } from '../measurement.ts';
import { CountingServer, allowedSeconds } from './discord-limits.ts';
import type { Taken } from './discord-limits.ts';
import { FloodWorld } from './flood.ts';
import type { Flood, Outcome } from './flood.ts';

const whole: Flood = { sessions: 50, perSession: 20 };
const quickly: Flood = { sessions: 10, perSession: 10 };

/** How often each kind of flood is measured. */
const freeRuns = 5;
const limitedRuns = 3;

const perMessage = 'confirmed, per message';
const wait = 'one message, event to confirmed';
const said = 'all of them said within';
const wrong = 'lost, doubled, out of order, unanswered';
const limited = "posted, with Discord's limits";
const allowed = 'the shortest time that the limits allow';
const refused = 'requests over a limit';
const requests = 'requests with limits, per message';
const memory = 'daemon, resident memory afterwards';

/** Demand (g): many messages at once, and Discord's limits used as far as they go. */
export const throughput: Measurement = {
  name: 'throughput',
  title:
    '1000 messages at once over 50 sessions, from the moment the chat server takes each until the confirmation of the ' +
    'agent is on disk (stand-in agents in the process of the daemon, which answer at once), and, with limits, until everything is posted',
  quantities: [
    // 200 messages in a second.
    { name: perMessage, unit: 'ms', goals: [{ statistic: 'median', atMost: 5 }] },
    { name: wait, unit: 'ms' },
    { name: said, unit: 's' },
    { name: wrong, unit: 'count', goals: [{ statistic: 'max', atMost: 0 }] },
    // 95 per cent of what the limits allow.
    { name: limited, unit: 's', baseline: allowed, goals: [{ statistic: 'ratio', atMost: 1 / 0.95 }] },
    { name: allowed, unit: 's' },
    { name: refused, unit: 'count', goals: [{ statistic: 'max', atMost: 0 }] },
    // An answer, the last reaction, and little else: more requests would be allowed more time.
    { name: requests, unit: 'count', goals: [{ statistic: 'max', atMost: 2.5 }] },
    { name: memory, unit: 'MB' },
  ],
  maxSeconds: 400,
  async run(context) {
    const flood = context.quick ? quickly : whole;
    for (let run = 1; run <= (context.quick ? 1 : freeRuns); run += 1) {
      const server = new CountingServer({ isLimited: false });
      const outcome = await pour(context, { name: `free-${run}`, flood, server, posted: false });
      context.record(perMessage, (outcome.confirmedSeconds * 1000) / outcome.confirmedAfter.length);
      for (const ms of outcome.confirmedAfter) context.record(wait, ms);
      recordSoundness(context, outcome);
    }
    for (let run = 1; run <= (context.quick ? 1 : limitedRuns); run += 1) {
      const server = new CountingServer({ isLimited: true });
      const outcome = await pour(context, { name: `limited-${run}`, flood, server, posted: true });
      recordSoundness(context, outcome);
      recordLimits(context, server.taken, flood);
      context.record(refused, server.refused);
    }
    context.note(
      `${flood.sessions * flood.perSession} messages over ${flood.sessions} sessions. The limits: 50 requests in a second ` +
        'over all, 5 messages in 5 s and one reaction in 0.25 s for each channel. What is allowed is reckoned from the ' +
        'requests that were made.',
    );
  },
};

/** What must be so in every run. */
function recordSoundness(context: BenchContext, { saidSeconds, faults, memory: megabytes }: Outcome): void {
  context.record(said, saidSeconds);
  context.record(wrong, faults.length);
  context.record(memory, megabytes.now);
  for (const fault of faults.slice(0, 5)) context.note(fault);
}

function recordLimits(context: BenchContext, taken: readonly Taken[], flood: Flood): void {
  context.record(limited, ((taken.at(-1)?.at ?? NaN) - (taken[0]?.at ?? NaN)) / 1000);
  context.record(allowed, allowedSeconds(taken));
  context.record(requests, taken.length / (flood.sessions * flood.perSession));
  const kinds = (['post', 'reaction', 'other'] as const).map(
    (kind) => `${taken.filter((one) => one.kind === kind).length} ${kind}`,
  );
  context.note(`Requests of the bot with limits: ${kinds.join(', ')}; "other" is mostly "is typing".`);
}

/** A chat server and a daemon of its own for one flood. */
async function pour(
  context: BenchContext,
  options: { readonly name: string; readonly flood: Flood; readonly server: CountingServer; readonly posted: boolean },
): Promise<Outcome> {
  const { name, server, posted } = options;
  const { sessions, perSession } = options.flood;
  const world = await FloodWorld.open(context, { name, sessions, server });
  await world.startDaemon();
  server.taken.length = 0;
  await world.say(perSession);
  await world.settled(sessions * perSession, { posted });
  const outcome = await world.outcome(perSession, { posted });
  await world.stopDaemon();
  return outcome;
}
