import { Argument, InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import type { AccessEntry, AccessTarget } from '../../contracts/bridge-api.ts';
import type { Output } from '../../control/outputs.ts';
import { accessKinds, roles } from '../../model/access.ts';
import type { AccessKind, Role } from '../../model/access.ts';
import type { SessionNumber } from '../../model/session.ts';
import { jsonOption, readSession } from '../arguments.ts';
import { hinted } from '../completion/hints.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';
import type { Line } from '../style.ts';
import { tableLines } from '../table.ts';

const deeds = ['list', 'grant', 'revoke'] as const;

interface Options {
  readonly kind: AccessKind;
  readonly session?: SessionNumber;
  readonly decide?: 'yes' | 'no';
  readonly json?: true;
}

const fromWords: Readonly<Record<AccessEntry['from'], string>> = {
  file: 'bridge.json',
  configured: 'configuration',
  paired: 'vai pair',
};

export function addAccess(program: Command, context: CliContext): void {
  const command = program
    .command('access')
    .description('Shows and changes who may do what from the chat.')
    .addArgument(new Argument('[DEED]', 'what is to be done').choices(deeds).default('list'))
    .addArgument(hinted(new Argument('[ID]', 'of a user, a role or a bot, in Discord').argParser(readId), 'access'))
    .addArgument(new Argument('[ROLE]', 'what they are from now on, with grant').choices(roles))
    .addOption(new Option('--kind <KIND>', 'whose id it is').choices(accessKinds).default('user'))
    .addOption(
      hinted(new Option('--session <N>', 'in this session only, instead of in all').argParser(readSession), 'sessions'),
    )
    .addOption(new Option('--decide <ANSWER>', 'may decide what the agent asks, or not').choices(['yes', 'no']))
    .addOption(jsonOption())
    .action(async (deed: (typeof deeds)[number], id: string | undefined, role: Role | undefined, options: Options) => {
      const ask = askOf(deed, id, role, options);
      const { entries, granted } = await context.withBridge(async (bridge) => {
        if (ask.deed === 'revoke') await bridge.revokeAccess(ask.target);
        const entry = ask.deed === 'grant' ? await bridge.grantAccess(ask.grant) : undefined;
        return { entries: await bridge.access(), granted: entry };
      });
      if (options.json) {
        context.printJson({
          entries,
          ...(granted === undefined ? {} : { granted }),
          ...(ask.deed === 'revoke' ? { revoked: ask.target } : {}),
        } satisfies Output<'access'>);
        return;
      }
      if (granted !== undefined) context.print(`Success: ${sentenceOf(granted)}`);
      if (ask.deed === 'revoke') context.print(`Success: what was said of ${nameOf(ask.target)} is taken back`);
      context.print(...entryLines(entries, context));
    });
  explain(command, {
    notes: [
      'It counts at once, and is kept in `config/bridge.json`; what else is in that file stays. A file that is changed by hand is read at the next start, or with the next change made here.',
      {
        head: ['Role', 'May'],
        rows: [
          ['`owner`', 'everything, also add and remove sessions (with `--session`: what concerns that one)'],
          ['`operator`', 'talk to the agent, decide what it asks, stop it, take messages out of its queue'],
          ['`member`', 'talk to the agent, and have files posted that it names'],
          ['`viewer`', 'see what is going on'],
          ['`none`', 'nothing: takes away in one session what is given in all'],
        ],
      },
      'The most precise word counts: of the user in the session, of the highest of their roles in the session, of the user everywhere, of the highest of their roles everywhere. An owner everywhere is owner in every session.',
      '`--decide yes` lets a member or a viewer decide what the agent asks; `--decide no` keeps an operator from it.',
      'Bots and webhooks (`--kind bot`, by the id that they write under) are ignored unless they are listed. They are heard only so often without a person between them: `BOT_MESSAGES`.',
      'An id: in Discord, settings, Advanced, Developer Mode; then a right click on a user, a role or a bot, Copy ID.',
      'With `--json`: `entries`, a list of objects with `kind` (`user`, `role`, `bot`), `id`, `role`, `decide` (where it was said), `decides` (what comes of it), `session` (missing: all) and `from` (`file`, `configured`, `paired`); `granted`, such an object, or `revoked` with `kind`, `id` and `session`.',
    ],
    examples: [
      ['vai access', 'who may do what'],
      ['vai access grant 123456789012345678 operator', 'in all sessions'],
      ['vai access grant 123456789012345678 member --kind role --session 2', 'everybody with a role, in session 2'],
      'vai access grant 123456789012345678 viewer --decide yes',
      'vai access revoke 123456789012345678 --kind role --session 2',
    ],
  });
}

type Ask =
  | { readonly deed: 'list' }
  | { readonly deed: 'grant'; readonly grant: AccessTarget & { readonly role: Role; readonly decide?: boolean } }
  | { readonly deed: 'revoke'; readonly target: AccessTarget };

function askOf(deed: (typeof deeds)[number], id: string | undefined, role: Role | undefined, options: Options): Ask {
  const { kind, session, decide } = options;
  if (deed === 'list') {
    if (id !== undefined) throw usageError('The list takes no id.', 'Example: vai access');
    return { deed };
  }
  if (id === undefined)
    throw usageError(
      'The id is missing.',
      `Example: vai access ${deed} 123456789012345678${deed === 'grant' ? ' member' : ''}`,
    );
  const target = { kind, id, ...(session === undefined ? {} : { session }) };
  if (deed === 'revoke') {
    if (role !== undefined || decide !== undefined) {
      throw usageError('What is taken back has no role.', 'Example: vai access revoke 123456789012345678');
    }
    return { deed, target };
  }
  if (role === undefined) throw usageError('The role is missing.', `It is one of ${roles.join(', ')}.`);
  return { deed, grant: { ...target, role, ...(decide === undefined ? {} : { decide: decide === 'yes' }) } };
}

function readId(value: string): string {
  if (!/^\d{15,20}$/.test(value)) throw new InvalidArgumentError('An id has 15 to 20 digits.');
  return value;
}

function nameOf({ kind, id, session }: AccessTarget): string {
  return `${kind} ${id}${session === undefined ? '' : ` in session ${session}`}`;
}

function sentenceOf(entry: AccessEntry): string {
  const decides =
    entry.decide === undefined ? '' : `, who may ${entry.decides ? '' : 'not '}decide what the agent asks`;
  return `${nameOf(entry)} is ${entry.role} now${entry.session === undefined ? ', in all sessions' : ''}${decides}`;
}

function entryLines(entries: readonly AccessEntry[], { columns }: CliContext): readonly Line[] {
  if (entries.length === 0) return ['Nobody was named: nothing from the chat is run. Begin with: vai pair'];
  const head = ['WHERE', 'WHO', 'ID', 'ROLE', 'DECIDES', 'FROM'];
  const rows = entries.map(({ kind, id, role, session, decides, from }) => [
    session === undefined ? 'everywhere' : `session ${session}`,
    kind,
    id,
    role,
    decides ? 'yes' : 'no',
    fromWords[from],
  ]);
  return tableLines(head, rows, { width: columns, flexible: [] });
}
