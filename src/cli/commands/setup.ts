import type { Command } from 'commander';

import { readRepeated } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';

interface Options {
  readonly tokenFile?: string;
  readonly channel: readonly string[];
  readonly yes?: true;
}

export function addSetup(program: Command, context: CliContext): void {
  const command = program
    .command('setup')
    .description('Connects the bridge to Discord, step by step: bot, invitation, channels, owner.')
    .option('--token-file <FILE>', 'without questions: a file with the token; "-" reads standard input')
    .option(
      '--channel <ID[=DIRECTORY]>',
      'without questions: a channel that gets a session; repeat it for several',
      readRepeated,
      [],
    )
    .option('--yes', 'without questions: also (re)start the bridge')
    .action((options: Options) => setUp(context, options));
  explain(command, {
    examples: [
      ['vai setup', 'asks for what is missing; may be run again at any time'],
      'vai setup --token-file /run/secrets/bot --channel 123456789012345678 --yes',
      'vai setup --token-file token.txt --channel 123456789012345678=/home/you/shop',
    ],
    notes: [
      'It explains how to make a bot, checks the token at once, prints the link that invites the bot, lets you choose channels, writes `config/.env` and the map, restarts the bridge and makes you its owner. Nothing is written before the last question; Ctrl-C or Ctrl-D leaves all as it was.',
      'The token is never shown, and is no argument of a program. An older `config/.env` is kept as `config/.env.backup`. A token that works is kept; for another bot use `--token-file`.',
    ],
  });
}

async function setUp(context: CliContext, options: Options): Promise<void> {
  context.demandOwnShell("The bridge cannot be set up from inside a session's terminal.");
  if (options.tokenFile !== undefined) {
    const [{ runUnattended }, { makeTools }] = await Promise.all([
      import('../setup/unattended.ts'),
      import('../setup/make-tools.ts'),
    ]);
    const done = await runUnattended(makeTools(context), {
      tokenFile: options.tokenFile,
      channels: options.channel,
      start: options.yes === true,
    });
    context.print(...done);
    return;
  }
  if (options.channel.length > 0 || options.yes) {
    throw usageError('--channel and --yes go with --token-file.', 'Without any option, vai setup asks for everything.');
  }
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw usageError(
      'vai setup asks questions, and this is no terminal.',
      'Run it in a terminal, or use: vai setup --token-file FILE --channel ID --yes',
    );
  }
  // Loaded only here: what they bring along would slow every command.
  const [{ runWizard }, { createClackAsker }, { makeTools }] = await Promise.all([
    import('../setup/wizard.ts'),
    import('../setup/clack-asker.ts'),
    import('../setup/make-tools.ts'),
  ]);
  await runWizard({ ...makeTools(context), asker: createClackAsker(context.vai) });
}
