import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { writeFileAtomic } from '../../src/base/atomic-file.ts';
import { helpText, parseArguments } from './arguments.ts';
import type { BenchArguments } from './arguments.ts';
import { describeCommit, describeMachine, loadNow } from './machine.ts';
import { measurements } from './measurements.ts';
import { results } from './results.ts';
import type { Measured, Results } from './results.ts';
import { runMeasurement } from './runner.ts';
import { tableLines } from './table.ts';

const root = join(import.meta.dirname, '..', '..');
const interrupted = new AbortController();

/** Measures what the arguments ask for. Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const names = measurements.map(({ name }) => name);
  const wanted = parseArguments(args, names);
  if (wanted.help || wanted.list) {
    process.stdout.write(
      wanted.help ? helpText : measurements.map(({ name, title }) => `${name}: ${title}\n`).join(''),
    );
    return 0;
  }
  const outcome = await measure(wanted);
  const file = resolve(root, wanted.output);
  mkdirSync(dirname(file), { recursive: true });
  writeFileAtomic(file, `${JSON.stringify(results.parse(outcome), null, 2)}\n`, 0o644);
  process.stdout.write(`\n${summaryLine(outcome)}\nWritten to ${wanted.output}.\n`);
  return interrupted.signal.aborted ? 130 : outcome.measurements.some((one) => one.outcome === 'failed') ? 1 : 0;
}

async function measure({ names, quick }: BenchArguments): Promise<Results> {
  const begin = performance.now();
  const date = new Date().toISOString();
  const machine = await describeMachine();
  const { commit, changed } = await describeCommit();
  const loadAtBegin = loadNow();
  print(
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryMegabytes} MB, ${machine.kernel}`,
    `Node ${machine.node}, ${machine.tmux}, Claude Code ${machine.claude}; commit ${commit}${changed ? ' with changes' : ''}`,
    `Load ${loadAtBegin.map((value) => value.toFixed(2)).join(' ')}`,
  );
  const done: Measured[] = [];
  for (const measurement of measurements) {
    if (names.length > 0 && !names.includes(measurement.name)) continue;
    if (interrupted.signal.aborted) break;
    print('', `${measurement.name}: ${measurement.title}`);
    const one = await runMeasurement(measurement, { quick, signal: interrupted.signal, progress: showProgress });
    showProgress('');
    show(one);
    done.push(one);
  }
  const seconds = Math.round((performance.now() - begin) / 1000);
  const loads = { loadAtBegin, loadAtEnd: loadNow() };
  return { version: 1, date, commit, changed, quick, machine, ...loads, seconds, measurements: done };
}

function show(one: Measured): void {
  if (one.outcome === 'measured') print(...tableLines(one.rows).map((line) => `  ${line}`));
  else print(`  ${one.outcome}: ${one.why}`);
  for (const note of one.notes) print(`  Note: ${note}`);
}

function summaryLine({ measurements: done, seconds }: Results): string {
  const goals = done.flatMap((one) => (one.outcome === 'measured' ? one.rows.flatMap((row) => row.goals) : []));
  const met = goals.filter((goal) => goal.met).length;
  const count = (outcome: Measured['outcome']): number => done.filter((one) => one.outcome === outcome).length;
  const others = (['skipped', 'failed'] as const).filter((outcome) => count(outcome) > 0);
  return [`${met} of ${goals.length} goals met`, ...others.map((outcome) => `${count(outcome)} ${outcome}`)]
    .join(', ')
    .concat(` in ${seconds} s.`);
}

function print(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** One line that is written over; only where somebody watches. */
function showProgress(words: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${words.slice(0, (process.stderr.columns || 80) - 1)}`);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupted.signal.aborted) return;
    process.stderr.write('\nStopping; cleaning up ...\n');
    interrupted.abort();
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// Whatever a failed measurement still has under way is no reason to stay.
process.exit();
