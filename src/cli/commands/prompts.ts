import type { Command } from 'commander';

import type { PromptListing } from '../../contracts/bridge-api.ts';
import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { ago } from '../relative-time.ts';
import { styled } from '../style.ts';
import type { Line } from '../style.ts';

export function addPrompts(program: Command, context: CliContext): void {
  const command = program
    .command('prompts')
    .description('Lists what agents are waiting for: permissions, questions, plans, forms, trust.')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const prompts = await context.withBridge((bridge) => bridge.prompts());
      if (options.json) context.printJson(prompts satisfies Output<'prompts'>);
      else if (prompts.length === 0) context.print('No agent is waiting for a decision.');
      else context.print(...prompts.flatMap((prompt) => promptLines(prompt, context)));
    });
  explain(command, {
    notes: [
      'With `--json`: a list of objects with `id`, `session`, `kind` (`permission`, `question`, `plan`, `form`, `trust`), `tool`, `input` (whole), `grants` (what a yes may grant beyond this once), `questions`, `since` (ISO 8601), and where its card is: `channel`, `messageId`.',
    ],
    examples: ['vai prompts', ['vai prompts --json', 'with the whole request']],
  });
}

function promptLines(prompt: PromptListing, { vai, clock }: CliContext): readonly Line[] {
  const { id, session, kind, tool, since, input, grants, questions } = prompt;
  const decide =
    kind === 'question' || kind === 'form'
      ? `${vai} answer ${id} --choose "Question=Answer"    or    ${vai} answer ${id} deny`
      : `${vai} answer ${id} allow    or    ${vai} answer ${id} deny --message "why"`;
  return [
    [styled('strong', id), `: session ${session}, ${kind} for ${tool}, ${ago(since, clock.now())}`],
    ...(questions.length > 0 ? questions.flatMap(questionLines) : inputLines(input)),
    ...grants.map((grant) => `  ${vai} answer ${id} allow --grant ${grant.id}: ${grantText(grant)}`),
    `  ${decide}`,
    '',
  ];
}

/** All of it, a text with its own lines. */
function inputLines(input: PromptListing['input']): readonly Line[] {
  return Object.entries(input).flatMap(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const lines = text.trimEnd().split('\n');
    return lines.length === 1
      ? [`  ${name}: ${text.trimEnd()}`]
      : [`  ${name}:`, ...lines.map((line) => `    ${line}`)];
  });
}

function questionLines({ text, options, isMultiple }: PromptListing['questions'][number]): readonly Line[] {
  return [
    `  ${text}${isMultiple ? ' (several)' : ''}`,
    ...options.map(({ label, description }) => `    - ${label}${description === undefined ? '' : `: ${description}`}`),
  ];
}

function grantText(grant: PromptListing['grants'][number]): string {
  const where = grant.where === 'session' ? 'until the agent ends' : `written to ${grant.where}`;
  switch (grant.kind) {
    case 'rules':
      return `always ${grant.effect} ${grant.rules.join(', ')}, ${where}`;
    case 'mode':
      return `mode ${grant.mode}, ${where}`;
    case 'directories':
      return `may use ${grant.directories.join(', ')}, ${where}`;
  }
}
