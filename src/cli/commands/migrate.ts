import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { explain } from '../manual.ts';
import { migrationLines } from '../migration-text.ts';
import { runMigration } from '../migration-program.ts';

interface Options {
  readonly from?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export function addMigrate(program: Command, context: CliContext): void {
  const command = program
    .command('migrate')
    .description('Brings over what the Python bridge or an earlier version left. All of it, or nothing.')
    .option('--from <DIRECTORY>', 'where the Python bridge has its .env and sessions.json (~/.claude-discord-bridge)')
    .option('--dry-run', 'says what would be done, and changes nothing')
    .addOption(jsonOption())
    .action((options: Options) => migrateInstallation(context, options));
  explain(command, {
    examples: [
      ['vai migrate --dry-run', 'what would be done'],
      'vai migrate',
      ['vai migrate --from ~/old/claude-discord-bridge', 'a Python bridge in another place'],
    ],
    notes: [
      'Of the Python bridge, the settings that there are here too, the sessions and the attachments are copied; nothing there is changed, and it may be running. What is set here already is never overwritten: what differs is named, and stays. A session keeps its number, unless that was given here to another one. Files that lie in `attachments/` itself are moved to session 1.',
      'What is changed is copied first into `state/migrations/` (the newest three are kept); each new file is read back; on any failure everything is put back as it was. The same happens after a `kill -9`, with the next run or the next start of the bridge. It may be run again at any time, and needs a stopped bridge when there is something to do. See [docs/operations.md](operations.md#move-from-the-python-bridge).',
      'With `--json`: `outcome` (`nothing`, `planned`, `done`), `healed` (what was done about an earlier run that was killed: `undone`, `finished`, or null), `steps` (a list of objects with `id`, `title`, `files`, `settings`, `sessions` and `notes`), `verified` (`files` and `bytes` that were read back) and `backup` (a directory, or null).',
    ],
    alone: true,
  });
}

async function migrateInstallation(context: CliContext, { from, dryRun, json }: Options): Promise<void> {
  context.demandOwnShell("Nothing is migrated from inside a session's terminal.");
  const { environment, clock } = context;
  const report = await context.progress('Migrating', () =>
    runMigration({
      environment: { ...environment, BRIDGE_HOME: context.paths.home },
      clock,
      from,
      dryRun: dryRun === true,
    }),
  );
  if (json) context.printJson(report satisfies Output<'migrate'>);
  else context.print(...migrationLines(report, { vai: context.vai, from }));
}
