import { resolve } from 'node:path';

import { Argument, Option } from 'commander';
import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import type { BusyMode } from '../../model/session.ts';
import { busyModeOption, jsonOption } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';
import { channelLabel } from '../status-text.ts';

interface Options {
  readonly dir?: string;
  readonly agent?: string;
  readonly trust?: true;
  readonly whileBusy?: BusyMode;
  readonly json?: true;
}

const agents = ['claude-code', 'scripted'];

export function addAddSession(program: Command, context: CliContext): void {
  const channel = new Argument(
    '<channel>',
    'channel id, 15 to 20 digits; "new" makes a channel on the built-in chat page',
  );
  const directory = new Option(
    '--dir <PATH>',
    'where the agent works; it must exist. Default: CLAUDE_WORK_DIR, else a directory of its own under workspace/',
  );
  const agent = new Option('--agent <NAME>', `which agent: ${agents.join(' or ')}; default: as "vai status" says`);
  const command = program
    .command('add-session')
    .description('Gives a channel a session of its own, at once.')
    .addArgument(hinted(channel, ['new']))
    .addOption(hinted(directory, 'directories'))
    .addOption(hinted(agent, agents))
    .addOption(busyModeOption('--while-busy'))
    .option('--trust', 'the agent may trust that directory, and so run what its settings say')
    .addOption(jsonOption())
    .action(async (wanted: string, options: Options) => {
      // An unset variable, and not the wish to work where the shell happens to be.
      if (options.dir?.trim() === '') throw usageError('--dir is empty.', 'Name a directory, or leave --dir out.');
      const session = await context.progress('Adding the session', (say) => {
        say('waiting for its agent to start');
        return context.withBridge((bridge) =>
          bridge.addSession({
            channel: wanted,
            ...(options.dir === undefined ? {} : { workDir: resolve(options.dir) }),
            ...(options.agent === undefined ? {} : { agent: options.agent }),
            ...(options.trust === undefined ? {} : { trust: options.trust }),
            ...(options.whileBusy === undefined ? {} : { whileBusy: options.whileBusy }),
          }),
        );
      });
      if (options.json) context.printJson(session satisfies Output<'add-session'>);
      else {
        context.print(`Success: Session ${session.number} added`);
        if (wanted === 'new') context.print(`Its channel: ${channelLabel(session)}. It works in ${session.workDir}.`);
      }
    });
  explain(command, {
    notes: [
      'Works at once. It returns when the agent of the session is up, or has been tried; `vai status` says which.',
      'What `--while-busy` means: [vai queue](#queue).',
      'What trust means: [docs/security.md](security.md#trust-of-directories).',
      'With `--json`: the session as one object, as `vai list-sessions --json` lists it.',
    ],
    examples: [
      'vai add-session 123456789012345678',
      'vai add-session 123456789012345678 --dir ~/projects/shop --trust',
      'vai add-session new --agent scripted',
    ],
  });
}
