import type { Client } from 'discord.js';
import { ChannelType } from 'discord.js';
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
