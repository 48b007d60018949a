import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { platform } from 'node:os';

import { describe, expect, it } from 'vitest';

import { processesNaming } from '../e2e/support/leftovers.ts';
import type { BenchContext, Measurement } from './measurement.ts';
import { runMeasurement } from './runner.ts';

function measurement(run: (context: BenchContext) => Promise<void>, more: Partial<Measurement> = {}): Measurement {
  return { name: 'test', title: 'a test', quantities: [{ name: 'it', unit: 'ms' }], maxSeconds: 30, run, ...more };
}

function runIt(one: Measurement, signal: AbortSignal = new AbortController().signal) {
  return runMeasurement(one, { quick: true, signal, progress: () => undefined });
}

describe('runMeasurement', () => {
  it('sums up what was recorded, and gives everything back', async () => {
    const released: string[] = [];
    let directory = '';
    const usual = process.env['TMPDIR'];
    const outcome = await runIt(
      measurement(async (context) => {
        directory = context.directory;
        expect(process.env['TMPDIR']).toBe(directory);
        context.scope.defer('it', () => void released.push('it'));
        context.record('it', 3);
        context.note('so it was');
      }),
    );
    expect(outcome).toMatchObject({ outcome: 'measured', notes: ['so it was'], rows: [{ quantity: 'it', median: 3 }] });
    expect(released).toEqual(['it']);
    expect(existsSync(directory)).toBe(false);
    expect(process.env['TMPDIR']).toBe(usual);
  });

  it.runIf(platform() === 'linux')('ends what was left running, also after a failure', async () => {
    let directory = '';
    const outcome = await runIt(
      measurement(async (context) => {
        directory = context.directory;
        spawn('sleep', ['1000'], { stdio: 'ignore', env: { PATH: process.env['PATH'], OWNER: directory } });
        throw new Error('nothing to measure');
      }),
    );
    expect(outcome).toMatchObject({
      outcome: 'failed',
      why: 'nothing to measure',
      notes: ['1 processes were left running, and ended.'],
    });
    expect(processesNaming(directory)).toEqual([]);
  });

  it.each([
    ['a promise that nobody waits for', 'void Promise.reject(new Error("lost"))'],
    ['an error of a socket that nobody listens to', 'new EventEmitter().emit("error", new Error("lost"))'],
  ])('fails by %s, and releases then too', (_what, failure) => {
    const program = `
      import { EventEmitter } from 'node:events';
      import { runMeasurement } from ${JSON.stringify(new URL('runner.ts', import.meta.url).href)};
      const run = ({ scope }) => {
        scope.defer('it', () => console.log('released'));
        setImmediate(() => { ${failure}; });
        return new Promise((resolve) => setTimeout(resolve, 60_000));
      };
      const one = { name: 'test', title: 'a test', quantities: [], maxSeconds: 30, run };
      const outcome = await runMeasurement(one, { signal: new AbortController().signal, progress: () => undefined });
      console.log(outcome.outcome, outcome.why);
      process.exit();`;
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program];
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('released\nfailed lost\n');
  });

  it('is stopped by the signal, and releases then too', async () => {
    const stop = new AbortController();
    let isReleased = false;
    const endless = measurement(async ({ scope }) => {
      scope.defer('it', () => void (isReleased = true));
      stop.abort();
      await new Promise(() => undefined);
    });
    expect(await runIt(endless, stop.signal)).toMatchObject({ outcome: 'failed', why: 'it was stopped' });
    expect(isReleased).toBe(true);
  });

  it('is ended when its time is up', async () => {
    const endless = measurement(() => new Promise(() => undefined), { maxSeconds: 0.05 });
    expect(await runIt(endless)).toMatchObject({ outcome: 'failed', why: 'it took longer than 0.05 s' });
  });

  it('says why it is skipped', async () => {
    const run = (): Promise<void> => Promise.reject(new Error('must not run'));
    const skipped = measurement(run, { unavailable: () => 'there is no browser' });
    expect(await runIt(skipped)).toMatchObject({ outcome: 'skipped', why: 'there is no browser' });
  });

  it('a quantity that was never sampled, or is not declared, is a failure', async () => {
    expect(await runIt(measurement(async () => undefined))).toMatchObject({ why: '"it" was never sampled' });
    const wrong = measurement(async ({ record }) => record('that', 1));
    expect(await runIt(wrong)).toMatchObject({ outcome: 'failed', why: '"that" is not a quantity of test' });
  });
});
