import { shellWord } from '../base/shell-words.ts';
import type { MigrationReport, MigrationStepReport } from '../contracts/migration.ts';
import { styled } from './style.ts';
import type { Line } from './style.ts';

export interface MigrationView {
  readonly vai: string;
  /** Where the Python bridge was said to be; undefined: where it usually is. */
  readonly from: string | undefined;
}

/** Of each step so many files are named to a person. */
const filesShown = 10;

/** What a migration did, or would do, for a person. */
export function migrationLines(report: MigrationReport, view: MigrationView): readonly Line[] {
  const healed = {
    undone: 'An earlier migration was killed: what it had begun was undone.',
    finished: 'An earlier migration was killed when everything was in place: it was finished.',
  };
  return [
    ...(report.healed === null ? [] : [healed[report.healed]]),
    ...report.steps.flatMap(stepLines),
    ...outcomeLines(report, view),
  ];
}

function stepLines({ title, files, settings, sessions, notes }: MigrationStepReport): readonly Line[] {
  const lines = [
    ...(settings.length === 0 ? [] : [`  settings: ${settings.join(', ')}`]),
    ...sessions.map(({ number, channel }) => `  session ${number}: channel ${channel}`),
    ...files.slice(0, filesShown).map(({ from, to }) => `  ${from} -> ${to}`),
    ...(files.length > filesShown ? [`  and ${files.length - filesShown} more files`] : []),
    ...notes.map((note): Line => ['  ', styled('attention', note)]),
  ];
  return lines.length === 0 ? [] : [[styled('strong', title)], ...lines];
}

function outcomeLines(
  { outcome, verified, backup, steps }: MigrationReport,
  { vai, from }: MigrationView,
): readonly Line[] {
  if (outcome === 'nothing') return ['There is nothing to migrate.'];
  if (outcome === 'planned') {
    const place = from === undefined ? '' : ` --from ${shellWord(from)}`;
    return [`Nothing was changed. To do this: ${vai} stop, when the bridge runs, then ${vai} migrate${place}`];
  }
  const hasToken = steps.some(({ settings }) => settings.includes('DISCORD_BOT_TOKEN'));
  return [
    `Success: ${verified.files} files written and read back. What was there before is in ${backup ?? ''}`,
    ...(hasToken ? [`Next: ${vai} start, then ${vai} pair: here the bot answers nobody before it has an owner.`] : []),
  ];
}
