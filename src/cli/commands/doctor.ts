import type { Command } from 'commander';

import type { Level } from '../../doctor/catalogue.ts';
import type { CliContext } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { explain } from '../manual.ts';
import { styled } from '../style.ts';
import type { Look } from '../style.ts';

interface Options {
  readonly verbose?: true;
  readonly json?: true;
}

const looks: Readonly<Record<Level, Look>> = { ok: 'good', note: 'quiet', warning: 'attention', problem: 'bad' };

export function addDoctor(program: Command, context: CliContext): void {
  const command = program
    .command('doctor')
    .description(
      'Looks for what is wrong, and says what to do. Works with and without a running bridge; changes nothing.',
    )
    .option('--verbose', 'also what is as it should be')
    .option('--json', 'for programs')
    .action((options: Options) => showReport(context, options));
  explain(command, {
    examples: [
      'vai doctor',
      ['vai doctor --verbose', 'everything that was looked at'],
      [`vai doctor --json | jq -r '.findings[] | select(.level == "problem") | .says'`, 'only what is broken'],
    ],
    notes: [
      'It looks at Node, tmux, the agent and its login, what is installed, the permissions of files, settings and maps, port, disk, memory, clock, the Discord token with its intents and channels, the running bridge, and what earlier runs left.',
      'Each finding has a level, a stable id and what to do: see [troubleshooting.md](troubleshooting.md#what-vai-doctor-finds).',
      {
        head: ['Level', 'Means'],
        rows: [
          ['`problem`', 'something does not work'],
          ['`warning`', 'it will not work well, or not for long'],
          ['`note`', 'good to know'],
          ['`ok`', 'as it should be; shown with `--verbose`'],
        ],
      },
    ],
    exits: { 0: 'no problem was found (there may be warnings)', 1: 'a problem was found' },
  });
}

async function showReport(context: CliContext, options: Options): Promise<void> {
  const { paths, environment, clock, vai } = context;
  // Loaded only here: what it brings along would slow every command.
  const [{ examine }, { lookAround }] = await Promise.all([
    import('../../doctor/doctor.ts'),
    import('../../doctor/surroundings.ts'),
  ]);
  const report = await context.progress('Looking at everything', () =>
    examine(lookAround({ paths, environment, clock, vai })),
  );
  if (!report.healthy) context.exitCode = exitCodes.refused;
  if (options.json) {
    context.printJson(report);
    return;
  }
  const { reportLines } = await import('../../doctor/report-text.ts');
  const lines = reportLines(report, {
    verbose: options.verbose === true,
    vai,
    mark: (level, text) => styled(looks[level], text),
  });
  context.print(...lines);
}
