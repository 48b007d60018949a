import { afterAll, expect } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import { describeDiscordConformance } from './discord-conformance.ts';

let unknownRoutes: readonly string[] = [];

describeDiscordConformance('the built-in server', true, async () => {
  const server = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock });
  ({ unknownRoutes } = server);
  return {
    apiUrl: server.api,
    botToken: server.botToken,
    userToken: server.userToken,
    guildId: server.guildId,
    channelId: server.ensureChannel({ name: 'conformance' }),
    close: () => server.close(),
  };
});

afterAll(() => {
  // discord.js asked for nothing that this server does not have.
  expect(unknownRoutes).toEqual([]);
});
