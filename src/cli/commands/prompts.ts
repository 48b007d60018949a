import type { Command } from 'commander';

import type { PromptListing } from '../../contracts/bridge-api.ts';
import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { ago } from '../relative-time.ts';
import { styled } from '../style.ts';
import type { Line } from '../style.ts';

/** How much of a request is shown to a person, in characters; `--json` has it whole. */
const shownInput = 400;

export function addPrompts(program: Command, context: CliContext): void {
  const command = program
    .command('prompts')
    .description('Lists what agents are waiting for: permissions, questions, plans.')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const prompts = await context.withBridge((bridge) => bridge.prompts());
      if (options.json) context.printJson(prompts satisfies Output<'prompts'>);
      else if (prompts.length === 0) context.print('No agent is waiting for a decision.');
      else context.print(...prompts.flatMap((prompt) => promptLines(prompt, context)));
    });
  explain(command, {
    notes: [
      'With `--json`: a list of objects with `id`, `session`, `kind` (`permission`, `question`, `plan`), `tool`, `input` (whole) and `since` (ISO 8601).',
    ],
    examples: ['vai prompts', ['vai prompts --json', 'with the whole request']],
  });
}

function promptLines(prompt: PromptListing, { vai, clock }: CliContext): readonly Line[] {
  const input = JSON.stringify(prompt.input);
  const decide =
    prompt.kind === 'question'
      ? `${vai} answer ${prompt.id} --choose "Question=Answer"`
      : `${vai} answer ${prompt.id} allow    or    ${vai} answer ${prompt.id} deny --message "why"`;
  return [
    [
      styled('strong', prompt.id),
      `: session ${prompt.session}, ${prompt.kind} for ${prompt.tool}, ${ago(prompt.since, clock.now())}`,
    ],
    `  ${input.length > shownInput ? `${input.slice(0, shownInput)} ...` : input}`,
    `  ${decide}`,
  ];
}
