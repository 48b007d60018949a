import { describe, expect, it } from 'vitest';

import { fault, good } from '../../src/doctor/report.ts';
import { runChecks } from '../../src/doctor/run-checks.ts';
import type { Check } from '../../src/doctor/run-checks.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

function check(name: string, run: Check['run'], timeoutMs?: number): Check {
  return { name, group: 'tmux', run, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

describe('runChecks', () => {
  it('runs all at once, and gives their findings in their order', async () => {
    const clock = new ManualClock();
    const slow = check('slow', async () => {
      await clock.sleep(500);
      return [good('tmux', 'slow')];
    });
    const running = runChecks([slow, check('quick', () => [good('node', 'quick')])], { clock, secrets: [] });
    await clock.advance(500);
    expect((await running).map(({ says }) => says)).toEqual(['slow', 'quick']);
    expect(clock.pending).toBe(0);
  });

  it('makes a finding of a check that throws, now or later, and goes on', async () => {
    const clock = new ManualClock();
    const findings = await runChecks(
      [
        check('one', () => {
          throw new Error('boom');
        }),
        check('two', () => Promise.reject(new Error('bang'))),
        check('three', () => [good('node', 'fine')]),
      ],
      { clock, secrets: [] },
    );
    expect(findings).toMatchObject([
      { id: 'check-failed', group: 'tmux', level: 'warning', says: 'Looking at one failed: boom' },
      { id: 'check-failed', says: 'Looking at two failed: bang' },
      { id: 'node-ok' },
    ]);
    expect(clock.pending).toBe(0);
  });

  it('makes a finding of a check that takes too long', async () => {
    const clock = new ManualClock();
    const never = check('nobody', () => new Promise<never>(() => undefined), 3000);
    const running = runChecks([never, check('quick', () => [])], { clock, secrets: [] });
    await clock.advance(3000);
    expect(await running).toMatchObject([{ id: 'check-timeout', says: expect.stringContaining('nobody') }]);
  });

  it('lets no secret into a finding, wherever it came from', async () => {
    const secret = 'abc.def.token';
    const findings = await runChecks(
      [
        check('leak', () => [fault('tmux-missing', `it said ${secret}`, `try ${secret}`)]),
        check('throw', () => {
          throw new Error(`bad ${secret}`);
        }),
      ],
      { clock: new ManualClock(), secrets: [secret] },
    );
    expect(findings.map(({ says }) => says)).toEqual(['it said [secret]', 'Looking at throw failed: bad [secret]']);
    expect(JSON.stringify(findings)).not.toContain(secret);
  });
});
