import { Argument } from 'commander';
import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import { jsonOption, readRepeated } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';

interface Options {
  readonly message?: string;
  readonly choose: readonly string[];
  readonly json?: true;
}

const advice = 'Use: vai answer ID allow, vai answer ID deny, or vai answer ID --choose "Question=Answer"';

export function addAnswer(program: Command, context: CliContext): void {
  const command = program
    .command('answer')
    .description('Decides what an agent is waiting for; "vai prompts" lists it. The first answer counts.')
    .addArgument(hinted(new Argument('<id>', 'id of the prompt'), 'prompts'))
    .addArgument(hinted(new Argument('[decision]', 'allow or deny'), ['allow', 'deny']))
    .option('--message <TEXT>', 'with deny: what the agent is told')
    .option('--choose <Question=Answer>', 'answers a question; repeat it for several', readRepeated, [])
    .addOption(jsonOption())
    .action(async (id: string, decision: string | undefined, options: Options) => {
      const answer = readAnswer(decision, options);
      await context.withBridge((bridge) => bridge.answer(id, answer));
      if (options.json) context.printJson({ id, answer } satisfies Output<'answer'>);
      else context.print(`Success: ${id} answered`);
    });
  explain(command, {
    notes: [
      'The first answer counts, whether it is given here or at the terminal. A permission or a plan takes `allow` or `deny`, a question takes `--choose` or `deny`.',
      '`--choose` may be repeated: one for each question. The question ends at the first `=`.',
    ],
    examples: [
      'vai answer k3f9wq2a allow',
      'vai answer k3f9wq2a deny --message "use the staging server"',
      'vai answer k3f9wq2a --choose "Which colour?=Blue"',
    ],
  });
}

function readAnswer(decision: string | undefined, { message, choose }: Options): PromptAnswer {
  if (choose.length > 0) {
    if (decision !== undefined) throw usageError('A decision and --choose do not go together.', advice);
    return { behavior: 'choose', answers: Object.fromEntries(choose.map(readChoice)) };
  }
  if (decision === 'deny') return { behavior: 'deny', ...(message === undefined ? {} : { message }) };
  if (message !== undefined) throw usageError('--message goes with deny only.', advice);
  if (decision === 'allow') return { behavior: 'allow' };
  throw usageError(decision === undefined ? 'The decision is missing.' : `"${decision}" is no decision.`, advice);
}

/** The question ends at the first `=`. */
function readChoice(choice: string): readonly [string, string] {
  const sign = choice.indexOf('=');
  if (sign > 0 && sign < choice.length - 1) return [choice.slice(0, sign), choice.slice(sign + 1)];
  throw usageError(`"${choice}" is not of the form "Question=Answer".`, advice);
}
