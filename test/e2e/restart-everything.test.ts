import { afterEach, describe, expect, it } from 'vitest';

import type { SessionQueue } from '../../src/contracts/bridge-api.ts';
import { startMessagesApi } from '../fakes/messages-api.ts';
import { readByAgent } from './fail-points/evidence.ts';
import { claudeEnvironment, seedClaudeHome, whyNoClaude, wroteDown } from './support/claude.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;

afterEach(async () => {
  await world.destroy();
});

/** As when the machine loses its power: everything that runs is gone, the disk stays. */
async function loseEverything(): Promise<void> {
  const { bridge } = world;
  if (bridge.daemonPid !== undefined) await bridge.endDaemon('SIGKILL');
  await bridge.endProcesses();
}

/** A message shows that the agent had it, and in the end that nothing came of it. The first reaction may be left out. */
async function showsItsEnd(channel: string, message: string): Promise<void> {
  const shown = await world.owner.reactions(channel, message);
  expect(shown.filter((reaction) => reaction !== '📥')).toEqual(['⚙️', '❌']);
}

async function keepBusy(channel: string, command: string): Promise<string> {
  const id = await world.owner.say(channel, command);
  await world.owner.seesReaction(channel, id, '⚙️');
  return id;
}

async function waits(session: number, message: string, state: string): Promise<void> {
  await until(
    async () => {
      const { messages } = await world.bridge.json<SessionQueue>('queue', String(session));
      return messages.some((one) => one.id === `discord:${message}` && one.state === state);
    },
    { what: `message ${message} to be ${state}` },
  );
}

async function isAnswered(channel: string, ...ids: readonly string[]): Promise<void> {
  for (const id of ids) await world.owner.seesReaction(channel, id, '✅', 30_000);
}

async function heardOf(channel: string, words: string): Promise<readonly string[]> {
  return (await world.owner.heard(channel)).filter((text) => text.includes(words));
}

describe('everything is killed and the disk stays', () => {
  it('I4 I6: sessions come back with their history; what was queued or steered is delivered once, in order', async () => {
    world = await makeWorld({ sessions: 2 });
    const { bridge, owner } = world;
    const [queued, steered] = world.channels as [string, string];
    await bridge.startDaemon();
    expect((await bridge.run('vai', ['queue', '2', '--mode', 'steer'])).exitCode).toBe(0);
    const counts = await Promise.all([owner.say(queued, 'count'), owner.say(steered, 'count')]);
    await isAnswered(queued, counts[0]);
    await isAnswered(steered, counts[1]);
    const before = [await bridge.session(1), await bridge.session(2)];

    const busy = [await keepBusy(queued, 'slow 600'), await keepBusy(steered, 'slow 600')] as const;
    const waiting = [await owner.say(queued, 'waited one'), await owner.say(queued, 'waited again')];
    const inside = [await owner.say(steered, 'steered one'), await owner.say(steered, 'steered again')];
    for (const id of waiting) await waits(1, id, 'queued');
    for (const id of inside) await waits(2, id, 'steered');
    await loseEverything();
    await bridge.startDaemon();

    await isAnswered(queued, ...waiting);
    await isAnswered(steered, ...inside);
    for (const [index, channel] of [queued, steered].entries()) {
      const after = await bridge.session(index + 1);
      expect(after).toMatchObject({ lifecycle: 'running', agentSession: before[index]?.agentSession });
      expect(after.generation).toBe((before[index]?.generation ?? 0) + 1);
      await showsItsEnd(channel, busy[index]!);
      expect(await heardOf(channel, 'ended while it worked on this')).toHaveLength(1);
      const words = index === 0 ? 'waited' : 'steered';
      expect(await heardOf(channel, words)).toEqual([`You said: ${words} one`, `You said: ${words} again`]);
      // Four messages so far in this conversation, counted by an agent that has its history.
      const count = await owner.say(channel, 'count');
      await isAnswered(channel, count);
      await owner.hears(channel, /\b5\b/);
    }
  });

  it('I6 MS-16: only the tmux server: the sessions are brought back with their history, and what waited is delivered', async () => {
    world = await makeWorld();
    const { bridge, owner } = world;
    const [channel] = world.channels as [string];
    await bridge.startDaemon();
    const before = await bridge.session(1);
    const busy = await keepBusy(channel, 'busy 600');
    const waiting = await owner.say(channel, 'waited');
    await waits(1, waiting, 'queued');
    await bridge.tmux('kill-server');
    await owner.seesReaction(channel, busy, '❌');
    await isAnswered(channel, waiting);
    expect(await heardOf(channel, 'waited')).toEqual(['You said: waited']);
    expect(await bridge.session(1)).toMatchObject({ lifecycle: 'running', agentSession: before.agentSession });
    const count = await owner.say(channel, 'count');
    await isAnswered(channel, count);
    await owner.hears(channel, /\b3\b/);
  });

  it.each([
    ['inbox:queued>sending:after', 'was not typed yet: it is sent'],
    ['inbox:sending>acknowledged:before', 'had it: it is not sent again'],
  ])('I4: the bridge dies at %s, then the rest: the agent %s', async (failPoint) => {
    world = await makeWorld();
    const { bridge, owner } = world;
    const [channel] = world.channels as [string];
    await bridge.startMortalDaemon(failPoint);
    const id = await owner.say(channel, 'busy 600');
    expect(await bridge.daemonSignal(20_000)).toBe('SIGKILL');
    const isAtAgent = failPoint.startsWith('inbox:sending');
    // It confirms a message some milliseconds before its history has it; only the history outlives it.
    if (isAtAgent) await until(() => readByAgent(bridge.paths, 1).length === 1, { what: 'the message in its history' });
    await loseEverything();
    await bridge.startDaemon();
    if (isAtAgent) {
      await owner.seesReaction(channel, id, '❌');
      expect(await heardOf(channel, 'ended while it worked on this')).toHaveLength(1);
      expect(await bridge.session(1)).toMatchObject({ state: 'idle' });
    } else {
      await owner.seesReaction(channel, id, '⚙️');
      expect(await bridge.session(1)).toMatchObject({ state: 'busy' });
      await bridge.run('vai', ['interrupt', '1']);
    }
    const count = await owner.say(channel, 'count');
    await isAnswered(channel, count);
    await owner.hears(channel, /\b2\b/); // The message came to this conversation once.
  });
});

describe.skipIf(whyNoClaude() !== undefined)('everything is killed, with the real Claude Code CLI', () => {
  it('I4 I6: the session comes back with its history, and what was queued is answered once', async () => {
    const api = await startMessagesApi();
    try {
      world = await makeWorld({ environment: claudeEnvironment(api.url) });
      const { bridge, owner } = world;
      seedClaudeHome(bridge.environment['HOME']!);
      const [channel] = world.channels as [string];
      await bridge.startDaemon();
      const first = await owner.say(channel, 'say before the fall');
      await isAnswered(channel, first);
      const before = await bridge.session(1);
      const busy = await keepBusy(channel, 'slow 60');
      const queued = await owner.say(channel, 'say after the fall');
      await waits(1, queued, 'queued');
      await wroteDown(bridge.environment['HOME']!, 'before the fall');
      await loseEverything();
      await bridge.startDaemon();
      await owner.hears(channel, 'after the fall', 60_000);
      await isAnswered(channel, queued);
      const after = await bridge.session(1);
      expect(after).toMatchObject({ generation: before.generation + 1, agentSession: before.agentSession });
      await showsItsEnd(channel, busy);
      expect(await heardOf(channel, 'after the fall')).toHaveLength(1);
      expect(api.userTexts().filter((text) => text.includes('say after the fall'))).toHaveLength(1);
      expect(JSON.stringify(api.requests().at(-1))).toContain('before the fall');
    } finally {
      await api.close();
    }
  });
});
