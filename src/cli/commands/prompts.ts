import type { Command } from 'commander';

import type { PromptListing } from '../../contracts/bridge-api.ts';
import type { CliContext } from '../context.ts';

/** How much of a request is shown to a person, in characters; `--json` has it whole. */
const shownInput = 400;

export function addPrompts(program: Command, context: CliContext): void {
  program
    .command('prompts')
    .description('Lists what agents are waiting for: permissions, questions, plans.')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExamples:\n  vai prompts\n  vai prompts --json')
    .action(async (options: { json?: true }) => {
      const prompts = await context.withBridge((bridge) => bridge.prompts());
      if (options.json) context.printJson(prompts);
      else if (prompts.length === 0) context.print('No agent is waiting for a decision.');
      else context.print(...prompts.flatMap(promptLines));
    });
}

function promptLines(prompt: PromptListing): readonly string[] {
  const input = JSON.stringify(prompt.input);
  const decide =
    prompt.kind === 'question'
      ? `vai answer ${prompt.id} --choose "Question=Answer"`
      : `vai answer ${prompt.id} allow    or    vai answer ${prompt.id} deny --message "why"`;
  return [
    `${prompt.id}: session ${prompt.session}, ${prompt.kind} for ${prompt.tool}, since ${prompt.since}`,
    `  ${input.length > shownInput ? `${input.slice(0, shownInput)} ...` : input}`,
    `  ${decide}`,
  ];
}
