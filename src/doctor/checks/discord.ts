import { BridgeError } from '../../base/errors.ts';
import { describeSource } from '../../config/load-config.ts';
import type { LoadedConfig } from '../../config/load-config.ts';
import { inviteLink } from '../../discord/channel-permissions.ts';
import { canBeToken, withoutPrefix } from '../../discord/diagnosis.ts';
import type { Answer, DiscordInquiry } from '../../discord/diagnosis.ts';
import type { SessionEntry } from '../../model/session.ts';
import { readMap } from '../read-map.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

const portal = 'https://discord.com/developers/applications';

/** Logins that a bot should have left for a day; Discord gives 1000. */
const fewLogins = 50;

/** What the sentences about the chat server name. */
interface About {
  readonly configuration: LoadedConfig;
  readonly vai: string;
}

/** The token, what the bot may read, its servers, and each channel that has a session. */
export function discordCheck({ configuration, discord, paths, vai }: Surroundings): Check {
  return {
    name: 'Discord',
    group: 'discord',
    timeoutMs: 30_000,
    run: async () => {
      if (configuration instanceof BridgeError) return [];
      const about = { configuration, vai };
      const token = configuration.config.discordToken;
      if (discord === undefined || token === undefined) {
        return [good('discord', `No token is set: the built-in chat is used. For Discord: ${vai} setup`)];
      }
      if (!canBeToken(withoutPrefix(token))) {
        return [
          fault(
            'token-malformed',
            `${describeSource(configuration.sources.discordToken)} cannot be a token: it has blanks or letters beyond ASCII.`,
            tokenCure(configuration, vai),
          ),
        ];
      }
      const me = await discord.me();
      if (me.kind !== 'ok') return [unanswered(me, 'who the bot is', about)];
      const map = await readMap(paths.discord.map);
      const [application, guilds, starts, channels] = await Promise.all([
        applicationFinding(discord, about),
        guildFinding(discord, about),
        loginsFinding(discord, about),
        channelFindings(discord, map instanceof BridgeError ? [] : map, about),
      ]);
      return [good('discord', `The token is that of ${me.value.username}.`), application, guilds, starts, ...channels];
    },
  };
}

async function applicationFinding(discord: DiscordInquiry, about: About): Promise<Finding> {
  const answer = await discord.application();
  if (answer.kind !== 'ok') return unanswered(answer, 'what the bot may read', about);
  if (answer.value.readsContent) return good('discord', 'The bot may read what people write (Message Content Intent).');
  return fault(
    'intent-missing',
    `"Message Content Intent" of ${answer.value.name} is off: messages arrive empty, and the connection is refused.`,
    `${portal}/${answer.value.id}/bot: turn on "Message Content Intent", save; then: ${about.vai} restart`,
  );
}

async function guildFinding(discord: DiscordInquiry, about: About): Promise<Finding> {
  const answer = await discord.guilds();
  if (answer.kind !== 'ok') return unanswered(answer, 'which servers the bot is in', about);
  if (answer.value.length > 0) {
    return good('discord', `The bot is in ${answer.value.map(({ name }) => name).join(', ')}.`);
  }
  const application = await discord.application();
  const link = application.kind === 'ok' ? inviteLink(application.value.id) : portal;
  return fault('bot-in-no-server', 'The bot is in no server.', `Open ${link} and choose a server.`);
}

async function loginsFinding(discord: DiscordInquiry, about: About): Promise<Finding> {
  const answer = await discord.sessionStarts();
  if (answer.kind !== 'ok') return unanswered(answer, 'how many logins are left', about);
  const { remaining, total, resetMs } = answer.value;
  const words = `${remaining} of ${total} logins are left for the next ${Math.ceil(resetMs / 3_600_000)} h`;
  if (remaining <= 0) return fault('logins-spent', `${words}.`, 'Wait until then; a running bridge goes on.');
  if (remaining < fewLogins)
    return fault('logins-low', `${words}.`, `See what restarts so often: ${about.vai} logs -n 500`);
  return good('discord', `${remaining} of ${total} logins are left.`);
}

async function channelFindings(
  discord: DiscordInquiry,
  entries: readonly SessionEntry[],
  about: About,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // One after another: a bot may ask fifty questions in a second, and a map may have many channels.
  for (const { number, channel } of entries) {
    const answer = await discord.channel(channel);
    if (answer.kind !== 'ok') {
      findings.push(unanswered(answer, `channel ${channel}`, about));
      // Neither a network that is gone nor a server that asks to wait would answer for the next one.
      if (answer.kind !== 'refused') break;
    } else if (answer.value.kind === 'unseen') {
      findings.push(
        fault(
          'channel-unseen',
          `The bot cannot see channel ${channel} of session ${number}: it is gone, private, or on a server without the bot.`,
          `In Discord: Edit Channel → Permissions → add the bot. Or: ${about.vai} remove-session ${number}`,
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

function unanswered(
  answer: Exclude<Answer<unknown>, { readonly kind: 'ok' }>,
  what: string,
  { configuration, vai }: About,
): Finding {
  const server = configuration.config.discordApiUrl ?? 'Discord';
  const source = describeSource(configuration.sources.discordToken);
  switch (answer.kind) {
    case 'unauthorized':
      return fault('token-wrong', `${server} does not accept the token (${source}).`, tokenCure(configuration, vai));
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
function tokenCure({ sources }: LoadedConfig, vai: string): string {
  const isInherited = sources.discordToken.from === 'environment';
  const next = isInherited ? `put it there, or unset DISCORD_BOT_TOKEN and run: ${vai} setup` : `then: ${vai} setup`;
  return `${portal}: Bot → Reset Token, copy it; ${next}`;
}
