import { setTimeout as sleep } from 'node:timers/promises';

import type { ScaleWorld } from './scale-world.ts';

/** Seconds of work that one message asks for, and until the next message comes. */
const workSeconds = 12;
const everySeconds = 14;

/**
 * Keeps sessions at work by messages of their owner in chat: each message asks for twelve seconds of tools and texts,
 * and the next comes two seconds after the answer. They do not begin all at once. Ends when the signal is aborted.
 */
export async function keepBusy(world: ScaleWorld, sessions: readonly number[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    sessions.map(async (session, index) => {
      await pause((index / sessions.length) * everySeconds * 1000, signal);
      while (!signal.aborted) {
        await world.owner.say(world.channel(session), `work ${workSeconds}`);
        await pause(everySeconds * 1000, signal);
      }
    }),
  );
}

/** Milliseconds until the first round of messages is out and every session works. */
export const rampMs = everySeconds * 1000;

/** Sleeps; returns early when the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
