import { PermissionFlagsBits } from 'discord-api-types/v10';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ChatTransport } from '../../src/contracts/chat.ts';
import { createDiscordTransport } from '../../src/discord/transport.ts';
import { silentLog } from '../../src/base/log.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { ChannelId } from '../../src/model/session.ts';
import { eventually } from '../eventually.ts';
import { Listener } from './listener.ts';
import { wordsOfActs, memoryOfIdentifies, openLocalWorld } from './local-world.ts';
import type { LocalWorld } from './local-world.ts';
import { openOddGateway } from './odd-gateway.ts';

describe('what the bot has missed', () => {
  let world: LocalWorld;
  let listener: Listener;
  let transport: ChatTransport;
  const start = Date.now() - 60_000;

  beforeEach(async () => {
    world = await openLocalWorld();
    listener = new Listener();
    transport = world.transport();
    await transport.connect(listener);
  });

  afterEach(() => world.close());

  const openThread = async (name: string, more: object = {}): Promise<ChannelId> => {
    const { id } = (await world.request('POST', `/channels/${world.channel}/threads`, { name, type: 11, ...more })) as {
      id: ChannelId;
    };
    return id;
  };
  const archive = (thread: string): Promise<unknown> =>
    world.request('PATCH', `/channels/${thread}`, { archived: true });
  const restart = async (): Promise<ChatTransport> => {
    await transport.close();
    listener = new Listener();
    transport = world.transport();
    await transport.connect(listener);
    return transport;
  };

  it('BX-01: history says the same of a message as the gateway did', async () => {
    const thread = await openThread('a thread');
    await world.say('in the channel');
    await world.say('in the thread', thread);
    await eventually(() => expect(listener.texts).toEqual(['in the channel', 'in the thread']));
    // But for the roles of its author, which REST does not give with it.
    const [inChannel, inThread] = listener.heard.map(({ author: { roles, ...author }, ...message }) => {
      expect(roles).toEqual([]);
      return { ...message, author };
    });
    await restart();
    expect((await transport.history(world.channel, '0', 100)).messages).toEqual([inChannel]);
    expect((await transport.history(thread, '0', 100)).messages).toEqual([inThread]);
    expect(inThread).toMatchObject({ parent: world.channel, direct: false });
  });

  it('BX-01: a channel that the bot may not read is closed, not empty; it is told when that is over', async () => {
    const rule = `/channels/${world.channel}/permissions/${world.server.guildId}`;
    const deny = (bits: bigint): Promise<unknown> => world.request('PUT', rule, { type: 0, deny: String(bits) });
    const thread = await openThread('a thread');
    await world.say('before', thread);
    await world.say('before');
    await eventually(() => expect(listener.texts).toHaveLength(2));
    await deny(PermissionFlagsBits.ReadMessageHistory);
    for (const where of [world.channel, thread]) {
      await eventually(async () => {
        await expect(transport.history(where, '0', 100)).rejects.toMatchObject({
          code: 'chat-forbidden',
          happened: 'not-done',
          advice: expect.stringContaining('Read Message History'),
        });
      });
    }
    await restart();
    // Just after the login, before the server has told of its guilds.
    await expect(transport.history(world.channel, '0', 100)).rejects.toThrow('may not read');
    await deny(PermissionFlagsBits.ViewChannel);
    await expect(transport.history(world.channel, '0', 100)).rejects.toMatchObject({ code: 'chat-forbidden' });
    await world.say('behind');
    expect(listener.opened).toEqual([]);
    await world.request('DELETE', rule);
    await eventually(() => expect(listener.opened).toEqual([world.channel]));
    const { messages } = await transport.history(world.channel, '0', 100);
    expect(messages.map(({ text }) => text)).toEqual(['before', 'behind']);
    expect(listener.texts).toEqual([]);
  });

  it('BX-01: a direct channel stays one in its history', async () => {
    const direct = await transport.directChannel(world.server.userId);
    await world.say('in private', direct);
    await eventually(() => expect(listener.texts).toEqual(['in private']));
    await restart();
    const { messages } = await transport.history(direct, '0', 10);
    expect(messages).toEqual([expect.objectContaining({ text: 'in private', direct: true, parent: undefined })]);
  });

  it('BX-01: an archived thread is known by its history, and by a message that wakes it', async () => {
    const thread = await openThread('to be archived');
    await world.say('before', thread);
    await archive(thread);
    await restart();
    const { messages } = await transport.history(thread, '0', 100);
    expect(messages.map(({ text, parent }) => [text, parent])).toEqual([['before', world.channel]]);
    await restart();
    await world.say('wake up', thread);
    await eventually(() => expect(listener.texts).toEqual(['wake up']));
    expect(listener.heard[0]?.parent).toBe(world.channel);
  });

  it('finds threads: active, archived, private, joined; none of before', async () => {
    const active = await openThread('active');
    const archived = await openThread('archived');
    const hidden = await openThread('private', { type: 12 });
    for (const thread of [active, archived, hidden]) await world.say('x', thread);
    await archive(archived);
    await archive(hidden);
    const idsSince = async (since: number): Promise<string[]> => {
      const threads = await transport.threadsOf(world.channel, since);
      expect(new Set(threads.map(({ parent }) => parent)).size).toBeLessThanOrEqual(1);
      return threads.map(({ id }) => id).sort();
    };
    expect(await idsSince(start)).toEqual([active, archived, hidden].sort());
    expect(await idsSince(Date.now() + 60_000)).toEqual([]);
    const forbidden = { status: 403, body: { message: 'Missing Access', code: 50001 } };
    world.faults.failRequests({ path: /threads\/archived\/private$/, method: 'GET' }, forbidden);
    expect(await idsSince(start)).toEqual([active, archived].sort()); // the bot has not joined the private one
    world.faults.failRequests({ path: /threads\/archived\/public/ }, { status: 502 });
    await expect(transport.threadsOf(world.channel, start)).rejects.toMatchObject({ code: 'chat-unavailable' });
  });

  it('finds more archived threads than one page holds', async () => {
    const made: string[] = [];
    for (let index = 0; index < 103; index += 1) {
      const thread = await openThread(`t${index}`);
      await archive(thread);
      made.push(thread);
    }
    const threads = await transport.threadsOf(world.channel, start);
    expect(threads.map(({ id }) => id).sort()).toEqual(made.sort());
  }, 30_000);

  it('finds no threads where there can be none', async () => {
    expect(await transport.threadsOf(await openThread('a thread'), start)).toEqual([]);
    expect(await transport.threadsOf(await transport.directChannel(world.server.userId), start)).toEqual([]);
    await expect(transport.threadsOf('222222222222222222' as ChannelId, start)).rejects.toMatchObject({
      code: 'chat-not-found',
    });
  });

  it('of many own words finds the last ones', async () => {
    for (let index = 1; index <= 505; index += 1) {
      await transport.send({ channel: world.channel, text: `word ${index}`, nonce: `word ${index}` });
    }
    const own = await transport.ownMessages(world.channel, start);
    expect(own).toHaveLength(500);
    expect([own[0]?.text, own.at(-1)?.text]).toEqual(['word 6', 'word 505']);
  });

  it('finds its own words among those of others', async () => {
    await world.say('not mine');
    const ids: string[] = [];
    for (const text of ['one', 'two']) {
      ids.push(await transport.send({ channel: world.channel, text, nonce: text }));
      await world.say('not mine either');
    }
    expect(await transport.ownMessages(world.channel, start)).toEqual([
      { id: ids[0], text: 'one' },
      { id: ids[1], text: 'two' },
    ]);
    expect(await transport.ownMessages(world.channel, Date.now() + 60_000)).toEqual([]);
  });

  it('hears of edits and deletions, one by one and in bulk, also of what it never heard', async () => {
    await transport.close();
    const ids = [await world.say('a'), await world.say('b'), await world.say('c'), await world.say('d')];
    await restart();
    await world.request('PATCH', `/channels/${world.channel}/messages/${ids[0]!}`, { content: 'A' });
    await world.request('DELETE', `/channels/${world.channel}/messages/${ids[1]!}`);
    await world.request('POST', `/channels/${world.channel}/messages/bulk-delete`, { messages: [ids[2], ids[3]] });
    await eventually(() => expect(listener.deleted).toEqual([ids[1], ids[2], ids[3]]));
    expect(listener.edited.map(({ messageId, text }) => [messageId, text])).toEqual([[ids[0], 'A']]);
    expect(listener.heard).toEqual([]);
  });

  it('tells duplicates and reordered events as they come, each with the id that tells them apart', async () => {
    world.faults.duplicateDispatches(1, 'MESSAGE_CREATE');
    await world.say('twice');
    world.faults.reorderDispatches(1, 'MESSAGE_CREATE');
    await world.say('first');
    await world.say('second');
    await eventually(() => expect(listener.texts).toEqual(['twice', 'twice', 'second', 'first']));
    expect(new Set(listener.heard.map(({ id }) => id)).size).toBe(3);
    expect(transport.state.connection).toBe('ready');
  });
});

describe('events that say less than they should', () => {
  const guild = '600000000000000001';
  const thread = '700000000000000001';
  const parent = '300000000000000001';

  it('waits to know whose thread a message is in, keeps the order, and asks once', async () => {
    const gateway = await openOddGateway();
    const listener = new Listener();
    const transport = createDiscordTransport({
      token: 'some.token',
      apiUrl: gateway.api,
      clock: systemClock,
      log: silentLog,
      identifyMemory: memoryOfIdentifies(),
      actWords: wordsOfActs,
    });
    await transport.connect(listener);
    const message = (id: string, content: string, more: object = {}): object => ({
      ...{
        id,
        channel_id: thread,
        guild_id: guild,
        type: 0,
        content,
        author: { id: '400000000000000001', username: 'ann' },
      },
      ...more,
    });
    gateway.answers.set(`/channels/${thread}`, { id: thread, type: 11, guild_id: guild, parent_id: parent });
    gateway.dispatch('MESSAGE_CREATE', message('200000000000000001', 'one'));
    gateway.dispatch('MESSAGE_UPDATE', message('200000000000000001', 'one, better'));
    gateway.dispatch('MESSAGE_DELETE', { id: '200000000000000001', channel_id: thread, guild_id: guild });
    gateway.dispatch('MESSAGE_CREATE', message('200000000000000002', 'two'));
    await eventually(() => expect(listener.texts).toEqual(['one', 'two']));
    expect(listener.heard.map((one) => one.parent)).toEqual([parent, parent]);
    expect(listener.edited.map(({ text }) => text)).toEqual(['one, better']);
    expect(listener.deleted).toEqual(['200000000000000001']);
    expect(gateway.asked.filter((path) => path === `/channels/${thread}`)).toHaveLength(1);

    // A picture has been found for a link: no author, no text, no news.
    gateway.dispatch('MESSAGE_UPDATE', { id: '200000000000000002', channel_id: thread, guild_id: guild, embeds: [] });
    // Another text, and not whose message it is.
    gateway.answers.set(
      `/channels/${thread}/messages/200000000000000002`,
      message('200000000000000002', 'two, better'),
    );
    gateway.dispatch('MESSAGE_UPDATE', { id: '200000000000000002', channel_id: thread, guild_id: guild, content: 'x' });
    await eventually(() => expect(listener.edited.map(({ text }) => text)).toEqual(['one, better', 'two, better']));
    expect(listener.edited[1]).toMatchObject({ parent, direct: false });

    // A READY that nobody asked for is no gap.
    gateway.dispatch('READY', {
      v: 10,
      user: { id: '1', username: 'x' },
      guilds: [],
      session_id: 's',
      application: {},
    });
    gateway.dispatch('MESSAGE_CREATE', message('200000000000000003', 'three'));
    await eventually(() => expect(listener.texts).toContain('three'));
    expect(listener.gaps).toBe(1);
    await transport.close();
    await gateway.close();
  });
});
