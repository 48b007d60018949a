import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import { Scope } from '../../src/base/scope.ts';
import { outputs } from '../../src/control/outputs.ts';
import { parseSessionNumber } from '../../src/model/session.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(async () => {
  scope = new Scope();
  line = new CommandLine(scope);
  for (const number of [2, 3, 4]) {
    line.api.sessions.push({ ...line.api.sessions[0]!, number: parseSessionNumber(number)! });
  }
  await line.serve();
});

afterEach(() => scope.close());

function calls(): readonly unknown[] {
  return line.api.calls.filter(({ method }) => method !== 'status').map(({ method, details }) => [method, details]);
}

function stopped(number: number, why: 'asked' | 'ended-at-terminal' = 'asked'): void {
  line.api.states.set(number, { lifecycle: 'stopped', staysDown: why, state: 'unknown', pid: null });
}

describe('MS-13: single sessions', () => {
  it('are stopped and started by number; each says what became of it', async () => {
    expect(await line.vai('stop', '2', '4')).toEqual(
      expect.objectContaining({
        exitCode: 0,
        stdout: 'Stopped session 2, 4. It stays so until: vai start 2 4\n',
        stderr: '',
      }),
    );
    expect(await line.run('vexit', ['4'])).toMatchObject({ exitCode: 0, stdout: 'Stopped already: session 4.\n' });
    expect(await line.vai('start', '2', '3')).toMatchObject({
      exitCode: 0,
      stdout: 'Started session 2.\nRunning already: session 3.\n',
      stderr: '',
    });
    expect(calls()).toEqual([
      ['stopSessions', { sessions: [2, 4] }],
      ['stopSessions', { sessions: [4] }],
      ['startSessions', { sessions: [2, 3] }],
    ]);
  });

  it('one whose agent cannot be ended is named with its reason, and the others are stopped', async () => {
    line.api.unstoppable.set(4, 'Process 77 could not be ended.');
    const { exitCode, stdout, stderr } = await line.vai('stop', '2', '4');
    expect(exitCode).toBe(1);
    expect(stdout).toContain('Stopped session 2.');
    expect(stderr).toContain('Not ended: session 4 (Process 77 could not be ended).');
  });

  it('a plain start of a running bridge says which stay stopped, and how they are started', async () => {
    stopped(2);
    stopped(4);
    stopped(3, 'ended-at-terminal');
    const result = await line.vai('start');
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout).toContain('Stopped on request, and not started: session 2, 4. Start: vai start 2 4\n');
    expect(result.stdout).toContain('Ended at the terminal, and not started: session 3. Start: vai start 3\n');
    expect(calls()).toEqual([]);
    expect(await line.vai('start', '--all')).toMatchObject({
      exitCode: 0,
      stdout: 'Started session 2, 3, 4.\nRunning already: session 1.\n',
    });
  });

  it('a start with one broken session says which runs, which does not and why, and ends with 1', async () => {
    for (const number of [2, 3]) stopped(number);
    line.api.broken.set(3, 'It said: no such file.');
    const result = await line.vai('start', '2', '3');
    expect(result).toMatchObject({
      exitCode: 1,
      stdout: 'Started session 2.\n',
      stderr:
        'vai: Not running: session 3 (It said: no such file). Running: 1, 2, 4. When the cause is mended: vai start 3\n',
    });
    const plain = await line.vai('start');
    expect(plain.exitCode).toBe(1);
    expect(plain.stderr).toContain('Not running: session 3 (It said: no such file). Running: 1, 2, 4.');
    const json = await line.vai('start', '2', '3', '--json');
    expect(json.exitCode).toBe(1);
    expect(outputs.start.parse(JSON.parse(json.stdout)).starts).toEqual([
      { session: 2, outcome: 'was-running' },
      { session: 3, outcome: 'failed', problem: 'It said: no such file.' },
    ]);
  });

  it('somebody else’s trouble is no failure of a start by number', async () => {
    line.api.states.set(4, { lifecycle: 'failed', detail: 'gone' });
    expect(await line.vai('start', '2')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('speak to programs', async () => {
    const stop = await line.vai('stop', '4', '--json');
    expect(outputs.stop.parse(JSON.parse(stop.stdout))).toEqual({ stops: [{ session: 4, outcome: 'stopped' }] });
    const status = outputs.status.parse(JSON.parse((await line.vai('status', '--json')).stdout));
    expect(status).toMatchObject({ sessions: [{}, {}, {}, { number: 4, staysDown: 'asked' }] });
    const restart = await line.vai('restart', '1', '2', '1', '--json');
    expect(outputs.restart.parse(JSON.parse(restart.stdout))).toEqual({ restarted: [1, 2] });
  });

  it.each([
    [['stop', '1', '9']],
    [['start', '1', '9']],
    [['restart', '1', '9']],
    [['restart', '1', '9', '--when-idle']],
  ])('vai %j names the unknown number and does nothing', async (args) => {
    const result = await line.vai(...args);
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(/^vai: There is no session 9\. [^\n]+\n$/);
    expect(line.api.states.size).toBe(0);
    expect(calls()).not.toContainEqual(['restartSession', expect.anything()]);
  });

  it.each([
    [['start', 'x'], 'It must be a session number'],
    [['stop', '0'], 'It must be a session number'],
    [['restart', '1', 'x'], 'It must be a session number'],
    [['start', '2', '--all'], '--all does not go with numbers'],
    [['stop', '2', '--keep-sessions'], '--keep-sessions does not go with numbers'],
  ])('vai %j is wrong use', async (args, words) => {
    const result = await line.vai(...args);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain(words);
    expect(calls()).toEqual([]);
  });

  it('inside a session’s terminal nothing of it is done', async () => {
    for (const args of [['stop', '1'], ['start', '1'], ['restart', '1'], ['restart']]) {
      const result = await line.run('vai', args, { environment: paneEnvironment });
      expect(result, args.join(' ')).toMatchObject({ exitCode: 1, stdout: '' });
    }
    expect(line.api.states.size).toBe(0);
  });
});

describe('MS-13: restart when idle', () => {
  it('asks again until the turn is over', async () => {
    line.api.states.set(2, { state: 'busy' });
    let asked = 0;
    line.api.before = (method) => {
      if (method === 'restartSession') asked += 1;
      if (asked === 3) line.api.states.clear();
      return Promise.resolve();
    };
    expect(await line.vai('restart', '2', '--when-idle')).toMatchObject({
      exitCode: 0,
      stdout: 'Restarted session 2.\n',
      stderr: '',
    });
    expect(asked).toBe(3);
  });

  it('one that fails keeps no other back', async () => {
    line.api.before = (method) => {
      const failing = method === 'restartSession' && JSON.stringify(line.api.calls.at(-1)).includes('"session":2');
      return failing ? Promise.reject(new BridgeError('restart-failed', 'It did not start.')) : Promise.resolve();
    };
    expect(await line.vai('restart', '2', '3')).toMatchObject({
      exitCode: 1,
      stdout: 'Restarted session 3.\n',
      stderr: expect.stringMatching(/^vai: It did not start\. [^\n]+\n$/) as string,
    });
  });

  it('of the whole bridge ends the daemon in a moment in which no agent works', async () => {
    line.api.pid = 2 ** 22 - 1; // Nobody's: to the command, the daemon has ended.
    line.api.states.set(2, { state: 'busy' });
    const ends: boolean[] = [];
    line.api.onStop = (keepSessions) => ends.push(keepSessions);
    let asked = 0;
    line.api.before = (method) => {
      if (method === 'stop') asked += 1;
      if (asked === 3) line.api.states.clear();
      return Promise.resolve();
    };
    expect(await line.vai('restart', '--when-idle')).toMatchObject({ exitCode: 0, stderr: '' });
    expect([asked, ends]).toEqual([3, [true]]);
  });
});
