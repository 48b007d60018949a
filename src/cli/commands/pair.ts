import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { ahead } from '../relative-time.ts';
import { styled } from '../style.ts';

export function addPair(program: Command, context: CliContext): void {
  const command = program
    .command('pair')
    .description('Makes you the owner of the bridge in Discord: gives a code that you type to the bot.')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const { code, expires } = await context.withBridge((bridge) => bridge.pair());
      if (options.json) context.printJson({ code, expires } satisfies Output<'pair'>);
      else {
        context.print(
          'Type this as a message to the bot in Discord (a direct message, or a channel that it can read):',
          '',
          ['  ', styled('strong', code)],
          '',
          `Whoever types it first becomes the owner. It expires ${ahead(expires, context.clock.now())} (${expires}).`,
        );
      }
    });
  explain(command, {
    notes: [
      'Type the code to the bot, best in a direct message, within ten minutes. Whoever types it first is the owner.',
      'With `--json`: `code`, and when it `expires` (ISO 8601).',
    ],
    examples: ['vai pair'],
  });
}
