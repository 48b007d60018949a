import { Argument } from 'commander';
import type { Command } from 'commander';

import { shells } from '../completion/shells.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';

export function addCompletion(program: Command, context: CliContext): void {
  const command = program
    .command('completion')
    .description('Prints what makes a shell complete the words of vai, vexit and dp.')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .action(async (shell: (typeof shells)[number]) => {
      const { completionScript } = await import('../completion/scripts.ts');
      context.print(...completionScript(shell).trimEnd().split('\n'));
    });
  explain(command, {
    alone: true,
    notes: [
      'Completes commands, options, names of agents and logs; and, while the bridge runs, session numbers (with the names of their channels) and ids of prompts (with their tools). How to install it stands at the top of what is printed.',
    ],
    examples: [
      ['echo \'eval "$(vai completion bash)"\' >> ~/.bashrc', 'bash, from the next shell on'],
      ['echo \'eval "$(vai completion zsh)"\' >> ~/.zshrc', 'zsh, after compinit'],
      ["echo 'vai completion fish | source' >> ~/.config/fish/config.fish", 'fish'],
    ],
  });
}
