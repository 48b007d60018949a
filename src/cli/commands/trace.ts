import { Argument } from 'commander';
import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { traceLines } from '../trace-text.ts';

export function addTrace(program: Command, context: CliContext): void {
  const command = program
    .command('trace')
    .description('Tells the life of one message: when it was stored, handed over, confirmed, answered.')
    .addArgument(
      new Argument(
        '<message>',
        'a link to the message, its id in the chat, or its id in "vai queue"; an answer does too',
      ),
    )
    .addOption(jsonOption())
    .action(async (message: string, options: { json?: true }) => {
      const trace = await context.withBridge((bridge) => bridge.trace(message));
      if (options.json) context.printJson(trace satisfies Output<'trace'>);
      else context.print(...traceLines(trace, context.columns));
    });
  explain(command, {
    notes: [
      'Give it the message itself, or what the bot posted because of it. Lives are kept as long as their messages: [configuration.md](configuration.md).',
      'With `--json`: one object.',
      {
        head: ['Key', 'Holds'],
        rows: [
          [
            '`id`, `session`, `source`, `channel`, `messageId`, `author`, `sentAt`, `beginning`',
            'the message; `messageId` is its id in the chat',
          ],
          ['`state`, `waitsFor`', 'where it is now, and what it waits for'],
          ['`confirmed`', '`by` (`hook`, `transcript`, `screen`) and `afterMs`, from the last key typed to the proof'],
          ['`turn`', '`id`, `startedAt`, `outcome` (`completed`, `interrupted`, `failed`, `rate-limited`, `lost`)'],
          ['`durations`', 'from its writing, in milliseconds: `storedMs`, `deliveredMs`, `endedMs`'],
          ['`steps[]`', '`at` (ISO 8601), `afterMs` since the step before, `event`, `detail`'],
          ['`posted[]`', '`key`, `kind` (`text`, `edit`, `reaction`), `state`, `messageIds`'],
        ],
      },
    ],
    examples: [
      'vai trace https://discord.com/channels/1000000000000000001/1000000000000000002/1000000000000000003',
      'vai trace discord:1000000000000000003',
      ['vai trace 1000000000000000003 --json | jq .confirmed', 'for programs'],
    ],
  });
}
