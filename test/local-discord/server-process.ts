// A server in a process of its own, to be killed. Argument: the data file. Prints how to reach it.
import { systemClock } from '../../src/base/clock.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';

const server = await startLocalDiscord({ port: 0, dataFile: process.argv[2] ?? ':memory:', clock: systemClock });
const channelId = server.ensureChannel({ name: 'session-1' });
const { api: apiUrl, botToken, guildId } = server;
console.log(JSON.stringify({ apiUrl, botToken, guildId, channelId }));
