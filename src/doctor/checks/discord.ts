import { join } from 'node:path';

import { BridgeError } from '../../base/errors.ts';
import { describeSource } from '../../config/load-config.ts';
import { inviteLink } from '../../discord/channel-permissions.ts';
import { withoutPrefix } from '../../discord/diagnosis.ts';
import type { Answer, DiscordInquiry } from '../../discord/diagnosis.ts';
import type { SessionEntry } from '../../model/session.ts';
import { SessionsFile } from '../../storage/sessions-file.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

const portal = 'https://discord.com/developers/applications';

/** Logins that a bot should have left for a day; Discord gives 1000. */
const fewLogins = 50;

/** The token, what the bot may read, its servers, and each channel that has a session. */
export function discordCheck(surroundings: Surroundings): Check {
  const { configuration, discord, paths } = surroundings;
  return {
    name: 'Discord',
    group: 'discord',
    timeoutMs: 30_000,
    run: async () => {
      if (configuration instanceof BridgeError) return [];
      const token = configuration.config.discordToken;
      if (discord === undefined || token === undefined) {
        return [good('discord', 'No token is set: the built-in chat is used. For Discord: vai setup')];
      }
      if (!/^[\x21-\x7e]+$/.test(withoutPrefix(token))) {
        return [
          fault(
            'token-malformed',
            `${describeSource(configuration.sources.discordToken)} cannot be a token: it has blanks or letters beyond ASCII.`,
            tokenCure(configuration),
          ),
        ];
      }
      const me = await discord.me();
      if (me.kind !== 'ok') return [unanswered(me, 'who the bot is', surroundings)];
      const [application, guilds, starts, channels] = await Promise.all([
        applicationFinding(discord, surroundings),
        guildFinding(discord, surroundings),
        loginsFinding(discord, surroundings),
        channelFindings(discord, await mappedSessions(join(paths.config, 'sessions.json')), surroundings),
      ]);
      return [good('discord', `The token is that of ${me.value.username}.`), application, guilds, starts, ...channels];
    },
  };
}

async function applicationFinding(discord: DiscordInquiry, surroundings: Surroundings): Promise<Finding> {
  const answer = await discord.application();
  if (answer.kind !== 'ok') return unanswered(answer, 'what the bot may read', surroundings);
  if (answer.value.readsContent) return good('discord', 'The bot may read what people write (Message Content Intent).');
  return fault(
    'intent-missing',
    `"Message Content Intent" of ${answer.value.name} is off: messages arrive empty, and the connection is refused.`,
    `${portal}/${answer.value.id}/bot: turn on "Message Content Intent", save; then: vai restart`,
  );
}

async function guildFinding(discord: DiscordInquiry, surroundings: Surroundings): Promise<Finding> {
  const answer = await discord.guilds();
  if (answer.kind !== 'ok') return unanswered(answer, 'which servers the bot is in', surroundings);
  if (answer.value.length > 0) {
    return good('discord', `The bot is in ${answer.value.map(({ name }) => name).join(', ')}.`);
  }
  const application = await discord.application();
  const link = application.kind === 'ok' ? inviteLink(application.value.id) : portal;
  return fault('bot-in-no-server', 'The bot is in no server.', `Open ${link} and choose a server.`);
}

async function loginsFinding(discord: DiscordInquiry, surroundings: Surroundings): Promise<Finding> {
  const answer = await discord.sessionStarts();
  if (answer.kind !== 'ok') return unanswered(answer, 'how many logins are left', surroundings);
  const { remaining, total, resetMs } = answer.value;
  const words = `${remaining} of ${total} logins are left for the next ${Math.ceil(resetMs / 3_600_000)} h`;
  if (remaining <= 0) return fault('logins-spent', `${words}.`, 'Wait until then; a running bridge goes on.');
  if (remaining < fewLogins) return fault('logins-low', `${words}.`, 'See what restarts so often: vai logs -n 500');
  return good('discord', `${remaining} of ${total} logins are left.`);
}

async function channelFindings(
  discord: DiscordInquiry,
  entries: readonly SessionEntry[],
  surroundings: Surroundings,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // One after another: a bot may ask fifty questions in a second, and a map may have many channels.
  for (const { number, channel } of entries) {
    const answer = await discord.channel(channel);
    if (answer.kind !== 'ok') findings.push(unanswered(answer, `channel ${channel}`, surroundings));
    else if (answer.value.kind === 'unseen') {
      findings.push(
        fault(
          'channel-unseen',
          `The bot cannot see channel ${channel} of session ${number}: it is gone, private, or on a server without the bot.`,
          `In Discord: Edit Channel → Permissions → add the bot. Or: ${surroundings.vai} remove-session ${number}`,
        ),
      );
    } else if (answer.value.missing.length > 0) {
      findings.push(
        fault(
          'permission-missing',
          `In #${answer.value.name} (session ${number}) the bot lacks: ${answer.value.missing.join(', ')}.`,
          'In Discord: Edit Channel → Permissions → the bot → allow them.',
        ),
      );
    } else findings.push(good('discord', `The bot can work in #${answer.value.name} (session ${number}).`));
  }
  return findings;
}

/** A map that cannot be read is told by another check. */
async function mappedSessions(path: string): Promise<readonly SessionEntry[]> {
  try {
    return await new SessionsFile({ path }).read();
  } catch (error) {
    if (error instanceof BridgeError) return [];
    throw error;
  }
}

function unanswered(
  answer: Exclude<Answer<unknown>, { readonly kind: 'ok' }>,
  what: string,
  { configuration }: Surroundings,
): Finding {
  const server = configuration instanceof BridgeError ? 'Discord' : (configuration.config.discordApiUrl ?? 'Discord');
  const source =
    configuration instanceof BridgeError ? 'of unknown origin' : describeSource(configuration.sources.discordToken);
  switch (answer.kind) {
    case 'unauthorized':
      return fault('token-wrong', `${server} does not accept the token (${source}).`, tokenCure(configuration));
    case 'refused':
      return fault('discord-refused', `${server} did not tell ${what}: ${answer.words} (HTTP ${answer.status}).`);
    case 'limited':
      return fault(
        'discord-limited',
        `${server} asks to wait ${Math.ceil(answer.waitMs / 1000)} s.`,
        'Try again then.',
      );
    case 'unreachable':
      return fault(
        'discord-offline',
        `${server} cannot be reached: ${answer.reason}. The token could not be checked; it may be right.`,
        'Look at the network and https://discordstatus.com. A running bridge goes on trying by itself.',
      );
  }
}

/** A token of the environment wins over every file: there setup cannot help. */
function tokenCure(configuration: Surroundings['configuration']): string {
  const isInherited =
    !(configuration instanceof BridgeError) && configuration.sources.discordToken.from === 'environment';
  const next = isInherited ? 'put it there, or unset DISCORD_BOT_TOKEN and run: vai setup' : 'then: vai setup';
  return `${portal}: Bot → Reset Token, copy it; ${next}`;
}
