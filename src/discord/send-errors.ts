import { DiscordAPIError, HTTPError, RESTJSONErrorCodes } from 'discord.js';
import { z } from 'zod';

import { BridgeError, describeError } from '../base/errors.ts';

type ChatErrorCode = 'chat-forbidden' | 'chat-not-found' | 'chat-invalid' | 'chat-too-large';

const advices: Readonly<Partial<Record<ChatErrorCode, string>>> = {
  'chat-forbidden':
    'Give the bot the permissions View Channel, Send Messages and Add Reactions in that channel, and unlock the thread ' +
    'if it is one.',
};

/** Of a thread that somebody has closed: 50083 is archived, 160005 locked. The bot is kept out, like by a permission. */
const closedThread: ReadonlySet<number> = new Set([
  RESTJSONErrorCodes.InvalidActionOnArchivedThread,
  RESTJSONErrorCodes.ThreadLocked,
]);

/** The message that a reply names is gone, cannot be seen, or takes no replies. */
const aboutReference: ReadonlySet<number> = new Set([
  RESTJSONErrorCodes.UnknownMessage,
  RESTJSONErrorCodes.CannotReplyWithoutPermissionToReadMessageHistory,
]);

const formErrors = z.object({ errors: z.object({ message_reference: z.unknown() }).optional() });

/**
 * What a failed request means, in the contract's codes. Only an answer that Discord itself gave (JSON with a code of
 * its own) says for sure that nothing happened and never will; a proxy's page, a broken line or an answer that cannot
 * be read leave it open, and the request may be repeated with the same nonce. What is too large is so for everybody.
 *
 * @param what what was asked for, as a noun: `A message to channel 123`.
 */
export function toChatError(error: unknown, what: string): BridgeError {
  if (error instanceof BridgeError) return error;
  const code = error instanceof DiscordAPIError ? codeOf(error.status, error.code) : undefined;
  if (code === undefined) {
    return new BridgeError('chat-unavailable', `${what} could not be sent for now: ${reasonOf(error)}.`, {
      cause: error,
    });
  }
  const advice = advices[code];
  return new BridgeError(code, `${what} was refused: ${reasonOf(error)}.`, {
    ...(advice === undefined ? {} : { advice }),
    cause: error,
  });
}

/** Whether a message was refused only for the message that it replies to. */
export function isAboutReply(error: unknown): boolean {
  const cause = error instanceof BridgeError ? error.cause : error;
  if (!(cause instanceof DiscordAPIError)) return false;
  if (typeof cause.code === 'number' && aboutReference.has(cause.code)) return true;
  return formErrors.safeParse(cause.rawError).data?.errors?.message_reference !== undefined;
}

/** Discord's own code of a refusal, of an error of the contract too; undefined when Discord has said nothing. */
export function refusalCode(error: unknown): number | undefined {
  const cause = error instanceof BridgeError ? error.cause : error;
  return cause instanceof DiscordAPIError && typeof cause.code === 'number' ? cause.code : undefined;
}

/** Whether the server does not take the token any more. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status === 401;
}

/** 401 is about the token, 408, 425 and 429 about time: none of them is an answer to what was asked. */
function codeOf(status: number, code: number | string | undefined): ChatErrorCode | undefined {
  if (status === 413 || code === RESTJSONErrorCodes.RequestEntityTooLarge) return 'chat-too-large';
  if (typeof code !== 'number') return undefined;
  if (status === 403 || closedThread.has(code)) return 'chat-forbidden';
  if (status === 404) return 'chat-not-found';
  const isAboutRequest = status >= 400 && status < 500 && ![401, 408, 425, 429].includes(status);
  return isAboutRequest ? 'chat-invalid' : undefined;
}

/** In one line, without a full stop. */
function reasonOf(error: unknown): string {
  const words = describeError(error)
    .replace(/\s*\n\s*/g, ', ')
    .replace(/\.$/, '');
  if (error instanceof DiscordAPIError) return `${words} (HTTP ${error.status}, code ${error.code})`;
  return error instanceof HTTPError ? `HTTP ${error.status} ${words}` : words;
}
