import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { DiscordInquiry } from '../../src/discord/diagnosis.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../src/local-discord/local-discord.ts';

let server: LocalDiscord;
let faults: Faults;
let inquiry: DiscordInquiry;
beforeEach(async () => {
  faults = new Faults();
  server = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock, faults });
  inquiry = ask(server.botToken);
});
afterEach(() => server.close());

function ask(token: string, timeoutMs = 8000): DiscordInquiry {
  return new DiscordInquiry({ token, apiUrl: server.api, clock: systemClock, timeoutMs });
}

describe('DiscordInquiry', () => {
  it('asks who the bot is, with the time of the server', async () => {
    const before = Date.now();
    const me = await inquiry.me();
    expect(me).toMatchObject({ kind: 'ok', value: { username: 'claude-bridge' } });
    const date = me.kind === 'ok' ? (me.date ?? 0) : 0;
    // Servers tell whole seconds.
    expect(date).toBeGreaterThan(before - 1500);
    expect(date).toBeLessThan(Date.now() + 1500);
  });

  it('takes a token with the prefix that people copy along', async () => {
    expect((await ask(`Bot ${server.botToken}\n`).me()).kind).toBe('ok');
  });

  it.each(['', 'two\nlines', 'a\u0001b', 'a\u2026b'])('%j is no token, and is not repeated', async (token) => {
    expect(await ask(token).me()).toEqual({ kind: 'unauthorized' });
  });

  it('asks the same question once', async () => {
    await Promise.all([inquiry.me(), inquiry.me()]);
    await faults.goAway();
    expect((await inquiry.me()).kind).toBe('ok');
    expect((await inquiry.guilds()).kind).toBe('unreachable');
    await faults.comeBack();
  });

  it('knows whether messages may be read', async () => {
    expect(await inquiry.application()).toMatchObject({ kind: 'ok', value: { readsContent: true } });
    const flags = (1 << 18) | (1 << 23);
    faults.failRequests({ path: /applications/ }, { status: 200, body: { id: '1', name: 'x', flags } });
    expect(await ask(server.botToken).application()).toMatchObject({ value: { readsContent: true } });
    faults.failRequests({ path: /applications/ }, { status: 200, body: { id: '1', name: 'x', flags: 1 << 23 } });
    expect(await ask(server.botToken).application()).toMatchObject({ value: { readsContent: false } });
  });

  it('lists text channels as Discord shows them, with their category', async () => {
    const body = [
      { id: '3', type: 0, name: 'late', parent_id: '10', position: 2 },
      { id: '2', type: 0, name: 'early', parent_id: '10', position: 1 },
      { id: '9', type: 2, name: 'Voice', position: 0 },
      { id: '1', type: 0, name: 'top', position: 5 },
      { id: '10', type: 4, name: 'Work', position: 0 },
    ];
    faults.failRequests({ path: /guilds\/7\/channels/ }, { status: 200, body: JSON.stringify(body) });
    const answer = await inquiry.textChannels({ id: '7', name: 'Home' });
    expect(answer).toMatchObject({
      kind: 'ok',
      value: [
        { id: '1', name: 'top', category: undefined, guild: 'Home' },
        { id: '2', name: 'early', category: 'Work' },
        { id: '3', name: 'late', category: 'Work' },
      ],
    });
  });

  it('sees a channel, a thread by its parent, and not what is not there', async () => {
    const channel = server.ensureChannel({ name: 'shop' });
    expect(await inquiry.channel(channel)).toMatchObject({
      kind: 'ok',
      value: { kind: 'seen', name: 'shop', missing: [] },
    });
    expect(await inquiry.channel('111111111111111111')).toMatchObject({ value: { kind: 'unseen' } });
    const thread = { id: '222222222222222222', type: 11, name: 'talk', guild_id: server.guildId, parent_id: channel };
    faults.failRequests({ path: /channels\/222/ }, { status: 200, body: thread });
    expect(await inquiry.channel(thread.id)).toMatchObject({ value: { kind: 'seen', name: 'talk', missing: [] } });
  });

  it('tells a bot in time-out', async () => {
    const channel = server.ensureChannel({ name: 'shop' });
    const body = { roles: [], communication_disabled_until: new Date(Date.now() + 60_000).toISOString() };
    faults.failRequests({ path: /members/ }, { status: 200, body });
    const answer = await inquiry.channel(channel);
    expect(answer).toMatchObject({ value: { kind: 'seen', missing: expect.arrayContaining(['Send Messages']) } });
  });

  it('waits for an answer as long as it is told', async () => {
    faults.delayRequests({ times: Infinity }, 400, 'before');
    expect(await ask(server.botToken, 50).me()).toEqual({ kind: 'unreachable', reason: 'no answer within 50 ms' });
  });
});
