import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { statusLines } from '../status-text.ts';

export function addStatus(program: Command, context: CliContext): void {
  program
    .command('status')
    .description('Shows what runs: sessions and their states, the chat, how to attach.')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExamples:\n  vai status\n  vai status --json | jq -r .chat.url')
    .action((options: { json?: true }) => showStatus(context, options.json === true));
}

async function showStatus(context: CliContext, json: boolean): Promise<void> {
  try {
    const status = await context.withBridge((bridge) => bridge.status());
    if (json) context.printJson({ running: true, ...status });
    else context.print(...statusLines(status, context.vai));
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'no-daemon') throw error;
    context.exitCode = exitCodes.noDaemon;
    if (json) context.printJson({ running: false });
    else context.print(`The bridge is not running. Start it: ${context.vai} start`);
  }
}
