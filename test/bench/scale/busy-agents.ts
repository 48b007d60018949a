import { setTimeout as sleep } from 'node:timers/promises';

import type { ScaleWorld } from './scale-world.ts';

/** Seconds of work that one message asks for. */
const workSeconds = 8;
/** Milliseconds from an answer to the next message. */
const restMs = 2000;

/** Milliseconds until every session has got its first message. */
export const rampMs = workSeconds * 1000 + restMs;

/**
 * Keeps sessions at work by messages of their owner in chat: each message asks for eight seconds of tools and texts,
 * and the next comes two seconds after the answer. They do not begin all at once. Ends when the signal is aborted.
 */
export async function keepBusy(world: ScaleWorld, sessions: readonly number[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    sessions.map(async (session, index) => {
      const channel = world.channel(session);
      await pause((index / sessions.length) * rampMs, signal);
      while (!signal.aborted) {
        const answered = answer(world, channel, signal);
        await world.owner.say(channel, `work ${workSeconds}`);
        await answered;
        await pause(restMs, signal);
      }
    }),
  );
}

/** Sleeps; returns early when the signal is aborted. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Resolves when the agent in this channel is done, or was lost, or the signal is aborted. */
function answer(world: ScaleWorld, channel: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const stop = world.ear.on((where, text) => {
      // What the agent says at the end, or the bridge's word on a session that was killed.
      if (where === channel && !/^(I look|Part)\b/.test(text)) end();
    });
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
