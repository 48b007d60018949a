import { Routes } from 'discord.js';
import type { RESTPostAPIChannelMessageJSONBody } from 'discord.js';
import { z } from 'zod';

import { BridgeError } from '../base/errors.ts';
import type { ChatPart } from '../contracts/chat.ts';
import type { ReactionName } from '../model/outbound.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import { reactionEmoji } from './reactions.ts';
import type { RestCalls } from './rest-calls.ts';
import { isAboutReply } from './send-errors.ts';
import { openUploads, uploadBody } from './uploads.ts';
import type { Upload } from './uploads.ts';

const createdMessage = z.object({ id: z.string() });

/** What the bot says, sets and shows, as requests. Keeps nothing. Errors are those of the ChatTransport contract. */
export class Sender {
  readonly #rest: RestCalls;

  constructor(rest: RestCalls) {
    this.#rest = rest;
  }

  /**
   * Posts one part. Nobody is pinged, whatever the text says; a part whose question cannot be replied to goes without.
   * @returns the server's id of the message.
   */
  async send(part: ChatPart): Promise<string> {
    const files = await openUploads(part.files ?? []);
    try {
      return await this.#post(part, files);
    } catch (error) {
      if (part.replyTo === undefined || !isAboutReply(error)) throw error;
      const { replyTo: _replyTo, ...alone } = part;
      return this.#post(alone, files);
    }
  }

  async edit(channel: ChannelId, messageId: string, text: string): Promise<void> {
    const body = { content: text, allowed_mentions: { parse: [] } };
    await this.#rest.call(`A change of a message in channel ${channel}`, (rest, signal) =>
      rest.patch(Routes.channelMessage(channel, messageId), { body, signal }),
    );
  }

  async react(channel: ChannelId, messageId: string, reaction: ReactionName): Promise<void> {
    const emoji = encodeURIComponent(reactionEmoji[reaction]);
    await this.#rest.call(`A reaction in channel ${channel}`, (rest, signal) =>
      rest.put(Routes.channelMessageOwnReaction(channel, messageId, emoji), { signal }),
    );
  }

  async typing(channel: ChannelId): Promise<void> {
    await this.#rest.call(`"Is typing" in channel ${channel}`, (rest, signal) =>
      rest.post(Routes.channelTyping(channel), { signal }),
    );
  }

  async setTopic(channel: ChannelId, topic: string): Promise<void> {
    await this.#rest.call(`The topic of channel ${channel}`, (rest, signal) =>
      rest.patch(Routes.channel(channel), { body: { topic }, signal }),
    );
  }

  async directChannel(userId: string): Promise<ChannelId> {
    const what = `A direct channel to user ${userId}`;
    const { id } = await this.#rest.call(what, async (rest, signal) =>
      createdMessage.parse(await rest.post(Routes.userChannels(), { body: { recipient_id: userId }, signal })),
    );
    const channel = parseChannelId(id);
    if (channel === undefined) throw new BridgeError('chat-invalid', `${what} has the odd id "${id}".`);
    return channel;
  }

  async #post(part: ChatPart, files: readonly Upload[]): Promise<string> {
    const message: RESTPostAPIChannelMessageJSONBody = {
      ...(part.text === '' && files.length > 0 ? {} : { content: part.text }),
      nonce: part.nonce,
      enforce_nonce: true,
      allowed_mentions: { parse: [], replied_user: false },
      ...(part.replyTo === undefined
        ? {}
        : { message_reference: { message_id: part.replyTo, fail_if_not_exists: false } }),
    };
    const request = files.length === 0 ? { body: message } : uploadRequest(message, files);
    return this.#rest.call(`A message to channel ${part.channel}`, async (rest, signal) => {
      const answer = await rest.post(Routes.channelMessages(part.channel), { ...request, signal });
      return createdMessage.parse(answer).id;
    });
  }
}

/** The library cannot make the body itself without streams. */
function uploadRequest(message: object, files: readonly Upload[]) {
  const { body, type } = uploadBody(message, files);
  return { body, passThroughBody: true, headers: { 'content-type': type } };
}
