import type { Client } from 'discord.js';
import { ChannelType, PermissionFlagsBits } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, expectCode, listOf, nextEvent, rest, restAsUser, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';
import { RawGateway } from './raw-gateway.ts';

export function channelChecks(reach: Reach, withUser: boolean): void {
  let client: Client<true>;

  beforeAll(async () => {
    client = await connectBot(reach());
  });
  afterAll(() => client.destroy());

  it('a channel is made, renamed and deleted, each with its event', async () => {
    const guild = client.guilds.cache.get(reach().guildId)!;
    const made = nextEvent(client, 'channelCreate', (channel) => channel.name === 'made-by-test');
    const channel = await guild.channels.create({ name: 'Made by Test', type: ChannelType.GuildText, topic: 'topic' });
    expect((await made)[0].id).toBe(channel.id);
    expect(channel.topic).toBe('topic');
    const renamed = nextEvent(client, 'channelUpdate', (_old, changed) => changed.id === channel.id);
    await channel.setName('renamed');
    expect((await renamed)[1]).toMatchObject({ name: 'renamed' });
    const listed = await rest(reach(), 'GET', `/guilds/${guild.id}/channels`);
    expect(listOf(listed).map(({ id }) => id)).toContain(channel.id);
    const gone = nextEvent(client, 'channelDelete', ({ id }) => id === channel.id);
    await channel.delete();
    await gone;
    await expectCode(client.channels.fetch(channel.id, { force: true }), 10003);
    expect((await rest(reach(), 'POST', `/channels/${channel.id}/messages`, { content: 'hi' })).body.code).toBe(10003);
  });

  it.skipIf(!withUser)('a topic set by the bot, or by a person who may, is told to everybody', async () => {
    const { person } = await RawGateway.openAsPerson(reach());
    const guild = client.guilds.cache.get(reach().guildId)!;
    const channel = await guild.channels.create({ name: 'topics', type: ChannelType.GuildText });
    await channel.setTopic('🟢 idle · claude-code');
    const { d: told } = await person.event('CHANNEL_UPDATE', ({ id }) => id === channel.id);
    expect(told.topic).toBe('🟢 idle · claude-code');
    const heard = nextEvent(client, 'channelUpdate', (_old, { id }) => id === channel.id);
    const changed = await restAsUser(reach(), 'PATCH', `/channels/${channel.id}`, {
      topic: 'mine',
      name: 'Their Name',
    });
    expect(changed.status).toBe(200);
    expect((await heard)[1]).toMatchObject({ topic: 'mine', name: 'their-name' });
    await expectCode(channel.setTopic('x'.repeat(1025)), 50035);
    await channel.delete();
    person.close();
  });

  it('BX-01: without Read Message History a history is empty, and one message is 50001', async () => {
    const guild = client.guilds.cache.get(reach().guildId)!;
    const channel = await guild.channels.create({ name: 'unreadable', type: ChannelType.GuildText });
    const { id } = await channel.send('still there');
    const told = nextEvent(client, 'channelUpdate', (_old, changed) => changed.id === channel.id);
    const path = `/channels/${channel.id}/permissions/${client.user.id}`;
    const deny = String(PermissionFlagsBits.ReadMessageHistory);
    expect((await rest(reach(), 'PUT', path, { type: 1, deny })).status).toBe(204);
    const [, changed] = await told;
    expect(
      'permissionOverwrites' in changed && changed.permissionOverwrites.cache.get(client.user.id)?.deny.bitfield,
    ).toBe(PermissionFlagsBits.ReadMessageHistory);
    expect((await rest(reach(), 'GET', `/channels/${channel.id}/messages`)).body).toEqual([]);
    const one = await rest(reach(), 'GET', `/channels/${channel.id}/messages/${id}`);
    expect([one.status, one.body.code]).toEqual([403, 50001]);
    expect((await rest(reach(), 'DELETE', path)).status).toBe(204);
    expect(listOf(await rest(reach(), 'GET', `/channels/${channel.id}/messages`)).map((seen) => seen.id)).toEqual([id]);
    await channel.delete();
  });

  it.skipIf(!withUser)('what the bot may not see is not told to it, but for the channel itself', async () => {
    const guild = client.guilds.cache.get(reach().guildId)!;
    const channel = await guild.channels.create({ name: 'hidden', type: ChannelType.GuildText });
    const path = `/channels/${channel.id}/permissions/${client.user.id}`;
    const hidden = nextEvent(client, 'channelUpdate', (_old, changed) => changed.id === channel.id);
    const deny = String(PermissionFlagsBits.ViewChannel);
    expect((await restAsUser(reach(), 'PUT', path, { type: 1, deny })).status).toBe(204);
    await hidden;
    const heard: string[] = [];
    client.on('messageCreate', (message) => heard.push(message.content));
    const [secret, open] = [unique('secret'), unique('open')];
    await restAsUser(reach(), 'POST', `/channels/${channel.id}/messages`, { content: secret });
    expect((await rest(reach(), 'GET', `/channels/${channel.id}/messages`)).body.code).toBe(50001);
    const shown = nextEvent(client, 'channelUpdate', (_old, changed) => changed.id === channel.id);
    expect((await restAsUser(reach(), 'DELETE', path)).status).toBe(204);
    await shown;
    const last = nextEvent(client, 'messageCreate', (message) => message.content === open);
    await restAsUser(reach(), 'POST', `/channels/${channel.id}/messages`, { content: open });
    await last;
    expect(heard).not.toContain(secret);
    await channel.delete();
  });

  it.skipIf(!withUser)('a direct message reaches the bot, is marked as one, and is answered', async () => {
    const opened = await restAsUser(reach(), 'POST', '/users/@me/channels', { recipient_id: client.user.id });
    expect(opened.body.type).toBe(ChannelType.DM);
    const again = await restAsUser(reach(), 'POST', '/users/@me/channels', { recipient_id: client.user.id });
    expect(again.body.id).toBe(opened.body.id);
    const content = unique('just for you');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    await restAsUser(reach(), 'POST', `/channels/${opened.body.id}/messages`, { content });
    const [message] = await heard;
    expect(message.guildId).toBeNull();
    expect(message.channel.isDMBased()).toBe(true);
    await message.react('✅');
    const answer = await message.reply(unique('thank you'));
    const history = await restAsUser(reach(), 'GET', `/channels/${opened.body.id}/messages`);
    expect(listOf(history)[0]?.id).toBe(answer.id);
    expect(listOf(history)[0]?.author.id).toBe(client.user.id);
  });

  it.skipIf(!withUser)('the bot can write first', async () => {
    const { body: user } = await restAsUser(reach(), 'GET', '/users/@me');
    const sent = await (await client.users.fetch(user.id)).send(unique('hello'));
    expect(sent.channel.isDMBased()).toBe(true);
  });
}
