import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ChatTransport } from '../../src/contracts/chat.ts';
import type { ChannelId } from '../../src/model/session.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { eventually } from '../eventually.ts';
import { openLocalWorld, postsPath, reactionNames } from './local-world.ts';
import type { LocalWorld } from './local-world.ts';
import { chatHandlers } from '../fakes/chat-handlers.ts';

const posting = { method: 'POST', path: postsPath } as const;

describe('sending over REST', () => {
  let world: LocalWorld;
  let transport: ChatTransport;

  beforeEach(async () => {
    world = await openLocalWorld();
    transport = world.transport();
    await transport.connect(chatHandlers());
  });

  afterEach(() => world.close());

  const send = (text: string, nonce = text): Promise<string> => transport.send({ channel: world.channel, text, nonce });
  const texts = async (): Promise<string[]> => (await world.messages()).map(({ content }) => content);

  it('keeps an item that only a proxy refused', async () => {
    for (const status of [403, 404, 400]) {
      world.faults.failRequests(posting, {
        status,
        body: '<html>blocked</html>',
        headers: { 'content-type': 'text/html' },
      });
      await expect(send(`through ${status}`)).rejects.toMatchObject({ code: 'chat-unavailable', happened: 'unknown' });
      await send(`through ${status}`);
    }
    expect(await texts()).toEqual(['through 403', 'through 404', 'through 400']);
  });

  it.each([
    [413, 40005, 'chat-too-large'],
    [400, 40005, 'chat-too-large'],
    [400, 50035, 'chat-invalid'],
    [400, 50006, 'chat-invalid'],
    [405, 0, 'chat-invalid'],
    [403, 50001, 'chat-forbidden'],
    [403, 50013, 'chat-forbidden'],
    [403, 50007, 'chat-forbidden'],
    [400, 50083, 'chat-forbidden'],
    [400, 160005, 'chat-forbidden'],
    [404, 10003, 'chat-not-found'],
    [404, 10008, 'chat-not-found'],
  ])('tells HTTP %i with code %i as %s: nothing was done', async (status, code, expected) => {
    world.faults.failRequests({ ...posting, times: Infinity }, { status, body: { message: 'No', code } });
    await expect(send('refused')).rejects.toMatchObject({ code: expected, happened: 'not-done' });
    world.faults.clear();
    expect(await texts()).toEqual([]);
  });

  it('takes the word of a proxy that something is too large', async () => {
    const answer = { status: 413, body: '<html>too large</html>', headers: { 'content-type': 'text/html' } };
    world.faults.failRequests(posting, answer);
    await expect(send('x')).rejects.toMatchObject({ code: 'chat-too-large', happened: 'not-done' });
  });

  it('names the permissions when one is missing', async () => {
    world.faults.failRequests(posting, { status: 403, body: { message: 'Missing Permissions', code: 50013 } });
    await expect(send('x')).rejects.toMatchObject({
      code: 'chat-forbidden',
      message: expect.stringContaining('Missing Permissions'),
      advice: expect.stringContaining('Send Messages'),
    });
  });

  it.each([
    [500, { message: 'oops', code: 0 }],
    [502, '<html>bad gateway</html>'],
    [503, { message: 'busy', code: 0 }],
    [504, ''],
  ])(
    'asks once when the server fails with %i, and leaves repeating to whoever knows how long to wait',
    async (status, body) => {
      world.faults.failRequests(posting, { status, body });
      await expect(send('again')).rejects.toMatchObject({ code: 'chat-unavailable', happened: 'unknown' });
      await send('again');
      world.faults.failAfterwards(posting, { status, body });
      await expect(send('done')).rejects.toMatchObject({ code: 'chat-unavailable', happened: 'unknown' });
      await send('done');
      expect(await texts()).toEqual(['again', 'done']);
    },
  );

  it('gives a server 15 s to answer, and posts once', async () => {
    const clock = new ManualClock();
    const patient = world.transport({ clock });
    await patient.connect(chatHandlers());
    world.faults.delayRequests(posting, 3000, 'after');
    const part = { channel: world.channel, text: 'slow', nonce: 'slow' };
    const sent = expect(patient.send(part)).rejects.toMatchObject({
      code: 'chat-unavailable',
      message: expect.stringContaining('not answer in time'),
    });
    await eventually(async () => expect(await texts()).toEqual(['slow']));
    await clock.advance(15_000);
    await sent;
    await patient.send(part);
    expect(await texts()).toEqual(['slow']);
  });

  it('does not hammer a server that says "too many" and not for how long', async () => {
    world.faults.failRequests({ ...posting, times: 2 }, { status: 429, body: { message: 'slow', code: 0 } });
    await expect(send('x')).rejects.toMatchObject({ code: 'chat-unavailable', happened: 'unknown' });
    await expect(send('x')).rejects.toMatchObject({ code: 'chat-unavailable' });
    await send('x');
    expect(await texts()).toEqual(['x']);
  });

  it.each([
    [404, { message: 'Unknown Message', code: 10008 }],
    [403, { message: 'Cannot reply without permission to read message history', code: 160002 }],
    [
      400,
      {
        message: 'Invalid Form Body',
        code: 50035,
        errors: { message_reference: { _errors: [{ code: 'REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE', message: 'No' }] } },
      },
    ],
  ])('posts a text without its reply when only the reply is refused (%i, %o)', async (status, body) => {
    const asked = await world.say('question');
    world.faults.failRequests({ ...posting, by: 'bot' }, { status, body });
    const id = await transport.send({ channel: world.channel, text: 'answer', nonce: 'n', replyTo: asked });
    expect((await world.get(id)).message_reference).toBeUndefined();
  });

  it('says that a message which is to be changed or reacted to is gone', async () => {
    const gone = '111111111111111111';
    const refusal = { code: 'chat-not-found', happened: 'not-done' };
    await expect(transport.edit(world.channel, gone, 'x')).rejects.toMatchObject(refusal);
    await expect(transport.react(world.channel, gone, 'stored')).rejects.toMatchObject(refusal);
    const foreign = await world.say('mine');
    await expect(transport.edit(world.channel, foreign, 'x')).rejects.toMatchObject({ code: 'chat-forbidden' });
  });

  it('is kept out of a locked thread like by a permission, and wakes one that is only archived', async () => {
    const start = await world.say('start');
    const thread = (await world.request('POST', `/channels/${world.channel}/messages/${start}/threads`, {
      name: 'a thread',
    })) as { id: string };
    await world.request('PATCH', `/channels/${thread.id}`, { archived: true });
    const part = { channel: thread.id as ChannelId, text: 'awake?', nonce: 'n' };
    const id = await transport.send(part);
    await world.request('PATCH', `/channels/${thread.id}`, { archived: true });
    await expect(transport.edit(part.channel, id, 'x')).rejects.toMatchObject({
      code: 'chat-forbidden',
      advice: expect.stringContaining('thread'),
    });
  });

  it('posts once when the answer is cut short', async () => {
    world.faults.truncateAnswers(posting);
    await expect(send('cut')).rejects.toMatchObject({ code: 'chat-unavailable', happened: 'unknown' });
    await send('cut');
    expect(await texts()).toEqual(['cut']);
  });

  it('waits as long as the server asks, and keeps the order', async () => {
    world.faults.limitRate({ ...posting, limit: 2, windowMs: 400 });
    const all = ['1', '2', '3', '4', '5', '6'];
    await Promise.all(all.map((text) => send(text)));
    expect(await texts()).toEqual(all);
  });

  it('tries again after a 429 that came without a warning', async () => {
    world.faults.failRequests(posting, {
      status: 429,
      body: { message: 'You are being rate limited.', retry_after: 0.1, global: false },
      headers: { 'retry-after': '0.1', 'x-ratelimit-scope': 'shared' },
    });
    await send('limited');
    expect(await texts()).toEqual(['limited']);
  });

  it('does not wait for a limit as long as the clock was set back', async () => {
    const clock = new ManualClock();
    const patient = world.transport({ clock });
    await patient.connect(chatHandlers());
    world.faults.limitRate({ ...posting, limit: 1, windowMs: 60_000 });
    const say = (text: string): Promise<string> => patient.send({ channel: world.channel, text, nonce: text });
    await say('first');
    let isOver = false;
    const second = say('second').finally(() => (isOver = true));
    world.faults.clear();
    clock.jump(3_600_000);
    await clock.advance(30_000);
    expect(isOver).toBe(false);
    clock.jump(-7_200_000);
    await clock.advance(31_000);
    await second;
    expect(await texts()).toEqual(['first', 'second']);
  });

  it.each([
    ['of everything', 'global'],
    ['of somebody in front of the server', 'page'],
  ] as const)('a limit %s holds all channels back', async (_name, scope) => {
    const clock = new ManualClock();
    const log = new RecordingLog();
    const patient = world.transport({ clock, log });
    await patient.connect(chatHandlers());
    const other = world.server.ensureChannel({ name: 'other' });
    const say = (text: string, channel: string): Promise<string> =>
      patient.send({ channel: channel as ChannelId, text, nonce: text });
    world.faults.limitAtOnce(posting, scope, 4_000);
    const all = [say('one', world.channel), say('two', world.channel)];
    await eventually(() => expect(log.at('debug')).toContain('chat server asked to wait'));
    all.push(say('elsewhere', other));
    await clock.advance(3_900);
    expect([...(await texts()), ...(await world.messages(other))]).toEqual([]);
    await clock.advance(200);
    await Promise.all(all);
    expect(await texts()).toEqual(['one', 'two']);
  });

  it('the search for the gateway counts among all requests', async () => {
    const clock = new ManualClock();
    const patient = world.transport({ clock, requestsPerSecond: 1 });
    await patient.connect(chatHandlers());
    const sent = patient.send({ channel: world.channel, text: 'later', nonce: 'later' });
    await clock.advance(900);
    expect(await texts()).toEqual([]);
    await clock.advance(100);
    await sent;
    expect(await texts()).toEqual(['later']);
  });

  it('a limit of a route holds nobody else back', async () => {
    const other = world.server.ensureChannel({ name: 'other' }) as ChannelId;
    const asked = await world.say('question');
    world.faults.limitRate({ ...posting, limit: 1, windowMs: 60_000 });
    await send('first');
    const waiting = expect(send('never')).rejects.toMatchObject({ code: 'chat-unavailable' });
    await transport.send({ channel: other, text: 'elsewhere', nonce: 'elsewhere' });
    expect(await transport.react(world.channel, asked, 'stored')).toBe(true);
    expect(await transport.react(world.channel, asked, 'answered', () => false)).toBe(false);
    expect(reactionNames(await world.get(asked))).toEqual(['stored']);
    await transport.close();
    await waiting;
  });

  it('outlives one 401 that was a fault of the server', async () => {
    world.faults.failRequests(posting, { status: 401, body: { message: '401: Unauthorized', code: 0 } });
    await expect(send('again')).rejects.toMatchObject({ code: 'chat-unavailable' });
    await send('again');
    expect(transport.state).toEqual({ connection: 'ready' });
    expect(await texts()).toEqual(['again']);
  });

  it('pings nobody, whatever the text says', async () => {
    const id = await send('@everyone <@1> hello');
    expect(await world.request('GET', `/channels/${world.channel}/messages/${id}`)).toMatchObject({
      content: '@everyone <@1> hello',
      mention_everyone: false,
      mentions: [],
    });
  });

  it('ends what it waits for when it is closed', async () => {
    world.faults.limitRate({ ...posting, limit: 1, windowMs: 3_600_000 });
    await send('first');
    const waiting = expect(send('never')).rejects.toMatchObject({ code: 'chat-unavailable' });
    await transport.close();
    await waiting;
    expect(await texts()).toEqual(['first']);
  });
});
