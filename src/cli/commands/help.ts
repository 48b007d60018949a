import { Argument } from 'commander';
import type { Command } from 'commander';

import { hinted } from '../completion/hints.ts';
import { explain } from '../manual.ts';

export function addHelp(program: Command): void {
  const command = program
    .command('help')
    .description('Explains a command, or lists them all.')
    .addArgument(hinted(new Argument('[command]', 'name of a command'), 'commands'))
    .action(async (name: string | undefined) => {
      const found = program.commands.find((one) => one.name() === name || one.aliases().includes(name ?? ''));
      if (name === undefined) program.outputHelp();
      else if (found) found.outputHelp();
      // There is no such command, and the program knows best how to say so.
      else await program.parseAsync([name], { from: 'user' });
    });
  explain(command, {
    alone: true,
    examples: ['vai help', ['vai help status', 'the same as vai status --help']],
  });
}
