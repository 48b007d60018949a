import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
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
    write('bridge', 1, `${entries.map((entry) => JSON.stringify(entry)).join('\n')}\nnot json \u001b[2J\n`);
    write('session_1', 1, `${JSON.stringify(entries[1])}\n`);
    write('session_12', 1, `${JSON.stringify({ ...entries[2], msg: 'older' })}\n`);
    write('session_12', 2, `${JSON.stringify(entries[2])}\n`);
  });

  /** A piece of a log, as the bridge writes them. */
  function pieceOf(name: string, number: number): string {
    return join(line.paths.logs, name, `${name}.2025-01-01.${number}.log`);
  }

  function write(name: string, number: number, text: string): void {
    mkdirSync(join(line.paths.logs, name), { recursive: true });
    appendFileSync(pieceOf(name, number), text);
  }

  it('lets nothing steer the terminal with --json either', async () => {
    expect((await line.vai('logs', '-n', '1', '--json')).stdout).toBe('not json \u{fffd}[2J\n');
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
    const both = (await line.vai('logs', '12')).stdout.trim().split('\n');
    expect(both).toEqual([expect.stringContaining('older'), expect.stringContaining('session added')]);
    expect(await line.vai('logs', '5')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'There is no line about session 5 in the logs.\n',
    });
  });

  it('shows a log that an older version wrote as one file', async () => {
    rmSync(join(line.paths.logs, 'bridge'), { recursive: true });
    writeFileSync(line.paths.bridgeLog, `${JSON.stringify(entries[0])}\n`);
    expect((await line.vai('logs')).stdout).toContain('the bridge is ready');
  });

  it('MS-09: what is in a line writes no line of its own and steers no terminal', async () => {
    const name = 'eve\n2026-01-01 00:00:00.000Z ERROR forged\u001b[2J\u009b\u2028\u202e';
    write('session_9', 1, `${JSON.stringify({ ...entries[2], msg: name, author: name })}\n`);
    const { stdout } = await line.vai('logs', '9');
    expect(stdout.split('\n')).toHaveLength(2);
    for (const character of '\u001b\u009b\u2028\u202e') expect(stdout).not.toContain(character);
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
    await expect.poll(() => text).toContain('session added');
    write('bridge', 1, '{"level":30,"time":1,"session":3,"msg":"other"}\n');
    write('session_12', 2, '{"level":30,"time":1,"session":12,"msg":"last of its file"}\n');
    write('session_12', 3, '{"level":30,"time":1,"sess');
    write('session_12', 3, 'ion":12,"msg":"fresh"}\n');
    await expect.poll(() => text).toContain('"msg":"fresh"');
    expect(text).toContain('"msg":"last of its file"');
    expect(text).not.toContain('other');
    child.stdout.destroy();
    const ended = once(child, 'exit');
    write('session_12', 3, '{"level":30,"time":1,"session":12,"msg":"into a closed pipe"}\n');
    expect(await ended).toEqual([0, null]);
    expect(errors).toBe('');
  });
});
