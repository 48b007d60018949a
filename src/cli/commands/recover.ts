import type { Command } from 'commander';

import type { Recovery } from '../../contracts/recovery.ts';
import type { Output } from '../../control/outputs.ts';
import { jsonOption, optionalSessionArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';

interface Options {
  readonly history?: true;
  readonly json?: true;
}

export function addRecover(program: Command, context: CliContext): void {
  const command = program
    .command('recover')
    .description('Brings a session back that does not run, or is stuck. Does nothing to a healthy one.')
    .addArgument(optionalSessionArgument())
    .option('--history', 'what was tried so far, by the bridge or by hand, of one session or of all')
    .addOption(jsonOption())
    .action(async (session: number | undefined, options: Options) => {
      if (options.history) await showHistory(context, session, options.json === true);
      else if (session !== undefined) await recover(context, session, options.json === true);
      else throw usageError('The number of the session is missing.', 'Example: vai recover 2');
    });
  explain(command, {
    notes: [
      'Starts a session that is lost, failed or stopped (also on request), with its history where the agent has it.',
      'One that runs is looked at, for up to 10 s. When it should work and shows no sign of life, the next of these steps is taken: a push (which cuts nothing), a stop of its turn, a restart. Say it again for the step after it.',
      'With `--json`: `session`; `outcome`: `running` (nothing was done), `nudged`, `interrupted` or `restarted`; `finding`: `healthy`, `tool` (a tool of it runs), `waiting` (for a person), `wedged`, `deaf` (it takes no messages), `overlay` (something was left open at its terminal), `died`, `missing`, `given-up`, `stopped`; `helped`: whether it moves now.',
      '`--history` reads `logs/recovery.jsonl`, also while the bridge is not running. With `--json`: a list of attempts with `at`, `session`, `generation`, `by` (`bridge` or `person`), `finding`, `evidence`, `step` (`nudge`, `interrupt`, `restart`, `give-up`), `attempt`, `outcome` (`helped`, `in-vain`, `failed`, `overtaken`), `reason`.',
    ],
    examples: ['vai recover 2', ['vai recover --history', 'the last attempts, of all sessions']],
  });
}

async function recover(context: CliContext, session: number, json: boolean): Promise<void> {
  const recovery = await context.progress(`Recovering session ${session}`, (say) => {
    say('looking at it');
    return context.withBridge((bridge) => bridge.recover(session));
  });
  if (json) context.printJson({ session, ...recovery } satisfies Output<'recover'>);
  else context.print(...recoveryText(session, recovery, context.vai));
  if (!recovery.helped) context.exitCode = 1;
}

/** What was found and done, for a person. */
function recoveryText(session: number, { outcome, finding, helped }: Recovery, vai: string): readonly string[] {
  switch (outcome) {
    case 'running':
      return nothingDone(session, finding, vai);
    case 'restarted':
      return helped
        ? [`Success: Session ${session} is running again`]
        : [`Session ${session} was restarted, and still does not move. See: ${vai} attach ${session}`];
    case 'nudged':
    case 'interrupted': {
      const found = finding === 'overlay' ? 'had something open at its terminal' : 'showed no sign of life';
      const done = outcome === 'nudged' ? 'was given a push' : 'was told to stop its turn';
      if (helped) return [`Success: Session ${session} ${found}, ${done}, and moves again`];
      return [
        `Session ${session} ${found}, ${done}, and still does not move.`,
        `Again, for the next step: ${vai} recover ${session}`,
      ];
    }
  }
}

function nothingDone(session: number, finding: Recovery['finding'], vai: string): readonly string[] {
  switch (finding) {
    case 'tool':
      return [
        `Session ${session} is running a tool, and is quiet meanwhile; nothing was done.`,
        `To stop what it works on: ${vai} interrupt ${session}    To restart it: ${vai} restart ${session}`,
      ];
    case 'waiting':
      return [
        `Session ${session} waits for a person; nothing was done.`,
        `What it asks: ${vai} prompts    What its terminal shows: ${vai} attach ${session}`,
      ];
    default:
      return [`Session ${session} is running; there was nothing to do`];
  }
}

async function showHistory(context: CliContext, session: number | undefined, json: boolean): Promise<void> {
  const { readAttempts, attemptText } = await import('../recovery-history.ts');
  const attempts = readAttempts(context.paths.recoveryFile, session);
  if (json) context.printJson(attempts satisfies Output<'recover'>);
  else if (attempts.length === 0) context.print('Nothing had to be recovered.');
  else context.print(...attempts.map(attemptText));
}
