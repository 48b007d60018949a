import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ChatTransport } from '../../src/contracts/chat.ts';
import { openLocalWorld, postsPath } from './local-world.ts';
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

  it('gives up a message that the server calls too large', async () => {
    world.faults.failRequests(posting, { status: 413, body: { message: 'Request entity too large', code: 40005 } });
    await expect(send('large')).rejects.toMatchObject({ code: 'chat-invalid', happened: 'not-done' });
  });

  it('names the permissions when one is missing', async () => {
    world.faults.failRequests(posting, { status: 403, body: { message: 'Missing Permissions', code: 50013 } });
    await expect(send('x')).rejects.toMatchObject({
      code: 'chat-forbidden',
      message: expect.stringContaining('Missing Permissions'),
      advice: expect.stringContaining('Send Messages'),
    });
  });

  it('survives a server that fails a few times, and says so when it goes on failing', async () => {
    world.faults.failRequests({ ...posting, times: 3 }, { status: 502, body: 'bad gateway' });
    await send('after three');
    world.faults.failRequests({ ...posting, times: 4 }, { status: 500, body: { message: 'oops', code: 0 } });
    await expect(send('after four')).rejects.toMatchObject({ code: 'chat-unavailable', happened: 'unknown' });
    await send('after four');
    expect(await texts()).toEqual(['after three', 'after four']);
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
    world.faults.limitRate({ ...posting, limit: 1, windowMs: 5000 });
    await send('first');
    const waiting = expect(send('never')).rejects.toMatchObject({ code: 'chat-unavailable' });
    const before = performance.now();
    await transport.close();
    await waiting;
    expect(performance.now() - before).toBeLessThan(2000);
    expect(await texts()).toEqual(['first']);
  });
});
