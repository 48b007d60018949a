import { MessageType } from 'discord-api-types/v10';

import type { Message, User } from '../../../src/local-discord/page/state/payloads.ts';

export const owner: User = { id: '1', username: 'owner', discriminator: '0', global_name: 'Owner', avatar: null };
export const bot: User = {
  id: '2',
  username: 'bridge',
  discriminator: '0',
  global_name: null,
  avatar: null,
  bot: true,
};

/** A message as the server would give it; what matters is told. */
export function message(id: string, changes: Partial<Message> = {}): Message {
  return {
    id,
    channel_id: '100',
    type: MessageType.Default,
    author: bot,
    content: `message ${id}`,
    timestamp: '2026-05-01T10:00:00.000Z',
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    components: [],
    pinned: false,
    ...changes,
  };
}
