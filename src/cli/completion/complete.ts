import type { Argument, Command, Option } from 'commander';

import { hintsOf } from './hints.ts';
import type { Hint } from './hints.ts';

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** What of the disk fits too: left to the shell, which knows its own rules. */
  readonly disk: 'nothing' | 'directories' | 'files';
}

/** What only the running bridge knows. Empty when it cannot be asked. */
export interface Lookups {
  sessions(): Promise<readonly Candidate[]>;
  prompts(): Promise<readonly Candidate[]>;
  access(): Promise<readonly Candidate[]>;
}

interface Place {
  readonly command: Command;
  /** Arguments of the command that are there already. */
  readonly position: number;
  /** An option that waits for its value. */
  readonly option: Option | undefined;
  /** After `--` nothing is an option. */
  readonly onlyArguments: boolean;
  readonly used: ReadonlySet<Option>;
}

/**
 * What the last of `words` may become, as the definitions of a command line say.
 *
 * @param words everything after the program's name up to the cursor; the last one is being typed, and may be empty.
 */
export async function complete(program: Command, words: readonly string[], lookups: Lookups): Promise<Completion> {
  const current = words.at(-1) ?? '';
  const place = walk(program, words.slice(0, -1));
  const found = await candidatesAt(place, current, program, lookups);
  return { ...found, candidates: found.candidates.filter(({ value }) => value.startsWith(current)) };
}

/** Where the words lead to. */
function walk(program: Command, words: readonly string[]): Place {
  let command = program;
  let position = 0;
  let option: Option | undefined;
  let onlyArguments = false;
  const used = new Set<Option>();
  for (const word of words) {
    // bash makes a word of its own of the sign in `--option=value`.
    if (option !== undefined && word === '=') continue;
    if (option !== undefined) {
      option = undefined;
    } else if (!onlyArguments && word === '--') {
      onlyArguments = true;
    } else if (!onlyArguments && word.startsWith('-') && word !== '-') {
      const [flag] = word.split('=');
      const known = optionsOf(command).find((one) => one.short === flag || one.long === flag);
      if (known) used.add(known);
      if (known && (known.required || known.optional) && !word.includes('=')) option = known;
    } else {
      const next =
        position === 0
          ? command.commands.find((one) => one.name() === word || one.aliases().includes(word))
          : undefined;
      if (next) command = next;
      else position += 1;
    }
  }
  return { command, position, option, onlyArguments, used };
}

async function candidatesAt(place: Place, current: string, program: Command, lookups: Lookups): Promise<Completion> {
  const { command, position, option, onlyArguments, used } = place;
  const ask = (target: Argument | Option): Promise<Completion> => valuesOf(target, current, program, lookups);
  if (option !== undefined) return ask(option);
  if (!onlyArguments && current.startsWith('-')) {
    const assigned = optionsOf(command).find((one) => current.startsWith(`${one.long ?? one.flags}=`));
    if (assigned)
      return withPrefix(
        `${assigned.long ?? ''}=`,
        await valuesOf(assigned, current.split('=')[1] ?? '', program, lookups),
      );
    const left = optionsOf(command).filter((one) => !used.has(one) || Array.isArray(one.defaultValue));
    return listed(left.map((one) => ({ value: one.long ?? one.flags, description: one.description })));
  }
  if (command.commands.length > 0) return position === 0 ? listed(commandsOf(command)) : listed([]);
  const { registeredArguments } = command;
  const argument =
    registeredArguments[position] ?? (registeredArguments.at(-1)?.variadic ? registeredArguments.at(-1) : undefined);
  return argument === undefined ? listed([]) : ask(argument);
}

async function valuesOf(
  target: Argument | Option,
  current: string,
  program: Command,
  lookups: Lookups,
): Promise<Completion> {
  const candidates: Candidate[] = [];
  let disk: Completion['disk'] = 'nothing';
  for (const hint of hintsOf(target)) {
    if (hint === 'directories' || hint === 'files') disk = hint;
    else candidates.push(...(await candidatesOf(hint, current, program, lookups)));
  }
  return { candidates, disk };
}

async function candidatesOf(
  hint: Exclude<Hint, 'directories' | 'files'>,
  current: string,
  program: Command,
  lookups: Lookups,
): Promise<readonly Candidate[]> {
  switch (hint) {
    case 'sessions':
      return lookups.sessions();
    case 'session-list': {
      const before = current.slice(0, current.lastIndexOf(',') + 1);
      const taken = before.split(',');
      const left = (await lookups.sessions()).filter(({ value }) => !taken.includes(value));
      return left.map(({ value, description }) => ({ value: `${before}${value}`, description }));
    }
    case 'prompts':
      return lookups.prompts();
    case 'access':
      return lookups.access();
    case 'commands':
      return commandsOf(program);
    default:
      return hint.map((value) => ({ value, description: '' }));
  }
}

function withPrefix(prefix: string, { candidates, disk }: Completion): Completion {
  return { candidates: candidates.map(({ value, description }) => ({ value: prefix + value, description })), disk };
}

function listed(candidates: readonly Candidate[]): Completion {
  return { candidates, disk: 'nothing' };
}

function optionsOf(command: Command): readonly Option[] {
  return command.createHelp().visibleOptions(command);
}

function commandsOf(command: Command): readonly Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), description: one.description() }));
}
