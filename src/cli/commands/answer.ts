import { Argument } from 'commander';
import type { Command } from 'commander';

import type { ControlClient } from '../../control/client.ts';
import type { Output } from '../../control/outputs.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import { jsonOption, readRepeated } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';

interface Options {
  readonly message?: string;
  readonly grant?: string;
  readonly always?: true;
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
    .option('--grant <ID>', 'with allow: what is granted beyond this once; "vai prompts" lists it')
    .option('--always', 'with allow: grants all that is offered, when that is one thing')
    .option('--choose <Question=Answer>', 'answers a question; repeat it for several', readRepeated, [])
    .addOption(jsonOption())
    .action(async (id: string, decision: string | undefined, options: Options) => {
      const given = readAnswer(decision, options);
      const answer = await context.withBridge(async (bridge) => {
        const meant = options.always ? await withOnlyGrant(id, bridge) : given;
        await bridge.answer(id, meant);
        return meant;
      });
      if (options.json) context.printJson({ id, answer } satisfies Output<'answer'>);
      else context.print(`Success: ${id} answered`);
    });
  explain(command, {
    notes: [
      'The first answer counts, whether it is given here or at the terminal. A permission or a plan takes `allow` or `deny`, a question takes `--choose` or `deny`.',
      '`--always` takes the only thing that is offered beyond this once; of several, `--grant` names one. What it writes, and where, is in `vai prompts`.',
      '`--choose` may be repeated: one for each question. The question ends at the first `=`.',
    ],
    examples: [
      'vai answer k3f9wq2a allow',
      ['vai answer k3f9wq2a allow --always', 'grants what its card calls "Always"'],
      'vai answer k3f9wq2a deny --message "use the staging server"',
      'vai answer k3f9wq2a --choose "Which colour?=Blue"',
    ],
  });
}

function readAnswer(decision: string | undefined, { message, choose, grant, always }: Options): PromptAnswer {
  if ((grant !== undefined || always) && (decision !== 'allow' || choose.length > 0)) {
    throw usageError('--grant and --always go with allow only.', advice);
  }
  if (grant !== undefined && always) throw usageError('--grant and --always do not go together.', advice);
  if (choose.length > 0) {
    if (decision !== undefined) throw usageError('A decision and --choose do not go together.', advice);
    return { behavior: 'choose', answers: Object.fromEntries(choose.map(readChoice)) };
  }
  if (decision === 'deny') return { behavior: 'deny', ...(message === undefined ? {} : { message }) };
  if (message !== undefined) throw usageError('--message goes with deny only.', advice);
  if (decision === 'allow') return { behavior: 'allow', ...(grant === undefined ? {} : { grant }) };
  throw usageError(decision === undefined ? 'The decision is missing.' : `"${decision}" is no decision.`, advice);
}

/** @throws BridgeError when there is not exactly one thing that can be granted. */
async function withOnlyGrant(id: string, bridge: Pick<ControlClient, 'prompts'>): Promise<PromptAnswer> {
  const prompt = (await bridge.prompts()).find((one) => one.id === id);
  const [only, ...others] = prompt?.grants ?? [];
  if (only && others.length === 0) return { behavior: 'allow', grant: only.id };
  if (!prompt) return { behavior: 'allow' }; // The bridge says what became of it.
  const known = prompt.grants.map((grant) => grant.id).join(', ');
  throw usageError(
    known === '' ? `"${id}" offers nothing beyond this once.` : `"${id}" offers several things: ${known}.`,
    known === '' ? `Use: vai answer ${id} allow` : `Use: vai answer ${id} allow --grant ID`,
  );
}

/** The question ends at the first `=`. */
function readChoice(choice: string): readonly [string, string] {
  const sign = choice.indexOf('=');
  if (sign > 0 && sign < choice.length - 1) return [choice.slice(0, sign), choice.slice(sign + 1)];
  throw usageError(`"${choice}" is not of the form "Question=Answer".`, advice);
}
