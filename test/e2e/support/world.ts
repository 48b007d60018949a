import { systemClock } from '../../../src/base/clock.ts';
import type { Faults } from '../../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../../src/local-discord/local-discord.ts';
import { ChatUser } from './chat-user.ts';
import { Installation } from './installation.ts';

/** A chat server that outlives the daemon, its owner, and one installation connected to it. */
export interface World {
  readonly discord: LocalDiscord;
  readonly owner: ChatUser;
  readonly bridge: Installation;
  /** The channels of sessions 1, 2, 3 … */
  readonly channels: readonly string[];
  destroy(): Promise<void>;
}

export interface WorldOptions {
  readonly sessions?: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the chat server's user is the owner. Default true. */
  readonly owned?: boolean;
  /** What goes wrong with the chat server on demand. */
  readonly faults?: Faults;
}

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const { sessions = 1, owned = true, faults } = options;
  const discord = await startLocalDiscord({
    port: 0,
    dataFile: ':memory:',
    clock: systemClock,
    ...(faults === undefined ? {} : { faults }),
  });
  const channels = Array.from({ length: sessions }, (_, index) => discord.ensureChannel({ name: `work-${index + 1}` }));
  const bridge = new Installation({
    DISCORD_API_URL: discord.api,
    DISCORD_BOT_TOKEN: discord.botToken,
    ...(owned ? { OWNER_USER_ID: discord.userId } : {}),
    ...options.environment,
  });
  bridge.writeSessions(Object.fromEntries(channels.map((channel, index) => [String(index + 1), channel])));
  return {
    discord,
    owner: new ChatUser({ api: discord.api, token: discord.userToken }),
    bridge,
    channels,
    destroy: async () => {
      await bridge.destroy();
      await discord.close();
    },
  };
}
