import { Argument, InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import { localTime, parseTime } from '../../base/clock.ts';
import { parseDuration } from '../../config/duration.ts';
import type { Output } from '../../control/outputs.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { AuditRow } from '../audit-entries.ts';
import { jsonOption, readCount, readSession } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';
import { styled } from '../style.ts';
import type { Line, Piece } from '../style.ts';
import { tableLines } from '../table.ts';

const deeds = ['list', 'verify'] as const;
const outcomes = ['allowed', 'refused', 'done', 'failed'] as const;

interface Options {
  readonly session?: SessionNumber;
  readonly user?: string;
  readonly since?: string;
  readonly outcome?: (typeof outcomes)[number];
  readonly lines: number;
  readonly json?: true;
}

export function addAudit(program: Command, context: CliContext): void {
  const command = program
    .command('audit')
    .description('Shows who asked for what, what was decided and what was done; or whether that is as it was written.')
    .addArgument(new Argument('[DEED]', 'what is to be done').choices(deeds).default('list'))
    .addArgument(new Argument('[HASH]', 'with verify: a hash that was seen before').argParser(readHash))
    .addOption(hinted(new Option('--session <N>', 'of one session').argParser(readSession), 'sessions'))
    .addOption(new Option('--user <ID>', 'of one person, bot or webhook; or: local').argParser(readUser))
    .addOption(new Option('--since <WHEN>', 'not older than: 2d, 6h, or a date'))
    .addOption(new Option('--outcome <OUTCOME>', 'what came of it').choices(outcomes))
    .option('-n, --lines <LINES>', 'how many of the last lines', readCount, 100)
    .addOption(jsonOption())
    .action(async (deed: (typeof deeds)[number], hash: string | undefined, options: Options) => {
      context.demandOwnShell('The audit is not for processes inside a session.');
      if (deed === 'verify') await verify(context, hash, options);
      else await list(context, options);
    });
  explain(command, {
    alone: true,
    exits: { 1: 'with verify: the audit is not as it was written' },
    notes: [
      'Reads the files, so it works while the bridge is not running. Ids only; never a word of what was said.',
      {
        head: ['Outcome', 'Means'],
        rows: [
          ['`allowed`', 'somebody asked for something and may have it'],
          ['`refused`', 'somebody asked and may not; at most a line a minute and person, with their `count`'],
          [
            '`done`',
            'an agent was given a message, a request was decided (with the name of its tool), something was posted, a session came, went, started or stopped',
          ],
          ['`failed`', 'the same, and it did not work'],
        ],
      },
      'Each line carries the hash of the one before, over all files. `verify` names each line that was changed, removed, added or moved, and files that are missing; only the oldest may be gone, by their age. It prints the last hash: kept elsewhere and given to a later `verify`, it proves that nothing up to there was written anew.',
      'With `--json`: a list of the lines as they are in the files; with verify: `isWhole`, `files`, `lines`, `last` (`seq`, `hash`), `findings` (`file`, `line`, `kind`, `says`) and `notes`.',
    ],
    examples: [
      'vai audit',
      ['vai audit --session 2 --user 123456789012345678 --since 2d', 'what somebody asked for in a session'],
      ['vai audit --outcome refused --since 1d', 'who was refused'],
      ['vai audit verify', 'whether anybody touched it'],
    ],
  });
}

async function list(context: CliContext, options: Options): Promise<void> {
  const { findEntries } = await import('../audit-entries.ts');
  const since = options.since === undefined ? undefined : sinceTime(options.since, context.clock.now());
  const { session, user, outcome, lines: count } = options;
  const entries = findEntries(context.paths.auditFile, { session, user, outcome, since, count });
  if (options.json) context.printJson((entries ?? []) satisfies Output<'audit'>);
  else if (entries === undefined)
    context.note('There is no audit yet: it begins with the first thing that is asked for.');
  else if (entries.length === 0) context.note('The audit has no such line.');
  else context.print(...entryLines(entries, context.columns));
}

async function verify(context: CliContext, hash: string | undefined, { json }: Options): Promise<void> {
  const { verifyAudit } = await import('../../observe/audit-verify.ts');
  const { auditFile, auditHead } = context.paths;
  const verdict = verifyAudit(auditFile, auditHead, hash);
  if (!verdict.isWhole) context.exitCode = 1;
  if (json) {
    context.printJson(verdict satisfies Output<'audit verify'>);
    return;
  }
  const { files, lines, last, findings, notes } = verdict;
  context.print(
    ...findings.map(({ file, line, says }): Line => [styled('bad', `${file}:${line}`), `: ${says}`]),
    ...notes,
    verdict.isWhole
      ? [styled('good', 'The audit is as it was written'), `: ${counted(lines, 'line')} in ${counted(files, 'file')}.`]
      : [
          styled('bad', `The audit is not as it was written`),
          `: ${counted(findings.length, 'finding')} in ${counted(lines, 'line')}.`,
        ],
    ...(last ? [`Its last line is number ${last.seq}, with the hash ${last.hash}`] : []),
  );
}

function entryLines(entries: readonly AuditRow[], width: number | undefined): readonly Line[] {
  const rows = entries.map((entry): readonly Piece[] => {
    const { at, who = '', session, about = '', channel = '', outcome = '', reason } = entry;
    return [
      timeText(at),
      who,
      whatText(entry),
      session === undefined ? '' : String(session),
      about === '' ? channel : about,
      outcome === 'refused' || outcome === 'failed' ? styled('bad', outcome) : outcome,
      reason ?? '',
    ];
  });
  return tableLines(['WHEN', 'WHO', 'WHAT', 'N', 'ABOUT', 'OUTCOME', ''], rows, { width, flexible: [4, 6] });
}

function whatText({ action, surface, deed, mark, tool, answer, state, count }: AuditRow): string {
  if (mark !== undefined) return `(the audit: ${mark})`;
  const more = [answer, tool, state].filter((word) => typeof word === 'string').join(' ');
  if (deed !== undefined) return more === '' ? deed : `${deed}: ${more}`;
  return `${action ?? ''} (${surface ?? ''})${typeof count === 'number' ? ` × ${count}` : ''}`;
}

function timeText(at: string): string {
  const time = parseTime(at);
  return time === undefined ? at : localTime(time);
}

function sinceTime(text: string, now: number): number {
  const duration = parseDuration(text);
  const time = duration === undefined ? parseTime(text) : now - duration;
  if (time !== undefined) return time;
  throw usageError(`"${text}" is neither a duration nor a date.`, 'Use e.g. 2d, 6h or 2026-11-20.');
}

function readUser(value: string): string {
  return /^<@!?(\d+)>$/.exec(value)?.[1] ?? value;
}

function readHash(value: string): string {
  if (/^[0-9a-f]{64}$/.test(value)) return value;
  throw new InvalidArgumentError('It must be a hash of 64 hexadecimal digits.');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
