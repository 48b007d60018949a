import { join } from 'node:path';

import type { BridgeStatus } from '../contracts/bridge-api.ts';
import { agentLine, chatLines, sessionLines } from './status-text.ts';
import type { StatusView } from './status-text.ts';
import { styled } from './style.ts';
import type { Line } from './style.ts';

/** What a person needs to know after a start: what runs, where to talk to it, how to go on, how to stop. */
export function welcomeLines(status: BridgeStatus, view: StatusView): readonly Line[] {
  const { vai } = view;
  return [
    ['The bridge is ', styled('good', 'running'), ` (process ${status.pid}).`],
    '',
    ...chatLines(status, vai),
    agentLine(status),
    '',
    ...sessionLines(status, view),
    '',
    `State: ${vai} status`,
    `Stop:  ${vai} stop    (with --keep-sessions the agents run on)`,
    ...(status.chat.kind === 'local' ? ['', ...discordLines(status.home, vai)] : []),
  ];
}

function discordLines(home: string, vai: string): readonly string[] {
  return [
    'To use Discord instead of the chat page:',
    '  1. Make a bot at https://discord.com/developers/applications, turn on its "Message Content Intent", invite it to your server.',
    `  2. Write DISCORD_BOT_TOKEN=<its token> into ${join(home, 'config', '.env')}, then: ${vai} restart`,
    `  3. ${vai} pair, type the code to the bot; then for each channel: ${vai} add-session <channel id>`,
  ];
}
