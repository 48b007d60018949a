import type { Client, TextChannel } from 'discord.js';
import { ChannelType } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import type { RestAnswer } from './conformance-target.ts';
import { connectBot, expectCode, nextEvent, rest, restAsUser, textChannel, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';

export function threadChecks(reach: Reach, withUser: boolean): void {
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

  it('archived threads come in pages, the last archived first; private ones also as those that one has joined', async () => {
    const made: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const thread = await channel.threads.create({ name, type: ChannelType.PrivateThread, invitable: false });
      await thread.setArchived(true);
      made.push(thread.id);
    }
    const list = async (path: string): Promise<RestAnswer> => {
      const answer = await rest(reach(), 'GET', `/channels/${channel.id}/${path}`);
      expect(answer.status).toBe(200);
      return answer;
    };
    const idsOf = ({ body }: RestAnswer): string[] => body.threads.map(({ id }) => id);
    const first = await list('threads/archived/private?limit=2');
    expect(idsOf(first)).toEqual([made[2], made[1]]);
    expect(first.body.has_more).toBe(true);
    const before = first.body.threads[1]!.thread_metadata.archive_timestamp;
    const second = await list(`threads/archived/private?limit=2&before=${encodeURIComponent(before)}`);
    expect(idsOf(second)).toContain(made[0]);
    expect(idsOf(second)).not.toContain(made[1]);
    const joined = await list('users/@me/threads/archived/private?limit=2');
    expect(idsOf(joined)).toEqual([made[2], made[1]]);
    expect(idsOf(await list(`users/@me/threads/archived/private?limit=2&before=${made[1]!}`))).toContain(made[0]);
    for (const id of made) await rest(reach(), 'DELETE', `/channels/${id}`);
  });

  it.skipIf(!withUser)('a bot hears what is said in a public thread that it has left', async () => {
    const thread = await channel.threads.create({ name: 'left', type: ChannelType.PublicThread });
    await thread.leave();
    const content = unique('in a thread of others');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    await restAsUser(reach(), 'POST', `/channels/${thread.id}/messages`, { content });
    expect((await heard)[0].channelId).toBe(thread.id);
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
