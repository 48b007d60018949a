import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { startBridge } from './start.ts';
import { stopBridge, stoppedWords } from './stop.ts';

export function addRestart(program: Command, context: CliContext): void {
  const command = program
    .command('restart')
    .description('Stops the bridge and starts it again, e.g. after a change of its configuration. The agents run on.')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const json = options.json === true;
      try {
        const stopped = await stopBridge(context, true);
        if (!json) context.print(stoppedWords(stopped));
      } catch (error) {
        if (!(error instanceof BridgeError) || error.code !== 'no-daemon') throw error;
        if (!json) context.print('The bridge was not running.');
      }
      await startBridge(context, { json });
    });
  explain(command, {
    notes: ['Like `vai stop --keep-sessions` and `vai start`.'],
    examples: [['vai restart', 'e.g. after a change of config/.env']],
  });
}
