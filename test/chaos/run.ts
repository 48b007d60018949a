import { parseArguments } from './arguments.ts';
import { describeFailure, runScenario } from './scenario.ts';
import type { Outcome } from './scenario.ts';

const helpText = `Usage: npm run chaos [-- --minutes N | --count N] [--seed S] [--at-once N]

Plays random scenarios against a real daemon, real tmux and a chat server with faults, and judges what came of them.

  --minutes N   for so long (default 10)
  --count N     so many scenarios, instead of a time
  --seed S      the first seed; the others follow it (default: taken from the clock)
  --at-once N   so many scenarios at the same time (default 2)
`;

let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopped) process.stderr.write('Stopping after the scenarios that are being played ...\n');
    stopped = true;
  });
}

/** Plays scenarios until the time or the number is over. Gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const wanted = parseArguments(args);
  if (wanted.help) {
    process.stdout.write(helpText);
    return 0;
  }
  const first = wanted.seed ?? Date.now() % 1_000_000;
  const begin = performance.now();
  const end = wanted.count === undefined ? begin + wanted.minutes * 60_000 : Infinity;
  const last = first + (wanted.count ?? Infinity);
  const failures: Outcome[] = [];
  let next = first;
  let played = 0;
  const play = async (): Promise<void> => {
    while (!stopped && next < last && performance.now() < end) {
      const seed = next;
      next += 1;
      const outcome = await runScenario(seed);
      played += 1;
      const isGood = outcome.violations.length === 0;
      process.stdout.write(`seed ${seed}: ${isGood ? 'good' : 'BROKEN'} (${outcome.seconds.toFixed(1)} s)\n`);
      if (isGood) continue;
      failures.push(outcome);
      process.stdout.write(`${describeFailure(outcome)}\n`);
    }
  };
  await Promise.all(Array.from({ length: wanted.atOnce }, play));
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
  process.stdout.write(`\n${played} scenarios in ${minutes} minutes, ${failures.length} broken`);
  process.stdout.write(failures.length === 0 ? '.\n' : `: seeds ${failures.map(({ seed }) => seed).join(', ')}.\n`);
  return failures.length === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
