import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  isDaemonAlive,
  ownDaemonRecord,
  readDaemonRecord,
  removeDaemonRecord,
  writeDaemonRecord,
} from '../../src/control/daemon-record.ts';

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-record-'));
  file = join(directory, 'daemon.json');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

describe('the record of the daemon', () => {
  it('is read as it was written, by this user only', () => {
    const record = ownDaemonRecord('/run/control.sock');
    writeDaemonRecord(file, record);
    expect(readDaemonRecord(file)).toEqual(record);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('is undefined when there is none', () => {
    expect(readDaemonRecord(file)).toBeUndefined();
    writeFileSync(join(directory, 'plain'), '');
    expect(readDaemonRecord(join(directory, 'plain/daemon.json'))).toBeUndefined();
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"pid":1}',
    '{"pid":"1","socket":"s"}',
    '{"pid":-1,"socket":"s"}',
    '{"pid":1.5,"socket":""}',
  ])('is undefined when it makes no sense: %s', (text) => {
    writeFileSync(file, text);
    expect(readDaemonRecord(file)).toBeUndefined();
  });

  it('names the file when it cannot be read', () => {
    expect(() => readDaemonRecord(directory)).toThrow(`${directory} cannot be read (EISDIR).`);
  });

  it('is removed by its own process only', () => {
    writeDaemonRecord(file, ownDaemonRecord('s'));
    removeDaemonRecord(file, process.pid + 1);
    expect(existsSync(file)).toBe(true);
    removeDaemonRecord(file, process.pid);
    expect(existsSync(file)).toBe(false);
    removeDaemonRecord(file, process.pid);
  });
});

describe('isDaemonAlive', () => {
  it('is true for a living process', () => {
    expect(isDaemonAlive(ownDaemonRecord('s'))).toBe(true);
    expect(isDaemonAlive({ pid: process.pid, started: undefined })).toBe(true);
  });

  it.runIf(process.platform === 'linux')('is false for another process that got the same pid', () => {
    expect(isDaemonAlive({ pid: process.pid, started: '1' })).toBe(false);
  });

  it('is false for a process that ended', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(isDaemonAlive({ pid: child.pid!, started: undefined })).toBe(false);
  });

  it.runIf(process.platform === 'linux')('is false for a zombie', async () => {
    // The shell becomes a sleep that never waits for the child it inherits.
    const parent = spawn('sh', ['-c', 'sleep 0.1 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      await expect.poll(() => isDaemonAlive({ pid, started: undefined })).toBe(false);
      expect(() => process.kill(pid, 0)).not.toThrow();
    } finally {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    }
  });
});
