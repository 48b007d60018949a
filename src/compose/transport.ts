import { actWordsIn } from '../bridge/words/acts.ts';
import type { ChatTransport } from '../contracts/chat.ts';
import type { Stores } from '../contracts/stores.ts';
import { createDiscordTransport } from '../discord/transport.ts';
import type { ChatServer } from './chat-server.ts';
import type { Ground } from './ground.ts';

/** What Discord takes of one bot (its documentation). */
const discordRequestsPerSecond = 50;

/** Under this name the count of the bot's logins is kept. */
const identifiesFact = 'discord-identifies';

/** The connection to the chat server, not yet made. */
export function openTransport(
  { config, clock, log }: Pick<Ground, 'config' | 'clock' | 'log'>,
  { server, stores }: { readonly server: ChatServer; readonly stores: Pick<Stores, 'facts'> },
): ChatTransport {
  const { token, apiUrl } = server;
  return createDiscordTransport({
    token,
    clock,
    log,
    requestsPerSecond: server.kind === 'discord' ? discordRequestsPerSecond : undefined,
    identifyMemory: {
      read: () => stores.facts.get(identifiesFact),
      write: (text) => stores.facts.set(identifiesFact, text),
    },
    actWords: actWordsIn(config.language),
    ...(apiUrl === undefined ? {} : { apiUrl }),
  });
}
