import type { Client, TextChannel } from 'discord.js';
import { ChannelType } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, expectCode, nextEvent, rest, textChannel, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';

export function threadChecks(reach: Reach): void {
  let client: Client<true>;
  let channel: TextChannel;

  beforeAll(async () => {
    client = await connectBot(reach());
    channel = await textChannel(client, reach());
  });
  afterAll(() => client.destroy());

  it('a thread made from a message has its id, and there is one only', async () => {
    const message = await channel.send(unique('start'));
    const heard = nextEvent(client, 'threadCreate', (thread) => thread.id === message.id);
    const thread = await message.startThread({ name: 'from a message' });
    await heard;
    expect(thread.id).toBe(message.id);
    expect(thread.parentId).toBe(channel.id);
    const again = await rest(reach(), 'POST', `/channels/${channel.id}/messages/${message.id}/threads`, {
      name: 'again',
    });
    expect(again).toMatchObject({ status: 400, body: { code: 160004 } });
    const fetched = await channel.messages.fetch({ message: message.id, force: true });
    expect(fetched.hasThread).toBe(true);
    await thread.delete();
  });

  it('messages in a thread say so and have their own history', async () => {
    const thread = await channel.threads.create({ name: 'a thread', type: ChannelType.PublicThread });
    const content = unique('in the thread');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    await thread.send(content);
    const [message] = await heard;
    expect(message.channelId).toBe(thread.id);
    expect(message.channel.isThread()).toBe(true);
    expect((await thread.messages.fetch({ limit: 5 })).map((one) => one.content)).toContain(content);
    expect((await channel.messages.fetch({ limit: 5 })).map((one) => one.content)).not.toContain(content);
    await thread.delete();
    await expectCode(client.channels.fetch(thread.id, { force: true }), 10003);
  });

  it('archiving: listed, closed to edits (50083), woken by a message', async () => {
    const thread = await channel.threads.create({ name: 'to be archived', type: ChannelType.PublicThread });
    const message = await thread.send(unique('old'));
    expect((await channel.threads.fetchActive()).threads.has(thread.id)).toBe(true);
    const heard = nextEvent(client, 'threadUpdate', (_old, changed) => changed.id === thread.id);
    await thread.setArchived(true);
    expect((await heard)[1].archived).toBe(true);
    expect((await channel.threads.fetchActive()).threads.has(thread.id)).toBe(false);
    expect((await channel.threads.fetchArchived()).threads.has(thread.id)).toBe(true);
    expect(
      await rest(reach(), 'PATCH', `/channels/${thread.id}/messages/${message.id}`, { content: 'new' }),
    ).toMatchObject({ status: 400, body: { code: 50083 } });
    await thread.send(unique('wake up'));
    expect((await thread.fetch(true)).archived).toBe(false);
    await thread.delete();
  });

  it('members join and leave', async () => {
    const thread = await channel.threads.create({ name: 'members', type: ChannelType.PublicThread });
    expect((await thread.members.fetch()).has(client.user.id)).toBe(true);
    await thread.leave();
    expect((await thread.members.fetch({ cache: false })).has(client.user.id)).toBe(false);
    await thread.join();
    expect((await thread.members.fetch({ cache: false })).has(client.user.id)).toBe(true);
    await thread.delete();
  });

  it('a name of more than 100 characters is 50035', async () => {
    await expectCode(channel.threads.create({ name: 'n'.repeat(101), type: ChannelType.PublicThread }), 50035);
  });
}
