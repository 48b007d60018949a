import { basename } from 'node:path';
import { readFile } from 'node:fs/promises';

import { Routes } from 'discord.js';
import type { RawFile, RESTPostAPIChannelMessageJSONBody } from 'discord.js';
import { z } from 'zod';

import { BridgeError, describeError } from '../base/errors.ts';
import type { ChatPart } from '../contracts/chat.ts';
import type { OutboundFile, ReactionName } from '../model/outbound.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import { reactionEmoji } from './reactions.ts';
import type { RestCalls } from './rest-calls.ts';

const createdMessage = z.object({ id: z.string() });

/** What the bot says, sets and shows, as requests. Keeps nothing. Errors are those of the ChatTransport contract. */
export class Sender {
  readonly #rest: RestCalls;

  constructor(rest: RestCalls) {
    this.#rest = rest;
  }

  /** Posts one part. Nobody is pinged, whatever the text says. @returns the server's id of the message. */
  async send(part: ChatPart): Promise<string> {
    const body: RESTPostAPIChannelMessageJSONBody = {
      content: part.text,
      nonce: part.nonce,
      enforce_nonce: true,
      allowed_mentions: { parse: [], replied_user: false },
      ...(part.replyTo === undefined
        ? {}
        : { message_reference: { message_id: part.replyTo, fail_if_not_exists: false } }),
    };
    const files = await Promise.all((part.files ?? []).map(readOutbound));
    return this.#rest.call(`A message to channel ${part.channel}`, async (rest, signal) => {
      const answer = await rest.post(Routes.channelMessages(part.channel), { body, files, signal });
      return createdMessage.parse(answer).id;
    });
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
}

/** @throws BridgeError `file-unreadable` (`not-done`) naming the file. */
async function readOutbound(file: OutboundFile): Promise<RawFile> {
  try {
    return { name: file.name, data: await readFile(file.path) };
  } catch (cause) {
    throw new BridgeError('file-unreadable', `${basename(file.path)} cannot be read: ${describeError(cause)}.`, {
      cause,
    });
  }
}
