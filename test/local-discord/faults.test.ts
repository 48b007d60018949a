import { Client } from 'discord.js';
import { describe, expect, it, onTestFinished } from 'vitest';

import {
  allIntents,
  connectBot,
  listOf,
  nextEvent,
  rest,
  restAsUser,
  textChannel,
  unique,
} from '../conformance/conformance-target.ts';
import { RawGateway } from '../conformance/raw-gateway.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { RunningServer } from './running-server.ts';
import { pageFixture, runningServer } from './running-server.ts';

const messages = /\/messages$/;

async function bot({ target }: RunningServer, options: { timeout?: number } = {}): Promise<Client<true>> {
  const client = await connectBot(target, allIntents, { rest: { api: target.apiUrl, ...options } });
  onTestFinished(() => client.destroy());
  return client;
}

async function stored({ target, channelId }: RunningServer, content: string): Promise<number> {
  const all = listOf(await rest(target, 'GET', `/channels/${channelId}/messages?limit=100`));
  return all.filter((message) => message.content === content).length;
}

async function say({ target, channelId }: RunningServer, content: string): Promise<void> {
  expect((await rest(target, 'POST', `/channels/${channelId}/messages`, { content })).status).toBe(200);
}

describe('requests', () => {
  it('fail as often as they should, with any status and body', async () => {
    const running = await runningServer();
    const { faults, target, channelId } = running;
    const match = { method: 'POST', path: messages, times: 2 };
    faults.failRequests(match, { status: 503, body: { message: 'busy', code: 0 } });
    const send = (): Promise<{ status: number }> =>
      rest(target, 'POST', `/channels/${channelId}/messages`, { content: 'hello' });
    expect((await rest(target, 'GET', `/channels/${channelId}/messages`)).status).toBe(200);
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([503, 503, 200]);
    expect(await stored(running, 'hello')).toBe(1);
  });

  it('discord.js repeats a 502 three times and then gives up', async () => {
    const running = await runningServer();
    const channel = await textChannel(await bot(running), running.target);
    running.faults.failRequests({ method: 'POST', path: messages, times: 4 }, { status: 502, body: '<html>' });
    await expect(channel.send('lost')).rejects.toMatchObject({ status: 502 });
    await channel.send('found');
    expect([await stored(running, 'lost'), await stored(running, 'found')]).toEqual([0, 1]);
  });

  it('discord.js waits out a 429', async () => {
    const running = await runningServer();
    const channel = await textChannel(await bot(running), running.target);
    running.faults.failRequests(
      { method: 'POST', path: messages },
      {
        status: 429,
        headers: { 'retry-after': '1' },
        body: { message: 'You are being rate limited.', retry_after: 0.1, global: false },
      },
    );
    await channel.send('patient');
    expect(await stored(running, 'patient')).toBe(1);
  });

  it('a limited rate is told before it is reached, so that discord.js keeps to it, in order', async () => {
    const running = await runningServer();
    const channel = await textChannel(await bot(running), running.target);
    running.faults.limitRate({ method: 'POST', path: messages, limit: 3, windowMs: 600 });
    const started = performance.now();
    const sent = await Promise.all(['1', '2', '3', '4', '5', '6', '7'].map((content) => channel.send(content)));
    expect(performance.now() - started).toBeGreaterThan(1000);
    const inOrder = sent.map(({ id }) => BigInt(id));
    expect([...inOrder].sort((a, b) => (a < b ? -1 : 1))).toEqual(inOrder);
  });

  it('beyond the limit are 429 with the time to wait', async () => {
    const clock = new ManualClock();
    const { faults, target, channelId } = await runningServer({ clock });
    faults.limitRate({ method: 'POST', path: messages, limit: 1, windowMs: 5000 });
    const url = `${target.apiUrl}/v10/channels/${channelId}/messages`;
    const send = (): Promise<Response> =>
      fetch(url, {
        method: 'POST',
        headers: { authorization: `Bot ${target.botToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ content: 'hi' }),
      });
    expect((await send()).headers.get('x-ratelimit-remaining')).toBe('0');
    const refused = await send();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ retry_after: 5, global: false });
    await clock.advance(5001);
    expect((await send()).status).toBe(200);
  });

  it('reset before they are handled: nothing is stored; after: it is, and the nonce finds it', async () => {
    const running = await runningServer();
    const channel = await textChannel(await bot(running), running.target);
    running.faults.resetRequests({ method: 'POST', path: messages }, 'before');
    await expect(channel.send('before')).rejects.toThrow();
    expect(await stored(running, 'before')).toBe(0);
    running.faults.resetRequests({ method: 'POST', path: messages }, 'after');
    const message = { content: 'after', nonce: 'same', enforceNonce: true };
    await expect(channel.send(message)).rejects.toThrow();
    expect(await stored(running, 'after')).toBe(1);
    await channel.send(message);
    expect(await stored(running, 'after')).toBe(1);
  });

  it('answered too late are posted again by discord.js: twice, but once with a nonce', async () => {
    const running = await runningServer();
    // Long enough for an answer that is not held back, on any machine: else there would be a third.
    const channel = await textChannel(await bot(running, { timeout: 3000 }), running.target);
    running.faults.delayRequests({ method: 'POST', path: messages }, 20_000);
    await channel.send('twice');
    expect(await stored(running, 'twice')).toBe(2);
    running.faults.delayRequests({ method: 'POST', path: messages }, 20_000);
    await channel.send({ content: 'once', nonce: 'n', enforceNonce: true });
    expect(await stored(running, 'once')).toBe(1);
  });

  it('fail after they were done: stored, and the nonce finds it', async () => {
    const running = await runningServer();
    const { faults, target, channelId } = running;
    faults.failAfterwards({ method: 'POST', path: messages }, { status: 503, body: 'gone' });
    const send = (): Promise<{ status: number }> => {
      const body = { content: 'done', nonce: 'n', enforce_nonce: true };
      return rest(target, 'POST', `/channels/${channelId}/messages`, body).catch(() => ({ status: 503 }));
    };
    expect([(await send()).status, (await send()).status]).toEqual([503, 200]);
    expect(await stored(running, 'done')).toBe(1);
    faults.forgetNonces();
    await send();
    expect(await stored(running, 'done')).toBe(2);
  });

  it.each(['user', 'global', 'shared', 'page'] as const)('discord.js waits out a sudden 429: %s', async (scope) => {
    const running = await runningServer();
    const channel = await textChannel(await bot(running), running.target);
    running.faults.limitAtOnce({ method: 'POST', path: messages }, scope, 300);
    const started = performance.now();
    await channel.send('patient');
    expect(performance.now() - started).toBeGreaterThan(250);
    expect(await stored(running, 'patient')).toBe(1);
  });

  it('are refused to bots in a closed channel and its threads, and to nobody else', async () => {
    const running = await runningServer();
    const { faults, target, channelId } = running;
    const path = `/channels/${channelId}/messages`;
    const start = await restAsUser(target, 'POST', path, { content: 'start' });
    const thread = await restAsUser(target, 'POST', `${path}/${start.body.id}/threads`, { name: 'a thread' });
    const gateway = await RawGateway.open(target);
    await gateway.begin(target.botToken, 513 + 32768);
    faults.closeChannel(channelId, 'forbidden');
    expect(await rest(target, 'POST', path, { content: 'x' })).toMatchObject({ status: 403, body: { code: 50001 } });
    const inThread = `/channels/${thread.body.id}/messages`;
    expect(await rest(target, 'GET', inThread)).toMatchObject({ status: 403, body: { code: 50001 } });
    expect((await restAsUser(target, 'POST', path, { content: 'unheard' })).status).toBe(200);
    faults.closeChannel(channelId, 'gone');
    expect(await rest(target, 'POST', path, { content: 'x' })).toMatchObject({ status: 404, body: { code: 10003 } });
    faults.openChannel(channelId);
    expect((await rest(target, 'POST', path, { content: 'open again' })).status).toBe(200);
    await gateway.event('MESSAGE_CREATE', ({ content }) => content === 'open again');
    expect(gateway.frames.filter(({ t, d }) => t === 'MESSAGE_CREATE' && d.content === 'unheard')).toEqual([]);
    gateway.close();
  });

  it('of bots only read while the server is read-only', async () => {
    const { faults, target, channelId } = await runningServer();
    const path = `/channels/${channelId}/messages`;
    faults.readOnly = true;
    expect((await rest(target, 'POST', path, { content: 'x' })).status).toBe(503);
    expect((await rest(target, 'GET', path)).status).toBe(200);
    expect((await restAsUser(target, 'POST', path, { content: 'x' })).status).toBe(200);
    faults.clear();
    expect((await rest(target, 'POST', path, { content: 'x' })).status).toBe(200);
  });

  it('with a file over the limit are 413, and nothing is stored', async () => {
    const running = await runningServer();
    const { faults, target, channelId } = running;
    faults.largestFileBytes = 1000;
    const upload = (size: number): ReturnType<typeof rest> => {
      const form = new FormData();
      form.append('payload_json', JSON.stringify({ content: `with ${size}` }));
      form.append('files[0]', new Blob(['x'.repeat(size)]), 'a.txt');
      return rest(target, 'POST', `/channels/${channelId}/messages`, form);
    };
    expect(await upload(1001)).toMatchObject({ status: 413, body: { code: 40005 } });
    expect((await upload(1000)).status).toBe(200);
    expect([await stored(running, 'with 1001'), await stored(running, 'with 1000')]).toEqual([0, 1]);
  });

  it('a download can break off', async () => {
    const { faults, target, channelId } = await runningServer();
    const form = new FormData();
    form.append('files[0]', new Blob(['x'.repeat(100_000)]), 'a.txt');
    const { body } = await rest(target, 'POST', `/channels/${channelId}/messages`, form);
    const { url } = body.attachments[0] as { url?: string };
    faults.truncateAnswers({ path: /^\/attachments\// });
    await expect(fetch(url!).then((response) => response.text())).rejects.toThrow();
    expect((await (await fetch(url!)).text()).length).toBe(100_000);
  });
});

describe('the gateway', () => {
  it.each([
    ['a cut', (running: RunningServer) => running.faults.dropConnections()],
    ['close code 4000', (running: RunningServer) => running.faults.dropConnections(4000)],
    ['op 7', (running: RunningServer) => running.faults.requestReconnect()],
    ['op 9 true', (running: RunningServer) => running.faults.invalidateSessions(true)],
  ])('discord.js resumes after %s, and gets what it missed', async (_name, strike) => {
    const running = await runningServer();
    const client = await bot(running);
    const heard: string[] = [];
    client.on('messageCreate', ({ content }) => heard.push(content));
    const resumed = nextEvent(client, 'shardResume');
    strike(running);
    const missed = [unique('one'), unique('two')];
    for (const content of missed) await say(running, content);
    await resumed;
    await expect.poll(() => heard).toEqual(missed);
  });

  it('op 9 false ends the session', async () => {
    const { faults, target } = await runningServer();
    const gateway = await RawGateway.open(target);
    const ready = await gateway.begin(target.botToken, 1);
    faults.invalidateSessions(false);
    expect((await gateway.next(({ op }) => op === 9)).d).toBe(false);
    const next = await RawGateway.open(target);
    next.send(6, { token: target.botToken, session_id: ready.session_id, seq: 1 });
    expect((await next.next(({ op }) => op === 9)).d).toBe(false);
  });

  it.each([
    [4004, /Authentication failed/i],
    [4014, /disallowed intents/i],
  ])('a refused identify (%i) reaches the caller of login', async (code, words) => {
    const { faults, target } = await runningServer();
    faults.refuseIdentify(code);
    const client = new Client({ intents: allIntents, rest: { api: target.apiUrl } });
    onTestFinished(() => client.destroy());
    await expect(client.login(target.botToken)).rejects.toThrow(words);
  });

  it('without acknowledged heartbeats discord.js notices and resumes', async () => {
    const running = await runningServer();
    running.faults.heartbeatIntervalMs = 1000; // a client that misses two is closed, and does not resume
    const client = await bot(running);
    const resumed = nextEvent(client, 'shardResume');
    running.faults.withholdAcks = true;
    await nextEvent(client, 'shardReconnecting');
    running.faults.withholdAcks = false;
    await resumed;
  });

  it('a RESUME can stay without any answer', async () => {
    const { faults, target } = await runningServer();
    const first = await RawGateway.open(target);
    const ready = await first.begin(target.botToken, 1);
    first.cut();
    faults.ignoreResume = true;
    const second = await RawGateway.open(target);
    second.send(6, { token: target.botToken, session_id: ready.session_id, seq: 1 });
    second.send(1, null);
    await second.next(({ op }) => op === 11);
    expect(second.frames.map(({ op }) => op)).toEqual([10, 11]);
    expect(second.closeCode).toBeUndefined();
    second.close();
  });

  it('an IDENTIFY can stay without any answer, and a connection without a greeting; the identifies are counted', async () => {
    const { faults, target } = await runningServer();
    faults.ignoreIdentify = true;
    const gateway = await RawGateway.open(target);
    gateway.send(2, { token: target.botToken, intents: 1 });
    gateway.send(1, null);
    await gateway.next(({ op }) => op === 11);
    expect(gateway.frames.map(({ op }) => op)).toEqual([10, 11]);
    gateway.close();
    faults.clear();
    const other = await RawGateway.open(target);
    await other.begin(target.botToken, 1);
    other.close();
    expect(faults.identifies).toBe(2);
    const { body } = await rest(target, 'GET', '/gateway/bot');
    expect(body).toMatchObject({ session_start_limit: { total: 1000, remaining: 999 } });
  });

  it.each(['frozen', 'mute'] as const)(
    'a %s connection tells nothing; a RESUME on another one gets it all',
    async (how) => {
      const running = await runningServer();
      const { faults, target } = running;
      const deaf = await RawGateway.open(target);
      const { session_id } = await deaf.begin(target.botToken, 513 + 32768);
      const seq = deaf.lastSequence();
      const known = deaf.frames.length;
      if (how === 'frozen') faults.freezeConnections();
      else faults.muteConnections();
      await say(running, 'unheard');
      deaf.send(1, seq);
      if (how === 'mute') await deaf.next(({ op }) => op === 11);
      const back = await RawGateway.open(target);
      back.send(6, { token: target.botToken, session_id, seq });
      await back.event('MESSAGE_CREATE', ({ content }) => content === 'unheard');
      await back.event('RESUMED');
      expect(deaf.frames.slice(known).map(({ op }) => op)).toEqual(how === 'mute' ? [11] : []);
      expect(deaf.closeCode).toBeUndefined();
      deaf.cut();
      back.close();
    },
  );

  it('an event can come late, or stay behind the next one for a second at most', async () => {
    const clock = new ManualClock();
    const running = await runningServer({ clock });
    const gateway = await RawGateway.open(running.target);
    await gateway.begin(running.target.botToken, 513 + 32768);
    running.faults.delayDispatches(1, 500, 'MESSAGE_CREATE');
    await say(running, 'late');
    await say(running, 'timely');
    await gateway.event('MESSAGE_CREATE', ({ content }) => content === 'timely');
    await clock.advance(500);
    await gateway.event('MESSAGE_CREATE', ({ content }) => content === 'late');
    running.faults.reorderDispatches(1, 'MESSAGE_CREATE');
    await say(running, 'last');
    await clock.advance(1000);
    await gateway.event('MESSAGE_CREATE', ({ content }) => content === 'last');
    gateway.close();
  });

  it('events come twice or in another order', async () => {
    const running = await runningServer();
    const gateway = await RawGateway.open(running.target);
    await gateway.begin(running.target.botToken, 513 + 32768);
    running.faults.duplicateDispatches(1, 'MESSAGE_CREATE');
    await say(running, 'a');
    running.faults.reorderDispatches(1, 'MESSAGE_CREATE');
    await say(running, 'b');
    await say(running, 'c');
    await gateway.event('MESSAGE_CREATE', ({ content }) => content === 'b');
    const heard = gateway.frames.filter(({ t }) => t === 'MESSAGE_CREATE').map(({ d }) => d.content);
    expect(heard).toEqual(['a', 'a', 'c', 'b']);
    gateway.close();
  });

  it('a client that forgets its heartbeats is closed with 4009; its session ends three minutes later', async () => {
    const clock = new ManualClock();
    const { target } = await runningServer({ clock });
    const first = await RawGateway.open(target);
    const { session_id } = await first.begin(target.botToken, 1);
    await clock.advance(2 * 41_250);
    expect(await first.closed()).toBe(4009);
    const tooLate = async (): Promise<boolean> => {
      const gateway = await RawGateway.open(target);
      gateway.send(6, { token: target.botToken, session_id, seq: 2 });
      const { op } = await gateway.next((frame) => frame.op === 9 || frame.t === 'RESUMED');
      gateway.cut();
      return op === 9;
    };
    expect(await tooLate()).toBe(false);
    // The server hears of the cut a moment later, and counts from then.
    const later = async (): Promise<boolean> => {
      await clock.advance(181_000);
      return tooLate();
    };
    await expect.poll(later).toBe(true);
  });
});

describe('the whole server', () => {
  it('goes away and comes back on the same port, with its sessions', async () => {
    const { faults, target, server } = await runningServer({ pageDirectory: pageFixture() });
    const gateway = await RawGateway.open(target);
    const { session_id } = await gateway.begin(target.botToken, 1);
    const seq = gateway.lastSequence();
    await faults.goAway();
    await gateway.closed();
    await expect(fetch(server.url)).rejects.toThrow();
    await faults.comeBack();
    expect((await fetch(server.url)).status).toBe(200);
    const back = await RawGateway.open(target);
    back.send(6, { token: target.botToken, session_id, seq });
    await back.event('RESUMED');
    back.close();
  });

  it('interactions answered too late are 10062, and their tokens end', async () => {
    const clock = new ManualClock();
    const { target, server } = await runningServer({ clock });
    const self = await rest(target, 'GET', '/users/@me');
    const application = self.body.id;
    const made = await rest(target, 'POST', `/applications/${application}/guilds/${target.guildId}/commands`, {
      name: 'status',
      description: 'How it is',
    });
    const gateway = await RawGateway.open(target);
    await gateway.begin(target.botToken, 1);
    const act = async (): Promise<{ id: string; token: string }> => {
      gateway.frames.length = 0;
      const body = { type: 2, application_id: application, channel_id: target.channelId, data: { id: made.body.id } };
      expect((await rest(target, 'POST', '/interactions', body, server.userToken)).status).toBe(204);
      return (await gateway.event('INTERACTION_CREATE')).d as object as { id: string; token: string };
    };
    const answer = ({ id, token }: { id: string; token: string }): ReturnType<typeof rest> =>
      rest(target, 'POST', `/interactions/${id}/${token}/callback`, { type: 5 });
    const late = await act();
    await clock.advance(3001);
    expect(await answer(late)).toMatchObject({ status: 404, body: { code: 10062 } });
    const timely = await act();
    expect((await answer(timely)).status).toBe(204);
    const original = `/webhooks/${application}/${timely.token}/messages/@original`;
    expect((await rest(target, 'PATCH', original, { content: 'done' })).status).toBe(200);
    await clock.advance(15 * 60_000 + 1);
    expect(await rest(target, 'PATCH', original, { content: 'more' })).toMatchObject({
      status: 401,
      body: { code: 50027 },
    });
  });
});
