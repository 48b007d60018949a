import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describeError } from '../../src/base/errors.ts';
import { Scope } from '../../src/base/scope.ts';
import { endProcessesNaming } from '../e2e/support/leftovers.ts';
import { judge } from './judge.ts';
import type { Measurement } from './measurement.ts';
import type { Measured } from './results.ts';

export interface RunOptions {
  readonly quick: boolean;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: (words: string) => void;
}

/** What nobody caught: left to Node, it would end this process and leave all that was started behind. */
const strayErrors = ['unhandledRejection', 'uncaughtException'] as const;

/**
 * Runs one measurement to its end, its time limit, or the signal; gives back everything it acquired, also then, and
 * ends what it left running. Never throws: a failure is an outcome.
 */
export async function runMeasurement(measurement: Measurement, options: RunOptions): Promise<Measured> {
  const { name, title, quantities, maxSeconds } = measurement;
  const samples = new Map<string, number[]>(quantities.map((quantity) => [quantity.name, []]));
  const notes: string[] = [];
  const begin = performance.now();
  const told = () => ({ name, title, notes, seconds: Math.round((performance.now() - begin) / 100) / 10 });
  const why = measurement.unavailable?.();
  if (why !== undefined) return { outcome: 'skipped', ...told(), why };

  const scope = new Scope();
  const directory = mkdtempSync(join(tmpdir(), 'bench-'));
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(maxSeconds * 1000)]);
  const errors: string[] = [];
  const stray = Promise.withResolvers<never>();
  for (const event of strayErrors) process.on(event, stray.reject);
  const usual = process.env['TMPDIR'];
  process.env['TMPDIR'] = directory;
  try {
    const record = (quantity: string, value: number): void => {
      const own = samples.get(quantity);
      if (!own) throw new Error(`"${quantity}" is not a quantity of ${name}`);
      own.push(value);
    };
    const { quick, progress } = options;
    const note = (sentence: string): number => notes.push(sentence);
    await Promise.race([
      measurement.run({ quick, directory, scope, signal, record, note, progress }),
      aborted(signal, maxSeconds),
      stray.promise,
    ]);
  } catch (error) {
    errors.push(describe(error));
  }
  try {
    await scope.close();
  } catch (error) {
    errors.push(describe(error));
  }
  if (usual === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usual;
  try {
    const left = await endProcessesNaming(directory);
    if (left > 0) notes.push(`${left} processes were left running, and ended.`);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    if (errors.length === 0) return { outcome: 'measured', ...told(), rows: judge(quantities, samples) };
  } catch (error) {
    errors.push(describe(error));
  } finally {
    for (const event of strayErrors) process.off(event, stray.reject);
  }
  return { outcome: 'failed', ...told(), why: errors.join('\n') };
}

async function aborted(signal: AbortSignal, maxSeconds: number): Promise<never> {
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const reason: unknown = signal.reason;
  const isTimeout = reason instanceof DOMException && reason.name === 'TimeoutError';
  throw new Error(isTimeout ? `it took longer than ${maxSeconds} s` : 'it was stopped');
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return [error.message, ...error.errors.map(describe)].join('; ');
  const cause = error instanceof Error && error.cause !== undefined ? `; ${describe(error.cause)}` : '';
  return `${describeError(error)}${cause}`;
}
