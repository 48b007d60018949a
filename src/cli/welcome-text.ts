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
    ...(status.chat.kind === 'local' ? ['', `Discord instead of the chat page: ${vai} setup`] : []),
  ];
}
