import { resolve } from 'node:path';

import type { Command } from 'commander';

import type { CliContext } from '../context.ts';

interface Options {
  readonly dir?: string;
  readonly agent?: string;
  readonly trust?: true;
  readonly json?: true;
}

export function addAddSession(program: Command, context: CliContext): void {
  program
    .command('add-session')
    .description('Gives a channel a session of its own, at once.')
    .argument('<channel>', 'channel id (15 to 20 digits); "new" makes a channel on the built-in chat page')
    .option('--dir <PATH>', 'where the agent works; default: a directory of its own under workspace/')
    .option('--agent <NAME>', 'which agent: claude-code or scripted; default: as "vai status" says')
    .option('--trust', 'the agent may trust that directory: it may run what it finds there')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `
Examples:
  vai add-session 123456789012345678
  vai add-session 123456789012345678 --dir ~/projects/shop --trust
  vai add-session new --agent scripted`,
    )
    .action(async (channel: string, options: Options) => {
      const session = await context.withBridge((bridge) =>
        bridge.addSession({
          channel,
          ...(options.dir === undefined ? {} : { workDir: resolve(options.dir) }),
          ...(options.agent === undefined ? {} : { agent: options.agent }),
          ...(options.trust === undefined ? {} : { trust: options.trust }),
        }),
      );
      if (options.json) context.printJson(session);
      else context.print(`Success: Session ${session.number} added`);
    });
}
