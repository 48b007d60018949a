import { Client } from 'discord.js';
import { expect, it } from 'vitest';

import { allIntents, connectBot, expectCode, rest } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';
import { RawGateway } from './raw-gateway.ts';

export function loginChecks(reach: Reach): void {
  it('discord.js logs in and knows the guild, the channel and itself', async () => {
    const { guildId, channelId } = reach();
    const client = await connectBot(reach());
    try {
      expect(client.isReady()).toBe(true);
      expect(client.user.bot).toBe(true);
      const guild = client.guilds.cache.get(guildId);
      expect(guild?.available).toBe(true);
      expect(guild?.channels.cache.has(channelId)).toBe(true);
      expect(guild?.members.me?.id).toBe(client.user.id);
      expect((await client.application.fetch()).id).toBe(client.application.id);
    } finally {
      await client.destroy();
    }
  });

  it('discord.js rejects a wrong token with TokenInvalid', async () => {
    const client = new Client({ intents: allIntents, rest: { api: reach().apiUrl } });
    await expect(client.login('wrong.token.here')).rejects.toMatchObject({ code: 'TokenInvalid' });
    await client.destroy();
  });

  it('READY has what a client needs, and no null where a key is optional', async () => {
    const gateway = await RawGateway.open(reach());
    const ready = await gateway.begin(reach().botToken, 1);
    expect(ready).toMatchObject({
      v: 10,
      user: { id: expect.stringMatching(/^\d{15,20}$/) as string, bot: true },
      session_id: expect.any(String) as string,
      resume_gateway_url: expect.stringMatching(/^wss?:\/\//) as string,
      application: { id: expect.any(String) as string, flags: expect.any(Number) as number },
    });
    expect(ready.guilds).toContainEqual({ id: reach().guildId, unavailable: true });
    const guild = await gateway.event('GUILD_CREATE', (data) => data.id === reach().guildId);
    expect(guild.d.channels.map(({ id }) => id)).toContain(reach().channelId);
    gateway.close();
  });

  it('a request without a token, or with a wrong one, is 401', async () => {
    expect(await rest(reach(), 'GET', '/users/@me', undefined, '')).toMatchObject({ status: 401, body: { code: 0 } });
    expect(await rest(reach(), 'GET', '/users/@me', undefined, 'Bot nonsense')).toMatchObject({ status: 401 });
    expect(await rest(reach(), 'GET', '/gateway/bot', undefined, reach().botToken)).toMatchObject({ status: 401 });
  });

  it('gateway/bot tells shards and the limit of sessions', async () => {
    const { body } = await rest(reach(), 'GET', '/gateway/bot');
    expect(body).toMatchObject({
      url: expect.stringMatching(/^wss?:\/\/[^?]+$/) as string,
      shards: 1,
      session_start_limit: { total: expect.any(Number) as number, remaining: expect.any(Number) as number },
    });
  });

  it('users, guild, roles and members can be read; unknown ones have their codes', async () => {
    const { guildId } = reach();
    const client = await connectBot(reach());
    try {
      const self = client.user.id;
      expect((await client.users.fetch(self, { force: true })).id).toBe(self);
      await expectCode(client.users.fetch('100000000000000001'), 10013);
      const guild = await client.guilds.fetch({ guild: guildId, force: true });
      expect(guild.id).toBe(guildId);
      expect((await guild.roles.fetch()).has(guildId)).toBe(true);
      expect((await guild.members.fetch({ user: self, force: true })).joinedTimestamp).toBeGreaterThan(0);
      await expectCode(guild.members.fetch({ user: '100000000000000001', force: true }), 10007);
      await expectCode(client.guilds.fetch({ guild: '100000000000000001', force: true }), 10004);
    } finally {
      await client.destroy();
    }
  });
}
