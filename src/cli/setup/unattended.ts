import { readFileSync } from 'node:fs';

import { BridgeError, systemErrorCode } from '../../base/errors.ts';
import { inviteLink } from '../../discord/channel-permissions.ts';
import { withoutPrefix } from '../../discord/diagnosis.ts';
import { parseChannelId } from '../../model/session.ts';
import { usageError } from '../failure.ts';
import { directoryOf, judgeDirectory } from './channels-step.ts';
import { mappedSessions, saveSessions, saveToken } from './save.ts';
import { judgeAnswer, judgeForm, judgeToken, tokenInEnvironment } from './token-step.ts';
import type { QuietTools, WantedSession } from './tools.ts';

export interface UnattendedOptions {
  readonly tokenFile: string;
  /** `ID`, or `ID=DIRECTORY`. */
  readonly channels: readonly string[];
  /** Also (re)start the bridge. */
  readonly start: boolean;
}

/**
 * The setup without a person. Everything is checked before anything is written.
 *
 * @returns what was done, in sentences.
 * @throws BridgeError `usage`, `token-wrong`, `token-in-environment`, `discord-offline`, `intent-missing`,
 *   `channel-unseen`, or of what it calls.
 */
export async function runUnattended(tools: QuietTools, options: UnattendedOptions): Promise<readonly string[]> {
  const token = readToken(options.tokenFile);
  const wanted = options.channels.map(parseWanted);
  refuseTwice(wanted);
  const { config, sources } = tools.config();
  const isSet = config.discordToken === token;
  if (!isSet && sources.discordToken.from === 'environment') {
    throw tokenInEnvironment(sources.discordToken, tools.vai);
  }
  const judged = await judgeToken(tools, token);
  switch (judged.kind) {
    case 'wrong':
      throw new BridgeError('token-wrong', judged.words, { advice: 'Developer portal: Bot → Reset Token, copy it.' });
    case 'offline':
      throw new BridgeError('discord-offline', judged.words, {
        advice: 'The token may be right: look at the network.',
      });
    case 'no-intent':
      throw new BridgeError('intent-missing', judged.words, { advice: `Turn it on at ${judged.link}, and save.` });
    case 'good':
  }
  await demandSeen(tools, token, wanted, judged.application.id);
  const mapped = await mappedSessions(tools);
  const done = isSet ? [`The token of ${judged.bot} is set already.`] : [saveToken(tools, token)];
  const fresh = wanted.filter(({ channel }) => !mapped.some((entry) => entry.channel === channel));
  const numbers = await saveSessions(tools, fresh);
  if (numbers.length > 0) done.push(`Sessions added: ${numbers.join(', ')}.`);
  if (!options.start) return [...done, `To use it: ${tools.vai} restart   (or once more with --yes)`];
  await tools.bridge.restart();
  const status = await tools.bridge.status();
  return status?.chat.owned === false ? [...done, `Nobody owns the bridge yet: ${tools.vai} pair`] : done;
}

function readToken(file: string): string {
  const name = file === '-' ? 'Standard input' : file;
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw usageError(
      `${name} cannot be read (${systemErrorCode(error) ?? 'unknown error'}).`,
      'Give a file that holds the token: --token-file FILE',
    );
  }
  const wrong = judgeForm(text);
  if (wrong !== undefined) throw usageError(`${name} holds no token.`, wrong);
  return withoutPrefix(text);
}

function parseWanted(text: string): WantedSession {
  const [id = '', ...rest] = text.split('=');
  if (parseChannelId(id) === undefined) {
    throw usageError(
      `"${id}" is not a channel id.`,
      'A channel id has 15 to 20 digits: right-click it, "Copy Channel ID".',
    );
  }
  const directory = rest.join('=');
  const wrong = judgeDirectory(directory);
  const workDir = directoryOf(directory);
  if (wrong !== undefined) throw usageError(wrong, 'Example: --channel 123456789012345678=/home/you/project');
  return workDir === '' ? { channel: id } : { channel: id, workDir };
}

function refuseTwice(wanted: readonly WantedSession[]): void {
  const channels = wanted.map(({ channel }) => channel);
  const twice = channels.find((channel, index) => channels.indexOf(channel) !== index);
  if (twice !== undefined) throw usageError(`Channel ${twice} is given twice.`, 'A channel has one session.');
}

async function demandSeen(
  tools: QuietTools,
  token: string,
  wanted: readonly WantedSession[],
  application: string,
): Promise<void> {
  const discord = tools.inquire(token);
  for (const { channel } of wanted) {
    const answer = await discord.channel(channel);
    if (answer.kind !== 'ok') {
      const words = `Whether the bot sees channel ${channel} is not known: ${judgeAnswer(answer).words}`;
      throw new BridgeError('discord-offline', words, { advice: 'Nothing was changed. Try again.' });
    }
    if (answer.value.kind === 'seen') continue;
    throw new BridgeError('channel-unseen', `The bot cannot see channel ${channel}; nothing was changed.`, {
      advice: `Invite it: ${inviteLink(application)} , and let it into that channel.`,
    });
  }
}
