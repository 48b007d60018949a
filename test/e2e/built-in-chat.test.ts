import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import { ChatUser } from './support/chat-user.ts';
import { Installation } from './support/installation.ts';
import type { StatusJson } from './support/installation.ts';
import { until } from './support/until.ts';

let bridge: Installation;

beforeEach(() => {
  bridge = new Installation();
});

afterEach(async () => {
  await bridge.destroy();
});

async function pageUser(): Promise<{ user: ChatUser; status: StatusJson; channel: string }> {
  const status = await bridge.json<StatusJson>('status');
  const channel = status.sessions[0]!.channel;
  return { user: new ChatUser({ api: status.chat.api, token: status.chat.userToken }), status, channel };
}

describe('without a Discord token', () => {
  it('BX-11: the first start has a session, a page, and a round trip', async () => {
    expect(await bridge.startDaemon()).toEqual({ kind: 'ready' });
    const { user, status, channel } = await pageUser();
    expect(status.chat).toMatchObject({ kind: 'local', state: 'ready' });
    expect((await fetch(status.chat.url)).status).toBe(200);
    expect((await fetch(status.chat.url.replace(/key=.*/, 'key=wrong'))).status).toBe(403);
    await user.say(channel, 'hello');
    await user.hears(channel, 'You said: hello');
  });

  it('BX-11: the topic of a channel tells what its session does', async () => {
    await bridge.startDaemon();
    const { user, channel } = await pageUser();
    await user.seesTopic(channel, '🟢 idle · session 1 · scripted · ');
    await user.say(channel, 'ask');
    await user.seesTopic(channel, '🟡 waiting for a permission');
    const [prompt] = await bridge.json<readonly { id: string }[]>('prompts');
    await bridge.run('vai', ['answer', prompt!.id, 'allow']);
    await user.seesTopic(channel, '🟢 idle');
    process.kill((await bridge.session(1)).pid!, 'SIGKILL');
    await user.seesTopic(channel, '🔴 lost');
    await user.seesTopic(channel, '🟢 idle');
  });

  it('BX-11: page key, token and history outlive kill -9', async () => {
    await bridge.startDaemon();
    const before = await pageUser();
    const id = await before.user.say(before.channel, 'remember me');
    await before.user.seesReaction(before.channel, id, '✅');
    await bridge.endDaemon('SIGKILL');
    await bridge.startDaemon();
    const after = await pageUser();
    expect(after.status.chat.userToken).toBe(before.status.chat.userToken);
    expect(new URL(after.status.chat.url).searchParams.get('key')).toBe(
      new URL(before.status.chat.url).searchParams.get('key'),
    );
    const texts = (await after.user.read(after.channel)).map((message) => message.content);
    expect(texts).toEqual(['remember me', 'You said: remember me']);
  });

  it('MS-06: who removed the last session finds none after a restart, and the number is not given again', async () => {
    await bridge.startDaemon();
    expect((await bridge.run('vai', ['remove-session', '1'])).exitCode).toBe(0);
    await bridge.endDaemon('SIGTERM');
    await bridge.startDaemon();
    expect(await bridge.json<readonly unknown[]>('list-sessions')).toEqual([]);
    expect((await bridge.run('vai', ['add-session', 'new'])).stdout).toContain('Success: Session 2 added');
  });

  it('MS-05 MS-06: dp and vai from a shell', async () => {
    await bridge.startDaemon();
    const { user, channel } = await pageUser();
    expect((await bridge.run('dp', ['42'])).exitCode).toBe(0);
    await user.hears(channel, '42');
    expect((await bridge.run('dp', ['1', 'two\\nlines'])).exitCode).toBe(0);
    await user.hears(channel, 'two\nlines');
    expect((await bridge.run('dp', ['1', '-'], { input: 'from stdin' })).exitCode).toBe(0);
    await user.hears(channel, 'from stdin');
    expect((await bridge.run('dp', [channel, 'by channel'])).exitCode).toBe(0);
    await user.hears(channel, 'by channel');
    const unknown = await bridge.run('dp', ['9', 'nobody']);
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toMatch(/no session 9/);
    expect((await bridge.run('dp', [''])).exitCode).not.toBe(0);
    expect((await bridge.run('vai', ['send', '1', 'by hand'])).exitCode).toBe(0);
    await user.hears(channel, 'You said: by hand');
  });

  it('MS-01: the map of the built-in server and that of Discord never mix', async () => {
    await bridge.startDaemon();
    const local = await pageUser();
    await local.user.say(local.channel, 'count');
    await local.user.hears(local.channel, /1/);
    const { agentSession } = await bridge.session(1);
    await bridge.endDaemon('SIGTERM');

    const discord = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock });
    try {
      bridge.environment['DISCORD_API_URL'] = discord.api;
      bridge.environment['DISCORD_BOT_TOKEN'] = discord.botToken;
      bridge.environment['OWNER_USER_ID'] = discord.userId;
      await bridge.startDaemon();
      expect(await bridge.json<readonly unknown[]>('list-sessions')).toEqual([]);
      expect(await bridge.tmuxSessions()).toEqual([]);
      const channel = discord.ensureChannel({ name: 'work' });
      expect((await bridge.run('vai', ['add-session', channel])).stdout).toContain('Success: Session 2 added');
      const user = new ChatUser({ api: discord.api, token: discord.userToken });
      await user.say(channel, 'hello');
      await user.hears(channel, 'You said: hello');
      await bridge.endDaemon('SIGTERM');
    } finally {
      await discord.close();
      for (const name of ['DISCORD_API_URL', 'DISCORD_BOT_TOKEN', 'OWNER_USER_ID']) {
        Reflect.deleteProperty(bridge.environment, name);
      }
    }
    await bridge.startDaemon();
    expect(await bridge.tmuxSessions()).toEqual(['claude-session-1']);
    expect(await bridge.session(1)).toMatchObject({ agentSession, lifecycle: 'running' });
  });
});

describe('a start that fails', () => {
  it('a token that the server does not take: one line that says what to do, exit code 1', async () => {
    const discord = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock });
    try {
      bridge.environment['DISCORD_API_URL'] = discord.api;
      bridge.environment['DISCORD_BOT_TOKEN'] = 'not.the.token-of-anybody';
      const { exitCode, stderr } = await bridge.run('vai', ['start']);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/DISCORD_BOT_TOKEN/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr).not.toContain('not.the.token-of-anybody');
      await until(() => bridge.processes().length === 0, { what: 'the daemon to be gone' });
    } finally {
      await discord.close();
    }
  });

  it('no network: the bridge waits for it, says so, and goes on when it is there', async () => {
    const discord = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock });
    const { api, botToken, userId } = discord;
    const channel = discord.ensureChannel({ name: 'work' });
    await discord.close();
    bridge.environment['DISCORD_API_URL'] = api;
    bridge.environment['DISCORD_BOT_TOKEN'] = botToken;
    bridge.environment['OWNER_USER_ID'] = userId;
    bridge.writeSessions({ 1: channel });
    expect(await bridge.startDaemon()).toEqual({ kind: 'ready' });
    expect((await bridge.json<StatusJson>('status')).chat.state).toBe('connecting');
    expect((await bridge.session(1)).state).toBe('idle');
  });

  it.each([
    ['garbage', '{"1": ', /is not JSON/],
    ['a duplicate channel', '{"1": "123456789012345678", "2": "123456789012345678"}', /two sessions, 1 and 2/],
    ['a wrong channel id', '{"1": "general"}', /"general"/],
  ])('MS-01: sessions.json with %s: a clear error, the file untouched', async (_name, content, message) => {
    bridge.writeConfig('sessions.local.json', content);
    const { exitCode, stderr } = await bridge.run('vai', ['start']);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
    expect(bridge.readConfig('sessions.local.json')).toBe(content);
    await until(() => bridge.processes().length === 0, { what: 'the daemon to be gone' });
  });
});
