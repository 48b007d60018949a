import { resolve } from 'node:path';

import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { shellWord } from '../../base/shell-words.ts';
import { jsonOption } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { visible } from '../failure.ts';
import { explain } from '../manual.ts';
import { ago } from '../relative-time.ts';
import { sizeText } from '../size-text.ts';
import { alignColumns } from '../table.ts';

interface Options {
  readonly to?: string;
  readonly withWorkspace?: true;
  readonly keep: number;
  readonly list?: true;
  readonly json?: true;
}

/** So many things that are not in a backup are named. */
const mostNamed = 10;

export function addBackup(program: Command, context: CliContext): void {
  const command = program
    .command('backup')
    .description('Stores configuration, sessions, state and attachments in one file, also while the bridge runs.')
    .addOption(
      hinted(new Option('--to <FILE>', 'a file that is not there yet, or a directory; default: backups/'), 'files'),
    )
    .option('--with-workspace', "also what lies in the sessions' own working directories (workspace/)")
    .option('--keep <COUNT>', 'how many in backups/ stay', readKeep, 10)
    .addOption(new Option('--list', 'show those in backups/').conflicts(['to', 'withWorkspace']))
    .addOption(jsonOption())
    .action(async (options: Options) => {
      if (options.list) await list(context, options.json === true);
      else await backUp(context, options);
    });
  explain(command, {
    alone: true,
    notes: [
      'The file has secrets in it (tokens, what people wrote): it is readable for you alone; keep it so. It is read again before it counts as made. Nothing is ever written over. Without `--to`, the oldest in `backups/` beyond `--keep` are removed.',
      "Not in it: logs and measurements, working directories elsewhere, and what agents keep for themselves, like Claude Code's conversations in `~/.claude`. Links are left out and named.",
      'With `--json`: `file`, `bytes`, `sha256` (of the file), `version`, `createdAt`, how many `files` are in it, `left` (a list of `path` and `why`), and the older files that were `removed`; with `--list` as well: `backups`, a list of `file`, `bytes` and `createdAt`, newest first.',
    ],
    examples: [
      'vai backup',
      ['vai backup --to /mnt/usb/bridge.tar.gz', 'to another disk'],
      ['vai backup --list', 'those in backups/'],
    ],
  });
}

async function backUp(context: CliContext, options: Options): Promise<void> {
  context.demandOwnShell("The bridge cannot be backed up from inside a session's terminal.");
  const [{ makeBackup }, { productVersion }] = await Promise.all([
    import('../../backup/make-backup.ts'),
    import('../../config/version.ts'),
  ]);
  const { file, size, sha256, manifest, removed } = await context.progress('Backing up', (say) =>
    makeBackup({
      paths: context.paths,
      clock: context.clock,
      version: productVersion(),
      ...(options.to === undefined ? {} : { to: resolve(options.to) }),
      withWorkspace: options.withWorkspace === true,
      keep: options.keep,
      say,
    }),
  );
  const { version, createdAt, files, left } = manifest;
  if (options.json) {
    const told = { file, bytes: size, sha256, version, createdAt, files: files.length, left, removed };
    context.printJson(told satisfies Output<'backup'>);
    return;
  }
  for (const { path, why } of left.slice(0, mostNamed))
    context.note(visible(`Not as it is in the backup: ${path}, ${why}.`));
  if (left.length > mostNamed) context.note(`… and ${left.length - mostNamed} more; --json names them all.`);
  context.print(
    `Stored ${files.length} files in ${file} (${sizeText(size)}).`,
    `It has secrets in it. To put it back: ${context.vai} stop, then ${context.vai} restore ${shellWord(file)}`,
    ...removed.map((old) => `Removed the old ${old}.`),
  );
}

async function list(context: CliContext, json: boolean): Promise<void> {
  const { namedBackups } = await import('../../backup/backup-names.ts');
  const backups = namedBackups(context.paths.backups);
  if (json) {
    const told = backups.map(({ file, size, createdAt }) => ({ file, bytes: size, createdAt }));
    context.printJson({ backups: told } satisfies Output<'backup'>);
    return;
  }
  if (backups.length === 0)
    context.note(`There is no backup in ${context.paths.backups}. To make one: ${context.vai} backup`);
  const rows = backups.map(({ file, size, createdAt }) => [file, sizeText(size), ago(createdAt, context.clock.now())]);
  context.print(...alignColumns(rows));
}

function readKeep(value: string): number {
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('It must be a whole number from 1 to 9999.');
}
