import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { describeError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { runCommand } from '../../src/base/run-command.ts';
import type { ChatTransport } from '../../src/contracts/chat.ts';
import { createDiscordTransport } from '../../src/discord/transport.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { eventually } from '../eventually.ts';
import { wordsOfActs, memoryOfIdentifies, openLocalWorld, postsPath } from './local-world.ts';
import type { LocalWorld } from './local-world.ts';
import { Listener } from './listener.ts';
import { openOddGateway } from './odd-gateway.ts';
import type { GatewayMood, OddGateway } from './odd-gateway.ts';
import { chatHandlers } from '../fakes/chat-handlers.ts';

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the connection to a server that answers', () => {
  let world: LocalWorld;
  let listener: Listener;

  beforeEach(async () => {
    world = await openLocalWorld();
    listener = new Listener();
  });

  afterEach(() => world.close());

  const connected = async (): Promise<ChatTransport> => {
    const transport = world.transport();
    await transport.connect(listener);
    expect(transport.state).toEqual({ connection: 'ready' });
    return transport;
  };

  it.each(['wrong', '', 'two words', 'ключ'])('refuses the token "%s" and names the key to change', async (token) => {
    const transport = world.transport({ token });
    const error = await failure(transport.connect(listener));
    expect(error).toMatchObject({ code: 'chat-token-invalid', happened: 'not-done' });
    expect(describeError(error)).toContain('DISCORD_BOT_TOKEN in config/.env');
    if (token !== '') expect(describeError(error)).not.toContain(token);
    expect(transport.state).toMatchObject({ connection: 'failed', detail: describeError(error) });
  });

  it('takes a token that was copied with its prefix and a newline', async () => {
    const transport = world.transport({ token: `Bot ${world.server.botToken}\n` });
    await transport.connect(listener);
    expect(transport.state.connection).toBe('ready');
    await transport.send({ channel: world.channel, text: 'hello', nonce: 'n' });
  });

  it.each([
    [4004, 'chat-token-invalid', 'DISCORD_BOT_TOKEN'],
    [4014, 'chat-intents-missing', 'turn on Message Content Intent'],
    [4013, 'chat-refused', 'close code 4013'],
  ])('ends with words when the gateway closes with %i', async (closeCode, code, words) => {
    world.faults.refuseIdentify(closeCode);
    const transport = world.transport();
    const error = await failure(transport.connect(listener));
    expect(error).toMatchObject({ code });
    expect(describeError(error).toLowerCase()).toContain(words.toLowerCase());
    expect(transport.state.connection).toBe('failed');
    expect(listener.connections).toEqual(['failed']);
  });

  it('BX-01: hears what was said while the line was broken, in every way a line breaks', async () => {
    await connected();
    const { faults } = world;
    const breaks = [
      () => faults.dropConnections(),
      () => faults.dropConnections(4000),
      () => faults.requestReconnect(),
      () => faults.dropConnections(4009),
    ];
    for (const [index, cut] of breaks.entries()) {
      cut();
      await world.say(`missed ${index}`);
      await eventually(() => expect(listener.heard).toHaveLength(index + 1));
    }
    expect(listener.texts).toEqual(['missed 0', 'missed 1', 'missed 2', 'missed 3']);
    expect(new Set(listener.heard.map(({ id }) => id)).size).toBe(4);
  });

  it('BX-01: hears what was said before it found the server again', async () => {
    await connected();
    await world.faults.goAway();
    await eventually(() => expect(listener.states.at(-1)?.detail).toContain('next try'));
    await world.faults.comeBack();
    await world.say('while you were out');
    await eventually(() => expect(listener.texts).toEqual(['while you were out']));
    expect(listener.connections.at(-1)).toBe('ready');
  });

  it('comes back with a new session when the old one is gone', async () => {
    const transport = await connected();
    world.faults.invalidateSessions(false);
    await eventually(() => expect(transport.state.connection).toBe('reconnecting'));
    await eventually(() => expect(transport.state.connection).toBe('ready'));
    await world.say('still there');
    await eventually(() => expect(listener.texts).toEqual(['still there']));
  });

  it('stops for good, with words, when the token is revoked while it runs', async () => {
    const transport = await connected();
    world.faults.dropConnections(4004);
    await eventually(() => expect(transport.state.connection).toBe('failed'));
    expect(transport.state.detail).toContain('DISCORD_BOT_TOKEN');
    await expect(transport.send({ channel: world.channel, text: 'x', nonce: 'n' })).rejects.toMatchObject({
      code: 'chat-unavailable',
    });
    expect(listener.connections).toEqual(['ready', 'failed']);
  });

  it('stops for good when REST says twice that the token is revoked, and loses nothing', async () => {
    const transport = await connected();
    world.faults.failRequests({ times: Infinity }, { status: 401, body: { message: '401: Unauthorized', code: 0 } });
    await expect(transport.send({ channel: world.channel, text: 'x', nonce: 'n' })).rejects.toMatchObject({
      code: 'chat-unavailable',
    });
    await eventually(() => expect(transport.state.connection).toBe('failed'));
    expect(transport.state.detail).toContain('DISCORD_BOT_TOKEN');
    world.faults.clear();
    expect(await world.messages()).toEqual([]);
  });

  it('tries no more after the end', async () => {
    const clock = new ManualClock();
    const transport = world.transport({ clock });
    await transport.connect(listener);
    world.faults.dropConnections(4004);
    await eventually(() => expect(transport.state.connection).toBe('failed'));
    let requests = 0;
    vi.spyOn(world.faults, 'takeForRequest').mockImplementation(() => {
      requests += 1;
      return [];
    });
    await clock.advance(600_000);
    expect(requests).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('hears messages of threads and direct messages', async () => {
    await connected();
    const start = await world.say('start');
    const thread = (await world.request('POST', `/channels/${world.channel}/messages/${start}/threads`, {
      name: 'a thread',
    })) as { id: string };
    await world.say('inside', thread.id);
    const bot = (await world.request('GET', `/guilds/${world.server.guildId}/members?limit=10`)) as {
      user: { id: string; bot?: boolean };
    }[];
    const botId = bot.find(({ user }) => user.bot === true)?.user.id;
    const direct = (await world.request('POST', '/users/@me/channels', { recipient_id: botId })) as { id: string };
    await world.say('in private', direct.id);
    await eventually(() => expect(listener.texts).toEqual(['start', 'inside', 'in private']));
    expect(listener.heard.map(({ channel }) => channel)).toEqual([world.channel, thread.id, direct.id]);
    expect(listener.heard.map((message) => message.direct)).toEqual([false, false, true]);
  });

  it('goes on when a message could not be stored', async () => {
    const errors: string[] = [];
    const transport = world.transport({ log: { ...silentLog, error: (_fields, sentence) => errors.push(sentence) } });
    await transport.connect(
      chatHandlers({
        onMessage: (message) => {
          listener.onMessage(message);
          if (message.text === 'one') throw new Error('the disk is full');
        },
      }),
    );
    await world.say('one');
    await world.say('two');
    await eventually(() => expect(listener.texts).toEqual(['one', 'two']));
    expect(errors).toEqual(['chat message could not be stored']);
  });

  it('never writes the token or a text into the log', async () => {
    const lines: string[] = [];
    const write = (fields: object, sentence: string): void => {
      lines.push(JSON.stringify(fields) + sentence);
    };
    const transport = world.transport({ log: { debug: write, info: write, warn: write, error: write } });
    await transport.connect(listener);
    world.faults.failRequests({ method: 'POST', path: postsPath }, { status: 500, body: 'oops' });
    const part = { channel: world.channel, text: 'private words', nonce: 'n' };
    lines.push(describeError(await failure(transport.send(part))));
    await transport.send(part);
    await world.say('private question');
    world.faults.dropConnections(4004);
    await eventually(() => expect(transport.state.connection).toBe('failed'));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toContain(world.server.botToken);
    expect(lines.join('\n')).not.toContain('private');
  });

  it('leaves at any moment, at once, and for good', async () => {
    // Nothing here may need the patience that a server without a goodbye is given.
    const impatient = { ...systemClock, sleep: () => new Promise<never>(() => undefined) };
    for (let round = 0; round < 60; round += 1) {
      const transport = world.transport({ clock: impatient });
      const connecting = transport.connect(listener);
      await systemClock.sleep(round % 20);
      await transport.close();
      await connecting;
    }
    const transport = await connected();
    world.faults.dropConnections();
    await transport.close();
    const told = listener.states.length;
    await world.say('anybody?');
    await systemClock.sleep(700);
    expect(listener.states).toHaveLength(told);
    expect(listener.heard).toEqual([]);
  });
});

describe('a process with a transport', () => {
  it('can end as soon as the transport is closed', async () => {
    const world = await openLocalWorld();
    const source = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
    const program = `
      const { createDiscordTransport } = await import(${source('discord/transport.ts')});
      const { systemClock } = await import(${source('base/clock.ts')});
      const { silentLog } = await import(${source('base/log.ts')});
      const [token, apiUrl, channel] = process.argv.slice(1);
      const transport = createDiscordTransport({ token, apiUrl, clock: systemClock, log: silentLog,
        identifyMemory: { read: () => undefined, write() {} }, actWords: { failed: '', formTooLate: '' } });
      await transport.connect({ onMessage() {}, onGap() {}, onState() {} });
      await transport.send({ channel, text: 'hello', nonce: 'n' });
      await transport.close();
      const closed = performance.now();
      process.on('exit', () => console.log(Math.round(performance.now() - closed)));
    `;
    const args = ['--input-type=module', '-e', program, world.server.botToken, world.server.api, world.channel];
    const result = await runCommand(process.execPath, args);
    await world.close();
    expect(result).toMatchObject({ exitCode: 0 });
    expect(Number(result.stdout)).toBeLessThan(3000); // Nothing that it waits for comes sooner than after 4 s.
  });
});

describe('the connection to a server that cannot be reached', () => {
  it('lets the caller go on, and connects by itself when the network is back', async () => {
    const world = await openLocalWorld();
    const listener = new Listener();
    await world.faults.goAway();
    const clock = new ManualClock();
    const transport = world.transport({ clock });
    await transport.connect(listener);
    expect(transport.state.connection).toBe('connecting');
    expect(transport.state.detail).toMatch(/ECONNREFUSED.*next try in 1 s/);
    for (const [waitMs, next] of [
      [1000, /next try in 2 s/],
      [2000, /next try in [34] s/],
      [4000, /next try in [678] s/],
    ] as const) {
      await clock.advance(waitMs);
      await eventually(() => expect(transport.state.detail).toMatch(next));
    }
    await world.faults.comeBack();
    expect(transport.state.connection).toBe('connecting');
    await clock.advance(8000);
    await eventually(() => expect(transport.state).toEqual({ connection: 'ready' }));
    expect(listener.connections).toEqual(['connecting', 'connecting', 'connecting', 'connecting', 'ready']);
    await transport.close();
    expect(clock.pending).toBe(0);
    await world.close();
  });

  it('gives up waiting for the first try after 15 s', async () => {
    const world = await openLocalWorld();
    const listener = new Listener();
    world.faults.delayRequests({ path: /gateway/ }, 3000, 'before');
    const clock = new ManualClock();
    const transport = world.transport({ clock });
    const connecting = transport.connect(listener);
    await clock.advance(15_000);
    await connecting;
    expect(transport.state).toMatchObject({
      connection: 'connecting',
      detail: expect.stringContaining('No answer yet'),
    });
    await eventually(() => expect(transport.state.connection).toBe('ready'));
    await world.close();
  });
});

describe('the connection to a server that behaves oddly', () => {
  let gateway: OddGateway;
  let listener: Listener;
  let clock: ManualClock;
  let transport: ChatTransport;
  let waits: number;
  const crashes: unknown[] = [];
  const onCrash = (error: unknown): void => {
    crashes.push(error);
  };

  beforeEach(async () => {
    gateway = await openOddGateway();
    listener = new Listener();
    clock = new ManualClock();
    waits = 0;
    transport = createDiscordTransport({
      token: 'some.token',
      apiUrl: gateway.api,
      clock,
      log: { ...silentLog, warn: (_fields, sentence) => (waits += sentence.endsWith(', waiting') ? 1 : 0) },
      identifyMemory: memoryOfIdentifies(),
      actWords: wordsOfActs,
    });
    process.on('unhandledRejection', onCrash);
  });

  afterEach(async () => {
    await transport.close();
    await gateway.close();
    process.off('unhandledRejection', onCrash);
    expect(crashes).toEqual([]);
  });

  const message = (text: string): object => ({
    id: '200000000000000001',
    channel_id: '300000000000000001',
    type: 0,
    content: text,
    author: { id: '400000000000000001', username: 'ann' },
  });

  it.each<GatewayMood>(['bad-gateway', 'garbage', 'cut'])(
    'keeps its pace when the gateway is %s',
    async (mood) => {
      gateway.mood = mood;
      await transport.connect(listener);
      expect(transport.state.connection).toBe('connecting');
      for (let round = 1; round <= 8; round += 1) {
        const known = waits;
        await clock.advance(60_000);
        await eventually(() => expect(waits).toBeGreaterThan(known));
      }
      expect(gateway.tries).toBeGreaterThanOrEqual(8);
      expect(gateway.tries).toBeLessThanOrEqual(12);
      gateway.mood = 'open';
      await clock.advance(60_000);
      await eventually(() => expect(transport.state.connection).toBe('ready'));
    },
    30_000,
  );

  it('keeps its pace when the gateway breaks while it is connected', async () => {
    await transport.connect(listener);
    gateway.mood = 'bad-gateway';
    gateway.cut();
    await eventually(() => expect(listener.states.at(-1)?.detail).toContain('next try'));
    expect(gateway.tries).toBe(2);
    gateway.mood = 'open';
    await clock.advance(1000);
    await eventually(() => expect(transport.state.connection).toBe('ready'));
    gateway.dispatch('MESSAGE_CREATE', message('after'));
    await eventually(() => expect(listener.texts).toEqual(['after']));
  });

  it('survives whatever the gateway sends', async () => {
    await transport.connect(listener);
    gateway.dispatch('MESSAGE_CREATE', message('first'));
    for (const data of [null, {}, 7, { ...message('x'), author: null }, { ...message('x'), thread: null }]) {
      gateway.dispatch('MESSAGE_CREATE', data);
    }
    gateway.dispatch('CHANNEL_CREATE', null);
    gateway.dispatch('GUILD_CREATE', { id: '1' });
    gateway.dispatch('NEVER_HEARD_OF', {});
    gateway.sendRaw('not json');
    gateway.dispatch('MESSAGE_CREATE', message('last'));
    await eventually(() => expect(listener.texts).toEqual(['first', 'x', 'last']));
    expect(transport.state.connection).toBe('ready');
  });

  it('leaves a gateway that never says hello', async () => {
    gateway.mood = 'silent';
    const connecting = transport.connect(listener);
    await eventually(() => expect(gateway.tries).toBe(1));
    const closing = transport.close();
    await clock.advance(2000);
    await closing;
    await connecting;
    expect(clock.pending).toBe(0);
  });
});
