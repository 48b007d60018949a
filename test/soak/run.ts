import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';

import { soak } from './soak.ts';
import type { SoakResult } from './soak.ts';
import type { Trend } from './trend.ts';

const helpText = `Usage: npm run soak [-- --minutes N] [--sessions N] [--snapshots DIR]

Puts a bridge under load for N minutes (default 20), with its agents dying and its connection breaking now and then, and
judges whether anything grows: memory, descriptors, processes, files, the database. With --snapshots the daemon
writes its whole heap into DIR every four minutes, to be compared; its resident memory says nothing then.
`;

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.stderr.write('Stopping; cleaning up ...\n');
    interrupted.abort();
  });
}

/** Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(helpText);
    return 0;
  }
  const minutes = numberAfter(args, '--minutes', 20);
  const sessions = numberAfter(args, '--sessions', 4);
  const snapshots = directoryAfter(args, '--snapshots');
  const result = await soak({
    lengthMs: minutes * 60_000,
    sessions,
    ...(snapshots === undefined ? {} : { snapshots }),
    signal: interrupted.signal,
    onSample: (at, figures, count) => {
      const values = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(1)}`);
      process.stdout.write(
        `${(at / 1000).toFixed(0).padStart(5)} s  ${values.join('  ')}  answered ${count.answered}\n`,
      );
    },
  });
  process.stdout.write(`\n${report(result)}\n`);
  return result.troubles.length > 0 || result.trends.some(({ grows, verdict }) => grows || verdict === 'over') ? 1 : 0;
}

/** What came of it, for people. */
function report({ count, troubles, trends, hours, warmUpMs }: SoakResult): string {
  return [
    `Load: ${Object.entries(count)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(', ')}; ${hours.toFixed(1)} hours on the machine's clock.`,
    `After ${(warmUpMs / 1000).toFixed(0)} s of warming up:`,
    ...trends.map(describeTrend),
    ...troubles.slice(0, 20).map((trouble) => `Trouble: ${trouble}`),
    ...(troubles.length > 20 ? [`... and ${troubles.length - 20} more`] : []),
  ].join('\n');
}

function describeTrend({ quantity, median, slopePerHour, rise, steadiness, grows, pace, verdict }: Trend): string {
  const { name, unit, mostPerHour } = quantity;
  const figures = `median ${median.toFixed(1)} ${unit}, slope ${slopePerHour.toFixed(1)} ${unit}/h`;
  const line = `  ${grows || verdict === 'over' ? 'GROWS' : 'flat '}  ${name}: ${figures}, rise ${rise.toFixed(2)}, steadiness ${steadiness.toFixed(2)}`;
  if (verdict === undefined) return line;
  const said = { within: 'shown', over: 'it is MORE', open: 'not shown: a longer soak would' }[verdict];
  const bounds = `${pace.perHour.toFixed(2)} (95 %: ${pace.low.toFixed(2)} to ${pace.high.toFixed(2)})`;
  return `${line}\n           at most ${mostPerHour} ${unit}/h? ${bounds}: ${said}`;
}

/** The directory behind an option; it is made. */
function directoryAfter(args: readonly string[], name: string): string | undefined {
  const index = args.indexOf(name);
  if (index < 0) return undefined;
  const directory = args[index + 1];
  if (directory === undefined) throw new Error(`${name} needs a directory.`);
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return resolve(directory);
}

function numberAfter(args: readonly string[], name: string, usual: number): number {
  const index = args.indexOf(name);
  if (index < 0) return usual;
  const value = Number(args[index + 1]);
  if (!(value > 0)) throw new Error(`${name} needs a number above 0.`);
  return value;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`soak: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
