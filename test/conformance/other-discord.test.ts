import { describe, it } from 'vitest';

import { describeDiscordConformance } from './discord-conformance.ts';

// Any Discord-compatible server: DISCORD_CONFORMANCE_URL (for Discord itself https://discord.com/api), the token of a
// bot, a guild and a text channel in it where the bot may do everything. It writes into that channel.
const {
  DISCORD_CONFORMANCE_URL: apiUrl,
  DISCORD_CONFORMANCE_BOT_TOKEN: botToken,
  DISCORD_CONFORMANCE_GUILD: guildId,
  DISCORD_CONFORMANCE_CHANNEL: channelId,
  DISCORD_CONFORMANCE_USER_TOKEN: userToken,
} = process.env;

if (apiUrl && botToken && guildId && channelId) {
  const target = { apiUrl, botToken, guildId, channelId, ...(userToken ? { userToken } : {}) };
  describeDiscordConformance(apiUrl, Boolean(userToken), () => Promise.resolve(target));
} else {
  describe('Discord conformance: another server', () => {
    it('runs with DISCORD_CONFORMANCE_URL, _BOT_TOKEN, _GUILD and _CHANNEL', (context) => {
      context.skip('skipped: DISCORD_CONFORMANCE_URL and the variables that go with it are not set');
    });
  });
}
