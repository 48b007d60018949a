import { RequestMethod, Routes } from 'discord.js';
import type { RESTPostAPIChannelMessageJSONBody } from 'discord.js';
import { z } from 'zod';

import { BridgeError } from '../base/errors.ts';
import type { ChatPart, StillWanted } from '../contracts/chat.ts';
import type { Controls } from '../model/controls.ts';
import type { ReactionName } from '../model/outbound.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import { componentsOf } from './components.ts';
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
   * Posts one part. Nobody is pinged whom the part does not name for it, whatever the text says; a part whose question cannot be replied to goes without.
   * @returns the server's id of the message.
   */
  async send(part: ChatPart): Promise<string> {
    try {
      return await this.#post(part);
    } catch (error) {
      if (part.replyTo === undefined || !isAboutReply(error)) throw error;
      const { replyTo: _replyTo, ...alone } = part;
      return this.#post(alone);
    }
  }

  /** Tells whether it was done: it is left out when it is not wanted any more. */
  edit(
    channel: ChannelId,
    messageId: string,
    text: string,
    isWanted?: StillWanted,
    controls?: Controls,
  ): Promise<boolean> {
    const body = {
      content: text,
      allowed_mentions: { parse: [] },
      ...(controls === undefined ? {} : { components: componentsOf(controls) }),
    };
    const what = `A change of a message in channel ${channel}`;
    const path = Routes.channelMessage(channel, messageId);
    return this.#rest.callIfWanted(
      { what, kind: 'edit', method: RequestMethod.Patch, path, ...whether(isWanted) },
      (ask) => ask({ body }),
    );
  }

  /** As `edit`. */
  react(channel: ChannelId, messageId: string, reaction: ReactionName, isWanted?: StillWanted): Promise<boolean> {
    const emoji = encodeURIComponent(reactionEmoji[reaction]);
    const what = `A reaction in channel ${channel}`;
    const path = Routes.channelMessageOwnReaction(channel, messageId, emoji);
    return this.#rest.callIfWanted(
      { what, kind: 'reaction', method: RequestMethod.Put, path, ...whether(isWanted) },
      (ask) => ask(),
    );
  }

  async typing(channel: ChannelId): Promise<void> {
    const path = Routes.channelTyping(channel);
    await this.#rest.callIfWanted(
      { what: `"Is typing" in channel ${channel}`, kind: 'typing', method: RequestMethod.Post, path },
      (ask) => ask(),
    );
  }

  async setTopic(channel: ChannelId, topic: string): Promise<void> {
    const path = Routes.channel(channel);
    await this.#rest.call(
      { what: `The topic of channel ${channel}`, kind: 'topic', method: RequestMethod.Patch, path },
      (ask) => ask({ body: { topic } }),
    );
  }

  async directChannel(userId: string): Promise<ChannelId> {
    const what = `A direct channel to user ${userId}`;
    const { id } = await this.#rest.call(
      { what, kind: 'lookup', method: RequestMethod.Post, path: Routes.userChannels() },
      async (ask) => createdMessage.parse(await ask({ body: { recipient_id: userId } })),
    );
    const channel = parseChannelId(id);
    if (channel === undefined) throw new BridgeError('chat-invalid', `${what} has the odd id "${id}".`);
    return channel;
  }

  #post(part: ChatPart): Promise<string> {
    const message: RESTPostAPIChannelMessageJSONBody = {
      ...(part.text === '' && part.files !== undefined ? {} : { content: part.text }),
      nonce: part.nonce,
      enforce_nonce: true,
      allowed_mentions: { parse: [], users: [...(part.pings ?? [])], replied_user: false },
      ...(part.controls === undefined ? {} : { components: componentsOf(part.controls) }),
      ...(part.replyTo === undefined
        ? {}
        : { message_reference: { message_id: part.replyTo, fail_if_not_exists: false } }),
    };
    const path = Routes.channelMessages(part.channel);
    const what = `A message to channel ${part.channel}`;
    return this.#rest.call({ what, kind: 'text', method: RequestMethod.Post, path }, async (ask) => {
      // Not before its turn: they would lie in memory meanwhile.
      const files = await openUploads(part.files ?? []);
      const answer = await ask(files.length === 0 ? { body: message } : uploadRequest(message, files));
      return createdMessage.parse(answer).id;
    });
  }
}

function whether(isWanted: StillWanted | undefined): { readonly isWanted?: StillWanted } {
  return isWanted ? { isWanted } : {};
}

/** The library cannot make the body itself without streams. */
function uploadRequest(message: object, files: readonly Upload[]) {
  const { body, type } = uploadBody(message, files);
  return { body, passThroughBody: true, headers: { 'content-type': type } };
}
