import type { Argument, Option } from 'commander';

/** Where the values of an argument or option come from, when a shell completes it: the daemon, the disk, or a list. */
export type Hint =
  | 'sessions'
  /** Numbers with commas between them. */
  | 'session-list'
  | 'prompts'
  /** Of whom something is said. */
  | 'access'
  | 'directories'
  | 'files'
  | 'commands'
  | readonly string[];

const hints = new WeakMap<Argument | Option, readonly Hint[]>();

/** Says where an argument's or an option's values come from. */
export function hinted<T extends Argument | Option>(target: T, ...sources: readonly Hint[]): T {
  hints.set(target, sources);
  return target;
}

export function hintsOf(target: Argument | Option): readonly Hint[] {
  return hints.get(target) ?? (target.argChoices === undefined ? [] : [target.argChoices]);
}
