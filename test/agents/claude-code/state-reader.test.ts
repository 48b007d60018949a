import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it, onTestFinished } from 'vitest';

import { StateFiles } from '../../../src/agents/claude-code/state-files.ts';
import { StateReader } from '../../../src/agents/claude-code/state-reader.ts';
import { silentLog } from '../../../src/base/log.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { fixture } from './fixtures.ts';

it('I6: leaves the file of a process that ends for that of its successor in the same conversation', async () => {
  const config = mkdtempSync(join(tmpdir(), 'bridge-state-'));
  onTestFinished(() => rmSync(config, { recursive: true }));
  mkdirSync(join(config, 'sessions'));
  const write = (pid: number, status: string): void => {
    const recorded = JSON.parse(fixture('state-file-busy.json')) as object;
    const text = JSON.stringify({ ...recorded, pid, sessionId: 'mine', procStart: undefined, status });
    writeFileSync(join(config, 'sessions', `${pid}.json`), text);
  };
  const dying = spawn('sleep', ['60']);
  onTestFinished(() => void dying.kill('SIGKILL'));
  const clock = new ManualClock();
  const files = new StateFiles({ config, clock, log: silentLog });
  const reader = new StateReader({ files, conversation: () => 'mine', pid: undefined });
  write(dying.pid!, 'busy');
  expect(reader.read()?.status).toBe('busy');

  dying.kill('SIGKILL');
  await once(dying, 'exit');
  write(process.pid, 'idle');
  await clock.advance(1000);
  expect(reader.read()).toMatchObject({ pid: process.pid, status: 'idle' });
});
