import { join } from 'node:path';

import { BridgeError, describeError } from '../base/errors.ts';
import type { Scope } from '../base/scope.ts';
import type { BridgeStatus } from '../contracts/bridge-api.ts';
import type { ServerPaths } from '../config/paths.ts';
import { startLocalDiscord } from '../local-discord/local-discord.ts';
import type { LocalDiscord } from '../local-discord/local-discord.ts';
import type { SessionEntry } from '../model/session.ts';
import type { Ground } from './ground.ts';

/** Which chat server is used, and everything that depends on which one it is. */
export interface ChatServer {
  readonly kind: 'discord' | 'local';
  readonly token: string;
  /** Base address of the REST interface; undefined is Discord's own. */
  readonly apiUrl: string | undefined;
  /** The chat's user who is at the machine, on the built-in server. */
  readonly userId: string | undefined;
  /** What is kept per server, by absolute path. */
  readonly files: ServerPaths;
  /** More of the status that only this server has. */
  readonly status: Partial<Pick<BridgeStatus['chat'], 'url' | 'api' | 'userToken'>>;
  /** Whether a channel's topic may change as often as a session's state does. */
  readonly takesTopicsFreely: boolean;
  /** Makes a session's channel, where channels are ours to make. */
  ensureChannel(session: SessionEntry): void;
  removeChannel(session: SessionEntry): void;
  /** The bridge listens: who was kept from talking to nobody may come. */
  letPeopleIn(): void;
  /** Id of a channel that `ensureChannel` will make. @throws BridgeError `channel-invalid` where it cannot. */
  newChannelId(): string;
}

/** Discord when there is a token; else the built-in server, which is started here. */
export function openChatServer(ground: Ground, scope: Scope): Promise<ChatServer> {
  const { discordToken, discordApiUrl } = ground.config;
  return discordToken === undefined
    ? openBuiltIn(ground, scope)
    : Promise.resolve(discord(ground, discordToken, discordApiUrl));
}

function discord({ paths }: Ground, token: string, apiUrl: string | undefined): ChatServer {
  return {
    kind: 'discord',
    token,
    apiUrl,
    userId: undefined,
    files: paths.discord,
    status: apiUrl === undefined ? {} : { api: apiUrl },
    // Two changes in ten minutes, and the topic is the owner's.
    takesTopicsFreely: false,
    ensureChannel: () => undefined,
    removeChannel: () => undefined,
    letPeopleIn: () => undefined,
    newChannelId: () => {
      throw new BridgeError('channel-invalid', '"new" works on the built-in chat server only.', {
        advice: 'Make the channel in Discord, then: vai add-session <channel id>.',
      });
    },
  };
}

async function openBuiltIn({ paths, config, clock, log }: Ground, scope: Scope): Promise<ChatServer> {
  const local: LocalDiscord = await startLocalDiscord({
    port: config.localPort,
    dataFile: join(paths.state, 'local-discord.db'),
    clock,
    people: 'later',
    onError: (error) => {
      log.error({ error: describeError(error) }, 'the built-in chat server made a mistake');
    },
  });
  scope.defer('the local chat server', () => local.close());
  return {
    kind: 'local',
    token: local.botToken,
    apiUrl: local.api,
    userId: local.userId,
    files: paths.local,
    status: { url: local.url, api: local.api, userToken: local.userToken },
    takesTopicsFreely: true,
    ensureChannel: ({ number, channel }) => {
      local.ensureChannel({ id: channel, name: `session-${number}` });
    },
    removeChannel: ({ channel }) => {
      local.removeChannel(channel);
    },
    letPeopleIn: () => {
      local.letPeopleIn();
    },
    newChannelId: () => local.newChannelId(),
  };
}
