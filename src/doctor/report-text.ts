import { groups } from './catalogue.ts';
import type { Group, Level } from './catalogue.ts';
import type { Finding, Report } from './report.ts';

const titles: Readonly<Record<Group, string>> = {
  node: 'Node',
  tmux: 'tmux',
  agent: 'Agent',
  installation: 'Installation',
  files: 'Files',
  configuration: 'Configuration',
  machine: 'Machine',
  discord: 'Discord',
  daemon: 'Bridge',
  leftovers: 'Leftovers',
};

const widestLevel = 'warning'.length;

/**
 * A report for a person: one line for a group that is well, each finding of the others; with `verbose` everything. A
 * line is pieces of text; those that `mark` made of a level's word may be coloured.
 */
export function reportLines<Marked>(
  report: Report,
  options: {
    readonly verbose: boolean;
    /** How `vai` is typed in this shell. */
    readonly vai: string;
    readonly mark: (level: Level, text: string) => Marked;
  },
): readonly (readonly (string | Marked)[])[] {
  const { verbose, vai, mark } = options;
  const lines = groups.flatMap((group): readonly (readonly (string | Marked)[])[] => {
    const findings = report.findings.filter((finding) => finding.group === group);
    if (findings.length === 0) return [];
    const shown = verbose ? findings : findings.filter(({ level }) => level !== 'ok');
    if (shown.length === 0) return [[titles[group].padEnd(15), mark('ok', 'ok')]];
    return [[titles[group]], ...shown.flatMap((finding) => findingLines(finding, mark))];
  });
  return [...lines, [''], [summary(report, verbose, vai)]];
}

function findingLines<Marked>(
  { level, says, id, do: todo }: Finding,
  mark: (level: Level, text: string) => Marked,
): readonly (readonly (string | Marked)[])[] {
  const word = mark(level, level.padEnd(widestLevel));
  const first = ['  ', word, `  ${says}${level === 'ok' ? '' : ` [${id}]`}`];
  return todo === undefined ? [first] : [first, [`${' '.repeat(widestLevel + 4)}-> ${todo}`]];
}

function summary({ counts }: Report, verbose: boolean, vai: string): string {
  const { problem, warning, note } = counts;
  if (problem + warning + note === 0) return 'Everything is well.';
  const parts = [count(problem, 'problem'), count(warning, 'warning'), count(note, 'note')].filter(
    (part) => part !== '',
  );
  return [
    `${parts.join(', ')}.`,
    ...(problem === 0 ? ['Nothing keeps the bridge from working.'] : []),
    ...(verbose ? [] : [`All that was looked at: ${vai} doctor --verbose`]),
  ].join(' ');
}

function count(number: number, word: string): string {
  if (number === 0) return '';
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
