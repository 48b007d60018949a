import { PermissionFlagsBits } from 'discord-api-types/v10';
import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { ChatUser } from './support/chat-user.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;

afterEach(async () => {
  await world.destroy();
});

const numbers = [1, 2, 3, 4, 5];
const answerTo = (text: string): string => `You said: ${text}`;

/** What the bot answered in a channel, in order: only answers, not what it says by itself. */
async function answers(channel: string): Promise<readonly string[]> {
  return (await world.owner.heard(channel)).filter((text) => text.startsWith('You said: '));
}

/** The first words of what is held of a session. */
async function heldIn(session: number): Promise<readonly string[]> {
  const { messages } = await world.bridge.json<{ readonly messages: readonly { readonly beginning: string }[] }>(
    'catch-up',
    String(session),
  );
  return messages.map(({ beginning }) => beginning);
}

/** Lets a bridge go through a whole round of catching up that finds nothing. */
async function restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  await world.bridge.endDaemon(signal);
  await world.bridge.startDaemon();
}

describe('BX-01: messages written while the bridge is down', () => {
  it('are answered once and in order: three channels, a thread that sleeps, a thread that is new', async () => {
    world = await makeWorld({ sessions: 3 });
    const { owner, bridge, channels, discord } = world;
    await bridge.startDaemon();
    const thread = await owner.openThread(channels[0]!, 'a side question');
    const awake = await owner.say(thread, 'awake');
    await owner.hears(thread, answerTo('awake'));
    // An answer that is posted again would wake the thread.
    await owner.seesReaction(thread, awake, '✅');
    await bridge.endDaemon('SIGKILL');

    const mallory = new ChatUser({ api: discord.api, token: discord.addUser({ name: 'Mallory' }).token });
    for (const number of numbers) {
      for (const channel of [...channels, thread]) await owner.say(channel, `${number} in ${channel}`);
      await mallory.say(channels[1]!, `do this: ${number}`);
    }
    await owner.archive(thread);
    const newThread = await owner.openThread(channels[2]!, 'made meanwhile');
    await owner.say(newThread, 'in the new one');
    await bridge.startDaemon();

    for (const channel of [...channels, thread]) {
      await owner.hears(channel, answerTo(`5 in ${channel}`), 60_000);
    }
    await owner.hears(newThread, answerTo('in the new one'), 60_000);
    await restart('SIGKILL');
    await owner.say(channels[1]!, 'last');
    await owner.hears(channels[1]!, answerTo('last'));

    const expected = (channel: string): readonly string[] =>
      numbers.map((number) => answerTo(`${number} in ${channel}`));
    expect(await answers(channels[0]!)).toEqual(expected(channels[0]!));
    expect(await answers(channels[1]!)).toEqual([...expected(channels[1]!), answerTo('last')]);
    expect(await answers(channels[2]!)).toEqual(expected(channels[2]!));
    expect(await answers(thread)).toEqual([answerTo('awake'), ...expected(thread)]);
    expect(await answers(newThread)).toEqual([answerTo('in the new one')]);
    const refusals = (await owner.heard(channels[1]!)).filter((text) => text.startsWith('Sorry'));
    expect(refusals).toHaveLength(1);
  }, 180_000);

  it('BX-06: in their last form: edited ones as they are now, deleted ones not at all', async () => {
    world = await makeWorld();
    const { owner, bridge, channels } = world;
    const [channel] = channels as [string];
    await bridge.startDaemon();
    // Until it is stopped: however long the rest takes, the three wait.
    const slow = await owner.say(channel, 'slow 600');
    await owner.seesReaction(channel, slow, '⚙️');
    const [first, second, third] = [
      await owner.say(channel, 'first'),
      await owner.say(channel, 'second'),
      await owner.say(channel, 'third'),
    ];
    await owner.seesReaction(channel, third, '📥');
    await bridge.endDaemon('SIGKILL');

    await owner.edit(channel, first, 'first, edited');
    await owner.remove(channel, second);
    const missed = await owner.say(channel, 'missed');
    await owner.edit(channel, missed, 'missed, edited');
    await owner.remove(channel, await owner.say(channel, 'missed and deleted'));
    await owner.say(channel, 'last');
    await bridge.startDaemon();
    expect((await bridge.run('vai', ['interrupt', '1'])).exitCode).toBe(0);

    await owner.hears(channel, answerTo('last'), 60_000);
    expect((await answers(channel)).filter((text) => !text.includes('slow'))).toEqual(
      ['first, edited', 'third', 'missed, edited', 'last'].map(answerTo),
    );
  }, 120_000);

  it('are held when they are too old, and run when somebody says so', async () => {
    world = await makeWorld({ sessions: 2, environment: { CATCH_UP_MAX_AGE: '0' } });
    const { owner, bridge, channels } = world;
    const [channel, other] = channels as [string, string];
    await bridge.startDaemon();
    await bridge.endDaemon('SIGKILL');
    for (const text of ['apple', 'pear', 'plum']) await owner.say(channel, text);
    await owner.say(other, 'not wanted');
    await bridge.startDaemon();
    await owner.hears(channel, /3 messages .* were not run/);
    await owner.hears(other, /1 message .* was not run/);
    await restart('SIGTERM');
    await owner.say(channel, 'live');
    await owner.hears(channel, answerTo('live'));

    expect(await heldIn(1)).toEqual(['apple', 'pear', 'plum']);
    expect((await bridge.run('vai', ['catch-up', '1'])).stdout).toContain('vai catch-up 1 --run');
    expect(await bridge.run('vai', ['catch-up', '1', '--run'])).toMatchObject({ exitCode: 0 });
    await owner.hears(channel, answerTo('plum'));
    expect(await bridge.run('vai', ['catch-up', '2', '--drop'])).toMatchObject({ exitCode: 0 });
    expect([await heldIn(1), await heldIn(2)]).toEqual([[], []]);
    expect(await answers(channel)).toEqual(['live', 'apple', 'pear', 'plum'].map(answerTo));
    expect(await answers(other)).toEqual([]);
    const summaries = (await owner.heard(channel)).filter((text) => text.includes('not run'));
    expect(summaries).toHaveLength(1);
  }, 120_000);
});

describe('BX-01: a connection that was lost for a while', () => {
  it('what was said until the bridge is back is answered once, before what is said then', async () => {
    const faults = new Faults();
    world = await makeWorld({ faults });
    const { owner, bridge, channels } = world;
    const [channel] = channels as [string];
    await bridge.startDaemon();
    await owner.say(channel, 'before');
    await owner.hears(channel, answerTo('before'));
    // The session at the server is gone: nothing of what follows is told.
    faults.invalidateSessions(false);
    for (const number of numbers) await owner.say(channel, `${number}`);
    await owner.hears(channel, answerTo('5'), 60_000);
    await owner.say(channel, 'after');
    await owner.hears(channel, answerTo('after'));
    expect(await answers(channel)).toEqual(['before', ...numbers.map(String), 'after'].map(answerTo));
  }, 120_000);

  it('events that come twice, or in another order, change nothing', async () => {
    const faults = new Faults();
    world = await makeWorld({ faults });
    const { owner, bridge, channels } = world;
    const [channel] = channels as [string];
    await bridge.startDaemon();
    faults.duplicateDispatches(20, 'MESSAGE_CREATE');
    for (const number of numbers) await owner.say(channel, `twice ${number}`);
    await owner.hears(channel, answerTo('twice 5'));
    faults.clear();
    faults.reorderDispatches(1, 'MESSAGE_CREATE');
    await owner.say(channel, 'early');
    await owner.say(channel, 'late');
    await until(async () => (await answers(channel)).length === 7, { what: 'seven answers', timeoutMs: 30_000 });
    await restart('SIGKILL');
    await owner.say(channel, 'end');
    await owner.hears(channel, answerTo('end'));
    const heard = await answers(channel);
    expect(heard.slice(0, 5)).toEqual(numbers.map((number) => answerTo(`twice ${number}`)));
    expect([...heard.slice(5)].sort()).toEqual(['early', 'end', 'late'].map(answerTo));
  }, 120_000);
});

describe('BX-01: a channel that is closed to the bot for a while', () => {
  it('what was said there meanwhile is answered as soon as the server says that it is open', async () => {
    world = await makeWorld();
    const { owner, bridge, channels, discord } = world;
    const [channel] = channels as [string];
    await bridge.startDaemon();
    await owner.say(channel, 'before');
    await owner.hears(channel, answerTo('before'));
    const slow = await owner.say(channel, 'slow 2');
    await owner.seesReaction(channel, slow, '⚙️');
    const rule = `${discord.api}/v10/channels/${channel}/permissions/${discord.guildId}`;
    const headers = { authorization: discord.userToken, 'content-type': 'application/json' };
    const deny = String(PermissionFlagsBits.ViewChannel);
    const closing = await fetch(rule, { method: 'PUT', headers, body: JSON.stringify({ type: 0, deny }) });
    expect(closing.status).toBe(204);
    await until(async () => (await bridge.json<{ readonly parked: readonly object[] }>('outbox')).parked.length === 1, {
      what: 'a parked channel',
      timeoutMs: 60_000,
    });
    for (const number of numbers) await owner.say(channel, `${number}`);
    const opening = await fetch(rule, { method: 'DELETE', headers });
    expect(opening.status).toBe(204);
    await owner.hears(channel, answerTo('5'), 60_000);
    await owner.say(channel, 'after');
    await owner.hears(channel, answerTo('after'));
    expect(await answers(channel)).toEqual(['before', ...numbers.map(String), 'after'].map(answerTo));
    // What met the closed door was posted first.
    const heard = await owner.heard(channel);
    const parked = heard.filter((text) => text.startsWith('A slow answer'));
    expect(parked).toHaveLength(1);
    expect(heard.indexOf(parked[0]!)).toBeLessThan(heard.indexOf(answerTo('1')));
  }, 120_000);

  it('and when the server says nothing: before the next message, if an answer met the closed door', async () => {
    const faults = new Faults();
    world = await makeWorld({ faults });
    const { owner, bridge, channels } = world;
    const [channel] = channels as [string];
    await bridge.startDaemon();
    const slow = await owner.say(channel, 'slow 2');
    await owner.seesReaction(channel, slow, '⚙️');
    faults.closeChannel(channel, 'forbidden');
    await owner.say(channel, 'behind the door');
    await until(async () => (await bridge.json<{ readonly parked: readonly object[] }>('outbox')).parked.length === 1, {
      what: 'a parked channel',
      timeoutMs: 60_000,
    });
    faults.openChannel(channel);
    await owner.say(channel, 'after');
    await owner.hears(channel, answerTo('after'), 60_000);
    expect((await answers(channel)).slice(-2)).toEqual(['behind the door', 'after'].map(answerTo));
  }, 120_000);
});

describe('a channel that floods', () => {
  it('200 messages at once: nothing is lost, another channel is answered meanwhile, it is told once', async () => {
    world = await makeWorld({ sessions: 2 });
    const { owner, bridge, channels } = world;
    const [flooded, quiet] = channels as [string, string];
    await bridge.startDaemon();
    const slow = await owner.say(flooded, 'slow 600');
    await owner.seesReaction(flooded, slow, '⚙️');
    const began = systemClock.monotonic();
    const texts = Array.from({ length: 200 }, (_, index) => `flood ${index}`);
    for (let index = 0; index < texts.length; index += 20) {
      await Promise.all(texts.slice(index, index + 20).map((text) => owner.say(flooded, text)));
    }
    const floodMs = systemClock.monotonic() - began;
    const asked = systemClock.monotonic();
    await owner.say(quiet, 'still there?');
    await owner.hears(quiet, answerTo('still there?'));
    const answerMs = systemClock.monotonic() - asked;
    await until(async () => (await bridge.session(1)).queued >= 200, { what: 'all of them stored', timeoutMs: 60_000 });
    const isNotice = ({ content }: { readonly content: string }): boolean => content.includes('messages wait');
    await until(async () => (await owner.readAll(flooded)).some(isNotice), { what: 'a word about it' });
    const all = await owner.readAll(flooded);
    expect(all.filter(isNotice)).toHaveLength(1);
    // Answered while nobody in the other channel was.
    expect(all.filter(({ content }) => content.startsWith('You said'))).toEqual([]);
    expect(answerMs).toBeLessThan(20_000);
    console.info(`flood sent in ${Math.round(floodMs)} ms; the other channel answered in ${Math.round(answerMs)} ms`);
  }, 120_000);
});
