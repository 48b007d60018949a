import { resolve } from 'node:path';

import { Argument } from 'commander';
import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { usageError, visible } from '../failure.ts';
import { explain } from '../manual.ts';

interface Options {
  readonly dryRun?: true;
  readonly endAgents?: true;
  readonly json?: true;
}

export function addRestore(program: Command, context: CliContext): void {
  const file = new Argument('[file]', 'a backup; may be left out to finish a restore that was interrupted');
  const command = program
    .command('restore')
    .description('Puts back what "vai backup" stored. The bridge must be stopped; what is replaced is kept.')
    .addArgument(hinted(file, 'files'))
    .option('--dry-run', 'check the backup whole, and exchange nothing')
    .option('--end-agents', 'end agents that run on without their bridge')
    .addOption(jsonOption())
    .action(async (wanted: string | undefined, options: Options) => {
      context.demandOwnShell("The bridge cannot be restored from inside a session's terminal.");
      if (wanted === undefined) await finish(context, options);
      else await restore(context, resolve(wanted), options);
    });
  explain(command, {
    alone: true,
    notes: [
      'First the whole backup is unpacked beside and checked: every file against its checksum, every database. Only then files are exchanged, by renaming. When that is interrupted, the next `vai start` or `vai restore` finishes it: there is the old state or the new one, never a mixture.',
      'After `vai stop` no agent runs. After a crash, or `vai stop --keep-sessions`, they run on without their bridge; that is refused, or they are ended with `--end-agents`, once the backup is found good.',
      'What was there is in `replaced/` afterwards, of the last three restores. A backup of another machine or directory works as well. Restore only what you trust: a backup says which programs the bridge runs.',
      'With `--json`: `file`, `version` and `createdAt` of the backup, how many `files` are in it, whether they were `restored`, the directories with what was `replaced`, and `warnings`; when an interrupted restore was finished, only `file`, `restored` and `replaced`.',
    ],
    examples: [
      'vai restore backups/claude-discord-bridge-2026-11-20T02-10-00Z.tar.gz',
      ['vai restore bridge.tar.gz --dry-run', 'is it good?'],
      ['vai restore', 'finish one that was interrupted'],
    ],
  });
}

async function restore(context: CliContext, file: string, options: Options): Promise<void> {
  const dryRun = options.dryRun === true;
  const { restoreBackup } = await import('../../backup/restore.ts');
  const { paths, environment, clock } = context;
  const { manifest, replaced, warnings } = await context.progress(dryRun ? 'Checking' : 'Restoring', (say) =>
    restoreBackup({ paths, environment, clock, file, dryRun, endAgents: options.endAgents === true, say }),
  );
  const { version, createdAt, files } = manifest;
  if (options.json) {
    const told = { file, version, createdAt, files: files.length, restored: !dryRun, replaced, warnings };
    context.printJson(told satisfies Output<'restore'>);
    return;
  }
  for (const warning of warnings) context.note(visible(warning));
  const what = visible(`${file} (${files.length} files, made ${createdAt} by version ${version})`);
  if (dryRun) {
    context.print(`The backup is good: ${what}. Nothing was changed.`);
    return;
  }
  context.print(`Restored ${what}.`, ...replacedLines(replaced), `To start the bridge: ${context.vai} start`);
}

async function finish(context: CliContext, { dryRun, json }: Options): Promise<void> {
  const { finishInterruptedRestore } = await import('../../backup/idle-installation.ts');
  const finished = dryRun ? undefined : finishInterruptedRestore(context.paths);
  if (!finished) {
    throw usageError('No backup is named, and no restore was interrupted.', 'Those in backups/: vai backup --list');
  }
  const { archive: file, replaced } = finished;
  if (json) context.printJson({ file, restored: true, replaced } satisfies Output<'restore'>);
  else {
    context.print(
      visible(`Finished the restore of ${file}.`),
      ...replacedLines(replaced),
      `To start the bridge: ${context.vai} start`,
    );
  }
}

function replacedLines(replaced: readonly string[]): readonly string[] {
  return replaced.map((directory) => `What was there before is in ${directory}`);
}
