import { DiscordAPIError, HTTPError } from 'discord.js';

import { BridgeError, describeError } from '../base/errors.ts';

/**
 * What a failed request means, in the contract's codes. Only an answer that Discord itself gave (JSON with a code of
 * its own) says for sure that nothing happened and never will; a proxy's page, a broken line or an answer that cannot
 * be read leave it open, and the request may be repeated with the same nonce.
 *
 * @param what what was asked for, as a noun: `A message to channel 123`.
 */
export function toChatError(error: unknown, what: string): BridgeError {
  if (error instanceof BridgeError) return error;
  const code = error instanceof DiscordAPIError && typeof error.code === 'number' ? codeOf(error.status) : undefined;
  if (code === undefined || !(error instanceof DiscordAPIError)) {
    return new BridgeError('chat-unavailable', `${what} could not be sent for now: ${reasonOf(error)}.`, {
      happened: 'unknown',
      cause: error,
    });
  }
  return new BridgeError(code, `${what} was refused: ${reasonOf(error)}.`, {
    ...(code === 'chat-forbidden'
      ? { advice: 'Give the bot the permissions View Channel, Send Messages and Add Reactions in that channel.' }
      : {}),
    cause: error,
  });
}

/** Whether the server does not take the token any more. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.status === 401;
}

/** 401 is about the token, 408, 425 and 429 about time: none of them is an answer to what was asked. */
function codeOf(status: number): 'chat-forbidden' | 'chat-not-found' | 'chat-invalid' | undefined {
  if (status === 403) return 'chat-forbidden';
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
