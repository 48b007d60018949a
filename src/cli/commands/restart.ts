import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import type { CliContext } from '../context.ts';
import { startBridge } from './start.ts';
import { stopBridge } from './stop.ts';

export function addRestart(program: Command, context: CliContext): void {
  program
    .command('restart')
    .description('Stops the bridge and starts it again, e.g. after a change of its configuration. The agents run on.')
    .addHelpText('after', '\nExample:\n  vai restart')
    .action(async () => {
      try {
        context.print(await stopBridge(context, true));
      } catch (error) {
        if (!(error instanceof BridgeError) || error.code !== 'no-daemon') throw error;
        context.print('The bridge was not running.');
      }
      await startBridge(context);
    });
}
