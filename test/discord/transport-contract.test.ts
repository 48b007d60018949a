import { z } from 'zod';

import type { ChannelId } from '../../src/model/session.ts';
import { describeChatTransport } from '../contracts/chat-transport.ts';
import { openLocalWorld, postsPath, reactionNames } from './local-world.ts';

const refusals = {
  'chat-forbidden': { status: 403, body: { message: 'Missing Permissions', code: 50013 } },
  'chat-not-found': { status: 404, body: { message: 'Unknown Channel', code: 10003 } },
  'chat-invalid': { status: 400, body: { message: 'Invalid Form Body', code: 50035 } },
} as const;

describeChatTransport('DiscordTransport', async () => {
  const world = await openLocalWorld();
  return {
    transport: world.transport(),
    channel: world.channel,
    channelName: 'one',
    unknownChannel: '222222222222222222' as ChannelId,
    say: (text) => world.say(text),
    posts: async () =>
      (await world.messages())
        .filter(({ author }) => author.bot === true)
        .map(({ id, content, message_reference: reference }) => ({
          id,
          text: content,
          ...(reference?.message_id === undefined ? {} : { replyTo: reference.message_id }),
        })),
    reactions: async (messageId) => reactionNames(await world.get(messageId)),
    topic: async () =>
      z.object({ topic: z.string() }).parse(await world.request('GET', `/channels/${world.channel}`)).topic,
    refuseNextSend: (code) => world.faults.failRequests({ method: 'POST', path: postsPath }, refusals[code]),
    loseNextSend: (when) => world.faults.resetRequests({ method: 'POST', path: postsPath }, when),
    interrupt: async (meanwhile) => {
      world.faults.dropConnections();
      await meanwhile();
    },
    close: () => world.close(),
  };
});
