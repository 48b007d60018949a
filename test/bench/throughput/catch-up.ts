import type { Measurement } from '../measurement.ts';
import { CountingServer } from './discord-limits.ts';
import { FloodWorld } from './flood.ts';

const start = 'start of a daemon that missed nothing, until it is ready';
const stored = 'stored, from the start of the daemon';
const confirmed = 'confirmed, from the start of the daemon';
const wrong = 'lost, doubled, out of order';
const before = 'daemon that missed nothing, most resident memory';
const memory = 'daemon that caught up, most resident memory';

/** Demand (h): what was said while the bridge was down. */
export const catchUp: Measurement = {
  name: 'catch-up',
  title:
    '1000 messages in 20 channels, said while the daemon was down: from the start of its process until the last is on disk, ' +
    'and until the last is confirmed (stand-in agents in the process of the daemon; a server without limits)',
  quantities: [
    { name: start, unit: 's' },
    { name: stored, unit: 's' },
    { name: confirmed, unit: 's' },
    { name: wrong, unit: 'count', goals: [{ statistic: 'max', atMost: 0 }] },
    { name: before, unit: 'MB' },
    { name: memory, unit: 'MB' },
  ],
  maxSeconds: 200,
  async run(context) {
    const [sessions, perSession] = context.quick ? [5, 10] : [20, 50];
    const server = new CountingServer({ isLimited: false });
    const world = await FloodWorld.open(context, { name: 'missed', sessions, server });
    context.record(start, await world.startDaemon());
    context.record(before, world.memory().most);
    await world.stopDaemon();
    await world.say(perSession);
    server.taken.length = 0;
    const begin = Date.now();
    await world.startDaemon();
    await world.settled(sessions * perSession, { posted: false });
    const outcome = await world.outcome(perSession, { posted: false });
    const since = outcome.since(begin);
    context.record(stored, since.stored);
    context.record(confirmed, since.confirmed);
    context.record(memory, outcome.memory.most);
    context.record(wrong, outcome.faults.length);
    for (const fault of outcome.faults.slice(0, 5)) context.note(fault);
    context.note(
      `${sessions * perSession} messages in ${sessions} channels; ${server.taken.length} requests of the bot until all were ` +
        'confirmed. What is to be posted is posted in the pace of Discord, and not waited for.',
    );
  },
};
