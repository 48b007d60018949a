import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { BridgeError } from '../../src/base/errors.ts';
import { Scope } from '../../src/base/scope.ts';
import { stopBridge } from '../../src/cli/commands/stop.ts';
import { CliContext } from '../../src/cli/context.ts';
import { spawnDaemon } from '../../src/cli/daemon-process.ts';
import { isDaemonAlive, readDaemonRecord } from '../../src/control/daemon-record.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { CommandLine } from './command-line.ts';
import { compileFile, copyCompiledSources } from './compiled-sources.ts';

const root = join(import.meta.dirname, '../..');

let scope: Scope;
let line: CommandLine;
let from: string;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
  const copy = join(line.directory, 'copy with spaces');
  from = join(copy, 'dist');
  copyCompiledSources(copy);
  // The stand-in takes the place of the daemon's program, one folder higher than where it is kept.
  compileFile(join(root, 'test/cli/fake-main.ts'), join(from, 'main.js'), (source) =>
    source.replaceAll("'../../src/", "'./").replaceAll("'../control/", "'./test/"),
  );
  for (const name of ['fake-bridge-api', 'planted']) {
    compileFile(join(root, `test/control/${name}.ts`), join(from, `test/${name}.js`), (source) =>
      source.replaceAll("'../../src/", "'../"),
    );
  }
  scope.defer('daemon', () => {
    const record = readDaemonRecord(line.paths.daemonRecord);
    if (record !== undefined && record.pid !== process.pid && isDaemonAlive(record))
      process.kill(record.pid, 'SIGKILL');
  });
});

afterEach(() => scope.close());

function vai(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return line.run('vai', args, { from, environment });
}

function notes(): readonly string[] {
  return readFileSync(join(line.directory, 'notes'), 'utf8').trim().split('\n');
}

describe('MS-13: start and stop', () => {
  it('starts in the background, says what there is, and stops', async () => {
    const started = await vai([]);
    expect(started).toMatchObject({ exitCode: 0, stderr: '' });
    const record = readDaemonRecord(line.paths.daemonRecord)!;
    expect(isDaemonAlive(record)).toBe(true);
    for (const words of [
      `The bridge is running (process ${record.pid}).`,
      '1  111111111111111111  idle',
      'Agent: scripted. No "claude" was found on the PATH.',
      'Chat page: http://127.0.0.1:8787/?key=abc',
      'vai attach N',
      'echo attached to 1',
      'Discord instead of the chat page: vai setup',
      'vai stop',
    ]) {
      expect(started.stdout).toContain(words);
    }
    expect(notes()).toEqual([`cwd=${line.paths.home} home=${line.paths.home} parent=true`, 'start=[]']);
    expect(statSync(join(line.paths.logs, 'start.log')).mode & 0o777).toBe(0o600);
    expect(statSync(line.paths.home).mode & 0o777).toBe(0o700);

    const again = await vai(['start']);
    expect(again).toMatchObject({ exitCode: 0, stderr: '' });
    expect(again.stdout).toContain('The bridge is already running.');
    expect(again.stdout).toContain(`process ${record.pid}`);

    const stopped = await vai(['stop']);
    expect(stopped).toMatchObject({
      exitCode: 0,
      stdout: `Stopped session 1 and the bridge (process ${record.pid}).\n`,
      stderr: '',
    });
    expect(isDaemonAlive(record)).toBe(false);
    expect(notes().at(-1)).toBe('stop keepSessions=false');
    expect(await vai(['stop'])).toMatchObject({ exitCode: 3 });
  });

  it('restarts and leaves the sessions alone', async () => {
    expect((await vai(['restart'])).stdout).toContain('The bridge was not running.\nThe bridge is running');
    const before = readDaemonRecord(line.paths.daemonRecord)!;
    const restarted = await vai(['restart']);
    expect(restarted).toMatchObject({ exitCode: 0, stderr: '' });
    expect(restarted.stdout).toContain(`Stopped the bridge (process ${before.pid}). Still running: session 1.`);
    expect(readDaemonRecord(line.paths.daemonRecord)?.pid).not.toBe(before.pid);
    expect(notes()).toContain('stop keepSessions=true');
    expect(await vai(['stop', '--keep-sessions'])).toMatchObject({ exitCode: 0 });
  });

  it('names no session as running on, or as ended, whose agent did not run', async () => {
    await vai([]);
    const { pid } = readDaemonRecord(line.paths.daemonRecord)!;
    await vai(['stop', '1']);
    const restarted = await vai(['restart']);
    expect(restarted.stdout.split('\n')[0]).toBe(`Stopped the bridge (process ${pid}).`);
    await vai(['stop', '1']);
    expect(JSON.parse((await vai(['stop', '--json'])).stdout)).toMatchObject({ sessions: [], kept: false });
  });

  it('stops nothing for a restart that would not start: a mistake in the settings is told first', async () => {
    await vai([]);
    const { pid } = readDaemonRecord(line.paths.daemonRecord)!;
    const refused = await vai(['restart'], { OPS_CHANNEL: '123' });
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('OPS_CHANNEL in the environment is "123"; it must be a channel id');
    expect(refused.stderr).toContain('Nothing was stopped. Correct it, then: vai restart');
    expect(readDaemonRecord(line.paths.daemonRecord)).toMatchObject({ pid });
    expect(notes()).toEqual([expect.anything(), 'start=[]']);
    await vai(['stop']);
  });

  it('starts one bridge when asked twice at once', async () => {
    const results = await Promise.all([vai(['start']), vai(['start'])]);
    for (const result of results) expect(result).toMatchObject({ exitCode: 0 });
    expect(results.filter((result) => result.stdout.includes('already running'))).toHaveLength(1);
    await vai(['stop']);
  });

  it('stays in the foreground when told to', async () => {
    const running = vai(['start', '--foreground']);
    await expect.poll(() => existsSync(line.paths.controlSocket)).toBe(true);
    const second = await vai(['start', '--foreground']);
    expect(second).toMatchObject({ exitCode: 1 });
    expect(second.stderr).toContain('The bridge is already running');
    expect(await vai(['stop'])).toMatchObject({ exitCode: 0 });
    expect(await running).toMatchObject({ exitCode: 0, stdout: '{"msg":"log line"}\n', stderr: '' });
    expect(notes()[0]).toBe(`cwd=${line.paths.home} home=${line.paths.home} parent=false`);
  });

  it.each([
    [['start', '1'], 'start=["1"]'],
    [['start', '--all'], 'start=["--all"]'],
  ])('vai %j tells the bridge which sessions are wanted', async (args, words) => {
    expect(await vai(args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect(notes()).toContain(words);
    await vai(['stop']);
  });

  it('in the foreground too', async () => {
    const running = vai(['start', '--foreground', '2', '3']);
    await expect.poll(() => existsSync(line.paths.controlSocket)).toBe(true);
    expect(notes()).toContain('start=[2,3]');
    await vai(['stop']);
    expect(await running).toMatchObject({ exitCode: 0 });
  });

  it.each([[['start']], [['start', '1']], [['restart']]])(
    'vai %j with a broken session says what there is, which does not run and why, and ends with 1',
    async (args) => {
      const result = await vai(args, { FAKE_MAIN: 'broken' });
      expect(result.exitCode).toBe(1);
      expect(result.stdout).toContain('The bridge is running');
      expect(result.stderr).toBe(
        'vai: Not running: session 1 (no such file). None runs. When the cause is mended: vai start 1\n',
      );
      expect((await vai(['start', '--json'])).exitCode).toBe(1);
      await vai(['stop']);
    },
  );

  it.each([
    ['failed', 'vai: The token is wrong. Correct it.\n'],
    ['crash', 'vai: The bridge ended while it started (exit code 1): '],
  ])('tells why a start %s', async (how, words) => {
    const result = await vai(['start'], { FAKE_MAIN: how });
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain(words);
    expect(result.stderr).toMatch(/^vai: [^\n]+\n$/);
  });

  it('says so when it is not built', async () => {
    rmSync(join(from, 'main.js'));
    expect(await vai(['start'])).toMatchObject({
      exitCode: 1,
      stderr: 'vai: The bridge is not built yet. Run ./start-bridge.sh (or: npm run build).\n',
    });
  });
});

describe('patience', () => {
  async function failure(promise: Promise<unknown>): Promise<BridgeError> {
    return promise.then(
      () => expect.unreachable(),
      (error: unknown) => error as BridgeError,
    );
  }

  it('ends after 60 s when the daemon never reports', async () => {
    const silent = join(line.directory, 'silent.mjs');
    writeFileSync(
      silent,
      `import { writeFileSync } from 'node:fs';
       writeFileSync(${JSON.stringify(join(line.directory, 'pid'))}, String(process.pid));
       process.on('disconnect', () => process.exit());
       setInterval(() => undefined, 1000);`,
    );
    const clock = new ManualClock();
    const context = new CliContext(line.environment, clock);
    const pending = failure(spawnDaemon(context, 'usual', pathToFileURL(silent)));
    await expect.poll(() => existsSync(join(line.directory, 'pid'))).toBe(true);
    await clock.advance(60_000);
    const error = await pending;
    expect(error.code).toBe('start-timeout');
    expect(error.advice).toContain(`kill ${readFileSync(join(line.directory, 'pid'), 'utf8')}`);
    expect(clock.pending).toBe(0);
  });

  it('ends after 60 s when the daemon does not', async () => {
    await line.serve();
    const clock = new ManualClock();
    const pending = failure(stopBridge(new CliContext(line.environment, clock), false));
    await expect.poll(() => line.api.calls.some((call) => call.method === 'stop')).toBe(true);
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(61_000);
    expect(await pending).toMatchObject({ code: 'stop-timeout', happened: 'unknown' });
  });
});
