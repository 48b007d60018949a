import { DiscordjsError, DiscordjsErrorCodes, GatewayCloseCodes } from 'discord.js';

import { BridgeError } from '../base/errors.ts';

/** @param server the server's name for a person. */
export function tokenInvalid(server: string, cause?: unknown): BridgeError {
  return new BridgeError('chat-token-invalid', `The bot token is not accepted by ${server}.`, {
    advice:
      'Copy the token from the developer portal (Bot → Reset Token) into DISCORD_BOT_TOKEN in config/.env ' +
      '(or the environment, which wins), then start again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

const authenticationFailed: number = GatewayCloseCodes.AuthenticationFailed;
const disallowedIntents: number = GatewayCloseCodes.DisallowedIntents;
const shardingRequired: number = GatewayCloseCodes.ShardingRequired;

/** What a close of the gateway means that the library never comes back from. */
export function closedForGood(server: string, code: number): BridgeError {
  if (code === authenticationFailed) return tokenInvalid(server);
  if (code === disallowedIntents) {
    return new BridgeError('chat-intents-missing', `The bot may not read what people write on ${server}.`, {
      advice:
        'Turn on Message Content Intent in the developer portal (Bot → Privileged Gateway Intents), then start again.',
    });
  }
  return new BridgeError('chat-refused', `The connection is refused for good by ${server} (close code ${code}).`, {
    advice:
      code === shardingRequired
        ? 'The bot is in too many servers for one connection: remove it where it is not used, then start again.'
        : 'Update the bridge, then start again.',
  });
}

/** The final error behind a failed login; undefined when it may be tried again. */
export function finalLoginError(server: string, error: unknown): BridgeError | undefined {
  const isFinal = error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid;
  return isFinal ? tokenInvalid(server, error) : undefined;
}
