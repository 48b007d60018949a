import { REST, RESTEvents, Routes } from 'discord.js';
import type { RESTPostAPIChannelMessageJSONBody } from 'discord.js';
import { z } from 'zod';

import { BridgeError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ChatPart } from '../contracts/chat.ts';
import type { ReactionName } from '../model/message.ts';
import type { ChannelId } from '../model/session.ts';
import { reactionEmoji } from './reactions.ts';
import { isUnauthorized, toChatError } from './send-errors.ts';

export interface SenderOptions {
  readonly token: string;
  readonly apiUrl: string | undefined;
  readonly log: Log;
  /** The server refused the token for one request. */
  readonly onUnauthorized: () => void;
}

const createdMessage = z.object({ id: z.string() });

/**
 * Owns the REST side of the connection and its rate limits: what the bot says, sets and shows. Works whether or not
 * the gateway is connected; knows nothing about it. Errors are those of the ChatTransport contract.
 */
export class Sender {
  readonly #options: SenderOptions;
  readonly #rest: REST;
  readonly #running = new Set<AbortController>();
  #isClosed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#rest = new REST({ version: '10', ...(options.apiUrl === undefined ? {} : { api: options.apiUrl }) });
    this.#rest.setToken(options.token);
    this.#rest.on(RESTEvents.RateLimited, ({ route, timeToReset }) => {
      options.log.debug({ route, waitMs: timeToReset }, 'chat server asked to wait');
    });
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
    return this.#call(`A message to channel ${part.channel}`, async (signal) => {
      const answer = await this.#rest.post(Routes.channelMessages(part.channel), { body, signal });
      return createdMessage.parse(answer).id;
    });
  }

  async react(channel: ChannelId, messageId: string, reaction: ReactionName): Promise<void> {
    const emoji = encodeURIComponent(reactionEmoji[reaction]);
    await this.#call(`A reaction in channel ${channel}`, (signal) =>
      this.#rest.put(Routes.channelMessageOwnReaction(channel, messageId, emoji), { signal }),
    );
  }

  async typing(channel: ChannelId): Promise<void> {
    await this.#call(`"Is typing" in channel ${channel}`, (signal) =>
      this.#rest.post(Routes.channelTyping(channel), { signal }),
    );
  }

  async setTopic(channel: ChannelId, topic: string): Promise<void> {
    await this.#call(`The topic of channel ${channel}`, (signal) =>
      this.#rest.patch(Routes.channel(channel), { body: { topic }, signal }),
    );
  }

  /** Asks the server whether the token is still good; undefined when it cannot be asked. */
  async isTokenGood(): Promise<boolean | undefined> {
    const controller = new AbortController();
    this.#running.add(controller);
    try {
      await this.#rest.get(Routes.user(), { signal: controller.signal });
      return true;
    } catch (error) {
      if (isUnauthorized(error)) return false;
      this.#options.log.debug({ error: describeError(error) }, 'chat token could not be checked');
      return undefined;
    } finally {
      this.#running.delete(controller);
      this.#rest.setToken(this.#options.token);
    }
  }

  /** Ends what is running with `chat-unavailable`. */
  close(): void {
    this.#isClosed = true;
    for (const controller of this.#running) controller.abort();
    this.#rest.clearHashSweeper();
    this.#rest.clearHandlerSweeper();
  }

  async #call<T>(what: string, request: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const closed = new BridgeError('chat-unavailable', `${what} could not be sent: the connection is closed.`, {
      happened: 'unknown',
    });
    if (this.#isClosed) throw closed;
    // A signal of its own: the library never takes its listeners off a signal.
    const controller = new AbortController();
    const aborted = new Promise<never>((_resolve, reject) => {
      controller.signal.addEventListener('abort', () => reject(closed), { once: true });
    });
    this.#running.add(controller);
    try {
      // The library does not end its waits for rate limits when the signal says so.
      return await Promise.race([request(controller.signal), aborted]);
    } catch (error) {
      if (isUnauthorized(error)) {
        // The library forgets its token at the first 401, also when that was a passing fault of the server.
        this.#rest.setToken(this.#options.token);
        this.#options.onUnauthorized();
      }
      throw toChatError(error, what);
    } finally {
      this.#running.delete(controller);
    }
  }
}
