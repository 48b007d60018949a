import { ChannelType } from 'discord-api-types/v10';
import { z } from 'zod';

import type { ChannelId } from '../../src/model/session.ts';
import { describeChatActs } from '../contracts/chat-acts.ts';
import type { ActWorld } from '../contracts/chat-acts.ts';
import { describeChatTransport } from '../contracts/chat-transport.ts';
import type { SeenPost } from '../contracts/chat-transport.ts';
import { openLocalWorld, postsPath, reactionNames, wordsOfActs } from './local-world.ts';
import type { SeenMessage } from './local-world.ts';
import { Person } from './person.ts';

const refusals = {
  'chat-forbidden': { status: 403, body: { message: 'Missing Permissions', code: 50013 } },
  'chat-not-found': { status: 404, body: { message: 'Unknown Channel', code: 10003 } },
  'chat-too-large': { status: 413, body: { message: 'Request entity too large', code: 40005 } },
  'chat-invalid': { status: 400, body: { message: 'Invalid Form Body', code: 50035 } },
} as const;

describeChatTransport('DiscordTransport', open);
describeChatActs('DiscordTransport', open);

async function open(): Promise<ActWorld> {
  const world = await openLocalWorld();
  const person = await Person.open(world);
  return {
    transport: world.transport(),
    channel: world.channel,
    channelName: 'one',
    unknownChannel: '222222222222222222' as ChannelId,
    userId: world.server.userId,
    say: (text, channel) => world.say(text, channel),
    change: async (id, content) => {
      await world.request('PATCH', `/channels/${world.channel}/messages/${id}`, { content });
    },
    takeBack: async (ids) => {
      const messages = `/channels/${world.channel}/messages`;
      if (ids.length === 1) await world.request('DELETE', `${messages}/${ids[0]!}`);
      else await world.request('POST', `${messages}/bulk-delete`, { messages: ids });
    },
    openThread: async () => {
      const wanted = { name: 'a thread', type: ChannelType.PublicThread };
      const made = await world.request('POST', `/channels/${world.channel}/threads`, wanted);
      return z.object({ id: z.string() }).parse(made).id as ChannelId;
    },
    archive: async (thread) => {
      await world.request('PATCH', `/channels/${thread}`, { archived: true });
    },
    posts: async (channel) => {
      const posts = (await world.messages(channel)).filter(({ author }) => author.bot === true);
      return Promise.all(posts.map(seenPost));
    },
    reactions: async (messageId) => reactionNames(await world.get(messageId)),
    topic: async () =>
      z.object({ topic: z.string() }).parse(await world.request('GET', `/channels/${world.channel}`)).topic,
    refuseNextSend: (code) => world.faults.failRequests({ method: 'POST', path: postsPath }, refusals[code]),
    loseNextSend: (when) => world.faults.resetRequests({ method: 'POST', path: postsPath }, when),
    interrupt: async (meanwhile) => {
      world.faults.dropConnections();
      await meanwhile();
    },
    forgetSession: () => world.faults.invalidateSessions(false),
    act: async (deed) => person.outcome(await person.act(deed)),
    failedWords: wordsOfActs.failed,
    controls: async (id) => (await world.get(id)).components.map(({ components }) => components.map(labelOf)),
    pinged: async (id) => (await world.get(id)).mentions.map((user) => user.id),
    addMember: async () => {
      const role = world.server.addRole({ name: 'Team' });
      return { id: world.server.addUser({ name: 'Bob', roles: [role] }).id, roles: [role] };
    },
    close: async () => {
      person.close();
      await world.close();
    },
  };
}

function labelOf({ label, placeholder }: SeenMessage['components'][number]['components'][number]): string {
  return label ?? placeholder ?? '';
}

async function seenPost({ id, content, message_reference: reference, attachments }: SeenMessage): Promise<SeenPost> {
  const files = await Promise.all(
    attachments.map(async ({ filename, url }) => ({ name: filename, text: await (await fetch(url)).text() })),
  );
  return {
    id,
    text: content,
    ...(reference?.message_id === undefined ? {} : { replyTo: reference.message_id }),
    ...(files.length === 0 ? {} : { files }),
  };
}
