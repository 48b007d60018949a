import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Scope } from '../../src/base/scope.ts';
import { CommandLine } from './command-line.ts';
import { compiledSources } from './compiled-sources.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
});

afterEach(() => scope.close());

describe('MS-09: vai logs', () => {
  const entries = [
    { level: 30, time: '2025-01-01T10:00:00.000Z', msg: 'the bridge is ready', pid: 7 },
    { level: 40, time: 1735725600000, session: 1, msg: 'session did not start', error: 'two words' },
    { level: 30, time: '2025-01-01T10:00:02.000Z', session: 12, msg: 'session added', channel: '111111111111111111' },
  ];

  beforeEach(() => {
    mkdirSync(line.paths.logs, { recursive: true });
    writeFileSync(
      line.paths.bridgeLog,
      `${entries.map((entry) => JSON.stringify(entry)).join('\n')}\nnot json \u001b[2J\n`,
    );
  });

  it('shows readable lines', async () => {
    expect(await line.vai('logs')).toMatchObject({
      exitCode: 0,
      stdout: [
        '2025-01-01 10:00:00.000Z INFO  the bridge is ready pid=7',
        '2025-01-01 10:00:00.000Z WARN  [session 1] session did not start error="two words"',
        '2025-01-01 10:00:02.000Z INFO  [session 12] session added channel=111111111111111111',
        'not json \u{fffd}[2J',
        '',
      ].join('\n'),
      stderr: '',
    });
  });

  it('shows one session, the last lines, or the lines as they are', async () => {
    expect((await line.vai('logs', '1')).stdout.trim().split('\n')).toEqual([expect.stringContaining('[session 1]')]);
    expect((await line.vai('logs', '-n', '1', '12', '--json')).stdout).toBe(`${JSON.stringify(entries[2])}\n`);
    expect(await line.vai('logs', '5')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'The log has no line about session 5.\n',
    });
  });

  it('says when there is no log yet', async () => {
    const fresh = new CommandLine(scope);
    expect(await fresh.vai('logs')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('There is no log yet at') as string,
    });
  });

  it('follows what is written, and ends quietly when nobody reads any more', async () => {
    const file = join(compiledSources(), 'cli/vai.js');
    const child = spawn(process.execPath, [file, 'logs', '12', '-f', '--json'], {
      env: line.environment,
    });
    scope.defer('vai logs', () => void child.kill('SIGKILL'));
    let text = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    await expect.poll(() => text, { timeout: 10_000 }).toContain('session added');
    appendFileSync(line.paths.bridgeLog, '{"level":30,"time":1,"session":3,"msg":"other"}\n{"level":30,"time":1,"sess');
    appendFileSync(line.paths.bridgeLog, 'ion":12,"msg":"fresh"}\n');
    await expect.poll(() => text, { timeout: 10_000 }).toContain('"msg":"fresh"');
    expect(text).not.toContain('other');
    child.stdout.destroy();
    const ended = once(child, 'exit');
    appendFileSync(line.paths.bridgeLog, '{"level":30,"time":1,"session":12,"msg":"into a closed pipe"}\n');
    expect(await ended).toEqual([0, null]);
    expect(errors).toBe('');
  });
});
