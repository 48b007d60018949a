import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createInterface } from 'node:readline';

import { describe, expect, it, onTestFinished } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import { listOf, rest } from '../conformance/conformance-target.ts';
import { RawGateway } from '../conformance/raw-gateway.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { runningServer } from './running-server.ts';

const messagesOf = (channel: string): string => `/channels/${channel}/messages`;

describe('a new installation', () => {
  it('BX-11: has a page, a bot and a user with secrets of its own', async () => {
    const { server } = await runningServer();
    const { server: other } = await runningServer();
    expect(server.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${server.port}/\\?key=[\\w-]{20,}$`));
    expect(server.api).toBe(`http://127.0.0.1:${server.port}/api`);
    expect(new URL(server.url).search).not.toBe(new URL(other.url).search);
    expect(server.botToken).not.toBe(other.botToken);
    expect(server.userToken).not.toBe(other.userToken);
    // discord.js would cut such a beginning off.
    expect(server.botToken).not.toMatch(/^(bot|bearer)/i);
    expect(server.userId).toMatch(/^\d{18,19}$/);
  });

  it('keeps its file to itself', async () => {
    const dataFile = join(temporaryDirectory(), 'chat.db');
    const { target } = await runningServer({ dataFile });
    await rest(target, 'POST', messagesOf(target.channelId), { content: 'hello' });
    for (const suffix of ['', '-wal']) expect(statSync(dataFile + suffix).mode & 0o777).toBe(0o600);
  });
});

describe('what lasts', () => {
  it('everything survives a restart: tokens, key, users, channels, messages, reactions, files, nonces', async () => {
    const dataFile = join(temporaryDirectory(), 'chat.db');
    const first = await startLocalDiscord({ port: 0, dataFile, clock: systemClock });
    const channelId = first.ensureChannel({ name: 'session-1' });
    const guest = first.addUser({ name: 'Guest' });
    const before = { apiUrl: first.api, botToken: first.botToken, guildId: first.guildId, channelId };
    const form = new FormData();
    form.append('payload_json', JSON.stringify({ content: 'kept', nonce: 'n1', enforce_nonce: true }));
    form.append('files[0]', new Blob(['file content']), 'kept.txt');
    const { body: message } = await rest(before, 'POST', messagesOf(channelId), form);
    await rest(before, 'PUT', `${messagesOf(channelId)}/${message.id}/reactions/${encodeURIComponent('📥')}/@me`);
    const key = new URL(first.url).search;
    await first.close();

    const { server, target } = await runningServer({ dataFile });
    expect(server).toMatchObject({ botToken: first.botToken, userToken: first.userToken, userId: first.userId });
    expect(server.guildId).toBe(first.guildId);
    expect(new URL(server.url).search).toBe(key);
    expect(target.channelId).toBe(channelId);
    expect((await rest(target, 'GET', '/users/@me', undefined, guest.token)).body.id).toBe(guest.id);
    const [kept] = listOf(await rest(target, 'GET', messagesOf(channelId)));
    expect(kept).toMatchObject({ id: message.id, content: 'kept', reactions: [{ count: 1, me: true }] });
    const { url } = kept!.attachments[0] as { url?: string };
    expect(await (await fetch(url!)).text()).toBe('file content');
    const again = await rest(target, 'POST', messagesOf(channelId), {
      content: 'kept',
      nonce: 'n1',
      enforce_nonce: true,
    });
    expect(again.body.id).toBe(message.id);
  });

  it('BX-02: what was answered survives kill -9 of the process', async () => {
    const dataFile = join(temporaryDirectory(), 'chat.db');
    const child = spawn(process.execPath, [join(import.meta.dirname, 'server-process.ts'), dataFile], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const running = JSON.parse(line) as { apiUrl: string; botToken: string; guildId: string; channelId: string };
    const { body } = await rest(running, 'POST', messagesOf(running.channelId), { content: 'answered' });
    child.kill('SIGKILL');
    await once(child, 'exit');

    const { server, target } = await runningServer({ dataFile });
    expect(server.botToken).toBe(running.botToken);
    expect(listOf(await rest(target, 'GET', messagesOf(running.channelId)))[0]).toMatchObject({
      id: body.id,
      content: 'answered',
    });
  });

  it('a nonce is forgotten after some minutes', async () => {
    const clock = new ManualClock();
    const { target, channelId } = await runningServer({ clock });
    const body = { content: 'again', nonce: 'n', enforce_nonce: true };
    const first = await rest(target, 'POST', messagesOf(channelId), body);
    await clock.advance(4 * 60_000);
    expect((await rest(target, 'POST', messagesOf(channelId), body)).body.id).toBe(first.body.id);
    await clock.advance(2 * 60_000);
    expect((await rest(target, 'POST', messagesOf(channelId), body)).body.id).not.toBe(first.body.id);
  });

  it('ids grow over a restart even when the clock went back', async () => {
    const dataFile = join(temporaryDirectory(), 'chat.db');
    const clock = new ManualClock();
    const first = await startLocalDiscord({ port: 0, dataFile, clock });
    const channelId = first.ensureChannel({ name: 'session-1' });
    const before = { apiUrl: first.api, botToken: first.botToken, guildId: first.guildId, channelId };
    const withFiles = (content: string): FormData => {
      const form = new FormData();
      form.append('payload_json', JSON.stringify({ content }));
      for (const index of [0, 1]) form.append(`files[${index}]`, new Blob([content]), `${content}.txt`);
      return form;
    };
    const { body: old } = await rest(before, 'POST', messagesOf(channelId), withFiles('old'));
    const application = (await rest(before, 'GET', '/users/@me')).body.id;
    const commands = `/applications/${application}/commands`;
    const command = await rest(before, 'POST', commands, { name: 'old', description: 'old' });
    await first.close();
    clock.jump(-3_600_000);
    const { target, errors } = await runningServer({ dataFile, clock });
    const { body: young } = await rest(target, 'POST', messagesOf(channelId), withFiles('young'));
    expect(BigInt(young.id) > BigInt(old.id)).toBe(true);
    const other = await rest(target, 'POST', commands, { name: 'young', description: 'young' });
    expect(BigInt(other.body.id) > BigInt(command.body.id)).toBe(true);
    expect(errors).toEqual([]);
  });
});

describe('channels', () => {
  it('are made with the wanted id or by name, and renamed', async () => {
    const { server, target } = await runningServer();
    const id = server.ensureChannel({ id: '123456789012345678', name: 'Session 7' });
    expect(id).toBe('123456789012345678');
    expect((await rest(target, 'GET', `/channels/${id}`)).body).toMatchObject({ id, name: 'session-7', type: 0 });
    expect(server.ensureChannel({ name: 'session-7' })).toBe(id);
    const gateway = await RawGateway.open(target);
    await gateway.begin(target.botToken, 1);
    server.ensureChannel({ id, name: 'renamed' });
    await gateway.event('CHANNEL_UPDATE', (data) => data.id === id);
    expect(server.ensureChannel({ name: 'session-1' })).toBe(target.channelId);
    gateway.close();
  });

  it('are hidden when removed, and come back with their history', async () => {
    const { server, target, channelId } = await runningServer();
    await rest(target, 'POST', messagesOf(channelId), { content: 'old times' });
    server.removeChannel(channelId);
    expect((await rest(target, 'GET', messagesOf(channelId))).body.code).toBe(10003);
    server.removeChannel(channelId);
    server.ensureChannel({ id: channelId, name: 'session-1' });
    expect(listOf(await rest(target, 'GET', messagesOf(channelId)))[0]?.content).toBe('old times');
  });

  it('are erased 30 days after their removal', async () => {
    const dataFile = join(temporaryDirectory(), 'chat.db');
    const clock = new ManualClock();
    const first = await startLocalDiscord({ port: 0, dataFile, clock });
    const channelId = first.ensureChannel({ id: '123456789012345678', name: 'gone' });
    const before = { apiUrl: first.api, botToken: first.botToken, guildId: first.guildId, channelId };
    await rest(before, 'POST', messagesOf(channelId), { content: 'old times' });
    first.removeChannel(channelId);
    await first.close();
    clock.jump(31 * 24 * 3_600_000);
    const { server, target } = await runningServer({ dataFile, clock });
    server.ensureChannel({ id: channelId, name: 'gone' });
    expect(listOf(await rest(target, 'GET', messagesOf(channelId)))).toEqual([]);
  });
});

it('a message that changes tells nobody whose its reactions are', async () => {
  const { server, target, channelId } = await runningServer();
  const { body: message } = await rest(target, 'POST', messagesOf(channelId), { content: 'hello' });
  const path = `${messagesOf(channelId)}/${message.id}`;
  await rest(target, 'PUT', `${path}/reactions/${encodeURIComponent('👍')}/@me`);
  const person = await RawGateway.open(target);
  person.identify(server.userToken);
  await person.event('READY');
  const changes: (readonly [string, string, object?])[] = [
    ['PATCH', path, { content: 'changed' }],
    ['PUT', `/channels/${channelId}/messages/pins/${message.id}`],
    ['POST', `${path}/threads`, { name: 'a thread' }],
  ];
  for (const [method, where, body] of changes) {
    person.frames.length = 0;
    expect((await rest(target, method, where, body)).status, where).toBeLessThan(300);
    const { d: told } = await person.event('MESSAGE_UPDATE', ({ id }) => id === message.id);
    expect(told, where).not.toHaveProperty('reactions');
  }
  const { body: seen } = await rest(target, 'GET', path, undefined, server.userToken);
  expect(seen.reactions).toMatchObject([{ me: false, count: 1 }]);
  person.close();
});

describe('members', () => {
  it('can be added from code: people and bots, with tokens that act as them', async () => {
    const { server, target, channelId } = await runningServer();
    const stranger = server.addUser({ name: 'Stranger' });
    const bot = server.addUser({ name: 'Other Bot', bot: true });
    const said = await rest(target, 'POST', messagesOf(channelId), { content: 'hi' }, stranger.token);
    expect(said.body.author.id).toBe(stranger.id);
    const byBot = await rest(target, 'POST', messagesOf(channelId), { content: 'beep' }, `Bot ${bot.token}`);
    expect(byBot.body.author).toMatchObject({ id: bot.id, bot: true });
    // A person's token is no bot's, and the other way round.
    expect((await rest(target, 'GET', '/users/@me', undefined, `Bot ${stranger.token}`)).status).toBe(401);
    expect((await rest(target, 'GET', '/users/@me', undefined, bot.token)).status).toBe(401);
  });

  it('who are strangers may talk, but not manage', async () => {
    const { server, target, channelId } = await runningServer();
    const { token } = server.addUser({ name: 'Stranger' });
    const { body } = await rest(target, 'POST', messagesOf(channelId), { content: 'the bot said this' });
    const refused = [
      await rest(target, 'DELETE', `${messagesOf(channelId)}/${body.id}`, undefined, token),
      await rest(target, 'DELETE', `/channels/${channelId}`, undefined, token),
      await rest(target, 'POST', `/guilds/${target.guildId}/channels`, { name: 'mine' }, token),
    ];
    for (const answer of refused) expect(answer).toMatchObject({ status: 403, body: { code: 50013 } });
    const direct = await rest(
      target,
      'POST',
      '/users/@me/channels',
      { recipient_id: body.author.id },
      server.userToken,
    );
    const peek = await rest(target, 'GET', messagesOf(direct.body.id), undefined, token);
    expect(peek).toMatchObject({ status: 403, body: { code: 50001 } });
  });
});

it('in a direct channel nobody deletes what the other said, not even in bulk', async () => {
  const { server, target } = await runningServer();
  const bot = (await rest(target, 'GET', '/users/@me')).body.id;
  const direct = await rest(target, 'POST', '/users/@me/channels', { recipient_id: bot }, server.userToken);
  const path = messagesOf(direct.body.id);
  const said = [
    (await rest(target, 'POST', path, { content: 'one' })).body.id,
    (await rest(target, 'POST', path, { content: 'two' })).body.id,
  ];
  const one = await rest(target, 'DELETE', `${path}/${said[0]!}`, undefined, server.userToken);
  expect(one).toMatchObject({ status: 403, body: { code: 50013 } });
  const all = await rest(target, 'POST', `${path}/bulk-delete`, { messages: said }, server.userToken);
  expect(all).toMatchObject({ status: 400, body: { code: 50024 } });
  expect(listOf(await rest(target, 'GET', path))).toHaveLength(2);
});

describe('starting', () => {
  it('on a taken port is refused with the port and the key to change', async () => {
    const { server } = await runningServer();
    await expect(
      startLocalDiscord({ port: server.port, dataFile: ':memory:', clock: systemClock }),
    ).rejects.toMatchObject({
      code: 'local-port-taken',
      message: expect.stringContaining(String(server.port)) as string,
      advice: expect.stringContaining('LOCAL_PORT') as string,
    });
  });

  it('on a damaged file is refused, and the file stays as it is', async () => {
    const dataFile = join(temporaryDirectory(), 'chat.db');
    writeFileSync(dataFile, 'this is no database, however long it may be made to look like one'.repeat(30));
    await expect(startLocalDiscord({ port: 0, dataFile, clock: systemClock })).rejects.toMatchObject({
      code: 'local-data-unreadable',
      message: expect.stringContaining(dataFile) as string,
    });
    expect(statSync(dataFile).size).toBe(65 * 30);
  });

  it('on a file of a newer program is refused with both versions', async () => {
    const dataFile = join(temporaryDirectory(), 'chat.db');
    const database = new DatabaseSync(dataFile);
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(startLocalDiscord({ port: 0, dataFile, clock: systemClock })).rejects.toMatchObject({
      code: 'local-data-newer',
      message: expect.stringContaining('99') as string,
    });
  });

  it('leaves no timer and no socket behind when it is closed with clients connected', async () => {
    const clock = new ManualClock();
    const { server, target, channelId } = await runningServer({ clock });
    const gateway = await RawGateway.open(target);
    await gateway.begin(target.botToken, 513);
    await rest(target, 'POST', messagesOf(channelId), { content: 'hi' });
    await server.close();
    await gateway.closed();
    await expect.poll(() => clock.pending).toBe(0);
    await expect(fetch(server.api)).rejects.toThrow();
  });
});

it('BX-01: people are kept waiting until somebody listens, bots are not', async () => {
  const { server, target } = await runningServer({ people: 'later' });
  const bot = await RawGateway.open(target);
  await bot.begin(target.botToken, 513);
  const early = await RawGateway.open(target);
  early.identify(server.userToken);
  // A code after which a client tries again.
  expect(await early.closed()).toBe(4000);
  server.letPeopleIn();
  expect((await RawGateway.openAsPerson(target)).ready.user.id).toBe(server.userId);
});

it('a route that does not exist is 404 and is remembered', async () => {
  const { server, target, errors } = await runningServer();
  expect(await rest(target, 'GET', '/no/such/route')).toMatchObject({ status: 404, body: { code: 0 } });
  expect((await rest(target, 'DELETE', '/users/@me')).status).toBe(405);
  expect(server.unknownRoutes).toEqual(['GET /no/such/route', 'DELETE /users/@me']);
  expect(errors).toEqual([]);
});
