import { diagnoseTmux } from '../../terminal/diagnosis.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

const ids = {
  missing: 'tmux-missing',
  'too-old': 'tmux-too-old',
  locale: 'tmux-locale',
  silent: 'tmux-silent',
  'known-bad': 'tmux-known-bad',
} as const;

/** tmux: there, new enough, not one of those with a known fault; and whether this shell can show what is in it. */
export function tmuxCheck({ environment, vai }: Surroundings): Check {
  return {
    name: 'tmux',
    group: 'tmux',
    timeoutMs: 25_000,
    run: async () => {
      const found = await diagnoseTmux(environment);
      const about =
        'kind' in found
          ? fault(ids[found.kind], found.says, found.advice)
          : good('tmux', `${found.version} is at ${found.path}.`);
      return [about, ...localeFindings(environment, vai)];
    },
  };
}

/** The bridge gives its own tmux a locale; a person who attaches brings their own. */
function localeFindings(environment: Surroundings['environment'], vai: string): readonly Finding[] {
  const name = ['LC_ALL', 'LC_CTYPE', 'LANG'].find((one) => environment[one]);
  const value = name === undefined ? undefined : environment[name];
  if (value !== undefined && /utf-?8/i.test(value)) return [good('tmux', `This shell speaks UTF-8 (${value}).`)];
  const says =
    name === undefined || value === undefined
      ? `This shell has no locale (LANG is not set), so "${vai} attach" shows "_" for letters beyond ASCII.`
      : `This shell's locale is ${name}=${value}, so "${vai} attach" shows "_" for letters beyond ASCII.`;
  return [fault('shell-not-utf8', says, 'export LANG=C.UTF-8')];
}
