import { isAbsolute, join } from 'node:path';

import { expandHome, isDirectory } from '../../config/directories.ts';
import type { DiscordInquiry, TextChannel } from '../../discord/diagnosis.ts';
import type { SessionEntry } from '../../model/session.ts';
import type { Server } from './server-step.ts';
import type { SetupTools, WantedSession } from './tools.ts';

/** Lets the person choose channels for sessions, each with a directory. Channels that have one are left out. */
export async function chooseChannels(
  tools: SetupTools,
  token: string,
  servers: readonly Server[],
  mapped: readonly SessionEntry[],
): Promise<readonly WantedSession[]> {
  const { asker, vai } = tools;
  const discord = tools.inquire(token);
  const all = await channelsOf(tools, discord, servers);
  for (const { number, channel } of mapped) {
    const known = all.find(({ id }) => id === channel);
    asker.say(`Session ${number} is in ${known === undefined ? `channel ${channel}` : `#${known.name}`} already.`);
  }
  const free = all.filter(({ id }) => !mapped.some(({ channel }) => channel === id));
  if (free.length === 0) {
    asker.say(`There is no other channel that the bot can see. Later: ${vai} add-session <channel id>`);
    return [];
  }
  const chosen = await asker.choose(
    'Which channels shall have an agent of their own? (Space chooses, Enter goes on)',
    free.map(({ id, name, category, guild }) => ({
      value: id,
      label: `#${name}`,
      hint: [category, ...(servers.length > 1 ? [guild] : [])].filter((word) => word !== undefined).join(', '),
    })),
  );
  const wanted: WantedSession[] = [];
  for (const channel of free.filter(({ id }) => chosen.includes(id))) {
    await warnOfMissing(tools, discord, channel);
    wanted.push({ channel: channel.id, ...(await askDirectory(tools, channel.name)) });
  }
  return wanted;
}

async function channelsOf(
  { asker }: SetupTools,
  discord: DiscordInquiry,
  servers: readonly Server[],
): Promise<readonly TextChannel[]> {
  const channels: TextChannel[] = [];
  for (const server of servers) {
    const answer = await discord.textChannels(server);
    if (answer.kind === 'ok') channels.push(...answer.value);
    else asker.say(`The channels of ${server.name} could not be read.`);
  }
  return channels;
}

async function warnOfMissing({ asker }: SetupTools, discord: DiscordInquiry, { id, name }: TextChannel): Promise<void> {
  const answer = await discord.channel(id);
  if (answer.kind !== 'ok') return;
  if (answer.value.kind === 'unseen') {
    asker.say(`The bot cannot see #${name}: in Discord, Edit Channel → Permissions, add the bot.`);
  } else if (answer.value.missing.length > 0) {
    asker.say(
      `In #${name} the bot lacks: ${answer.value.missing.join(', ')}.`,
      'In Discord: Edit Channel → Permissions → the bot → allow them.',
    );
  }
}

async function askDirectory(
  { asker, paths }: SetupTools,
  name: string,
): Promise<{ readonly workDir?: string; readonly trusted?: boolean }> {
  const answer = await asker.text(`Where does the agent of #${name} work? (Enter: a new directory of its own)`, {
    placeholder: join(paths.workspace, 'session_N'),
    judge: judgeDirectory,
  });
  const workDir = directoryOf(answer);
  if (workDir === '') return {};
  const trusted = await asker.confirm(
    `May the agent trust ${workDir}? It may then run what that directory's own settings say`,
    false,
  );
  return trusted ? { workDir, trusted } : { workDir };
}

/** What is wrong with a directory for a session; nothing said is fine. */
export function judgeDirectory(answer: string): string | undefined {
  const path = directoryOf(answer);
  if (path === '') return undefined;
  if (!isAbsolute(path)) return `"${path}" is not a whole path: it must begin with / or ~.`;
  if (isDirectory(path)) return undefined;
  return `${path} is not a directory. Make it first, or choose another one.`;
}

/** The directory that an answer means; empty for none. */
export function directoryOf(answer: string): string {
  return expandHome(answer.trim());
}
