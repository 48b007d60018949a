import { Option } from 'commander';
import type { Command } from 'commander';

import type { CatchUpDecision, HeldMessage } from '../../contracts/bridge-api.ts';
import type { Output } from '../../control/outputs.ts';
import { jsonOption, sessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { ago } from '../relative-time.ts';
import { styled } from '../style.ts';
import type { Line } from '../style.ts';
import { tableLines } from '../table.ts';

interface Options {
  readonly run?: true;
  readonly drop?: true;
  readonly json?: true;
}

export function addCatchUp(program: Command, context: CliContext): void {
  const command = program
    .command('catch-up')
    .description('Shows messages of a session that were missed for too long to be run unasked, and runs or drops them.')
    .addArgument(sessionArgument())
    .addOption(new Option('--run', 'gives them to the agent, in order').conflicts('drop'))
    .addOption(new Option('--drop', 'gives them up'))
    .addOption(jsonOption())
    .action(async (session: number, { run, drop, json }: Options) => {
      const decision: CatchUpDecision | undefined = run ? 'run' : drop ? 'drop' : undefined;
      const messages = await context.withBridge((bridge) => bridge.catchUp(session, decision));
      if (json) {
        const done = decision === undefined ? {} : { decision };
        context.printJson({ session, messages, ...done } satisfies Output<'catch-up'>);
      } else if (messages.length === 0) {
        context.print(`Nothing of session ${session} is held.`);
      } else if (decision === undefined) {
        context.print(...listing(session, messages, context));
      } else {
        const done = decision === 'run' ? 'will be run now, in order' : 'dropped';
        context.print(`Success: ${counted(messages)} ${done}`);
      }
    });
  explain(command, {
    notes: [
      'After it was away, the bridge reads what was said meanwhile. What is older than `catchUp.maxAge` (6 hours, unless configured) may not be wanted any more: it is held, and its channel is told so. Here somebody decides. Until then its author can still edit or delete it in the chat.',
      'What was dropped carries a 🗑️ in the chat. With `--json`: `session`, `decision` (`run` or `drop`, when there was one) and `messages`: what was held, a list of objects with `id`, `channel`, `channelName` (if known), `author`, `sentAt` and `beginning`.',
    ],
    examples: [
      ['vai catch-up 2', 'what is held'],
      ['vai catch-up 2 --run', 'run it after all'],
    ],
  });
}

function listing(
  session: number,
  messages: readonly HeldMessage[],
  { clock, columns, vai }: CliContext,
): readonly Line[] {
  const head = ['WRITTEN', 'BY', 'CHANNEL', 'TEXT'];
  const rows = messages.map(({ sentAt, author, channel, channelName, beginning }) => [
    ago(sentAt, clock.now()),
    author,
    channelName === undefined ? channel : `#${channelName}`,
    beginning,
  ]);
  return [
    [styled('strong', `Session ${session}`), `: ${counted(messages)} held.`],
    ...tableLines(head, rows, { width: columns, flexible: [3, 1] }),
    `Run: ${vai} catch-up ${session} --run    Drop: ${vai} catch-up ${session} --drop`,
  ];
}

function counted({ length }: readonly HeldMessage[]): string {
  return length === 1 ? '1 message' : `${length} messages`;
}
