import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { runCommand, spawnProcess } from '../../src/base/run-command.ts';

const sh = (script: string): readonly string[] => ['-c', script];

describe('runCommand', () => {
  it('gives both outputs untouched and the exit code, whatever it is', async () => {
    expect(await runCommand('sh', sh('echo out; echo err >&2; exit 3'))).toEqual({
      exitCode: 3,
      signal: undefined,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('tells the signal that ended it', async () => {
    expect(await runCommand('sh', sh('kill -TERM $$'))).toMatchObject({ exitCode: undefined, signal: 'SIGTERM' });
  });

  it('passes arguments without any shell', async () => {
    const { stdout } = await runCommand('printf', ['%s|', '$HOME', 'a b', '*', `'"`]);
    expect(stdout).toBe(`$HOME|a b|*|'"|`);
  });

  it('gives the environment it is given and nothing else', async () => {
    const { stdout } = await runCommand('/usr/bin/env', [], { env: { ONLY: 'this' } });
    expect(stdout).toBe('ONLY=this\n');
  });

  it('gives input, and an empty one when there is none', async () => {
    expect((await runCommand('cat', [], { input: 'hello' })).stdout).toBe('hello');
    expect((await runCommand('cat', [])).stdout).toBe('');
  });

  it('runs where it is told', async () => {
    expect((await runCommand('pwd', [], { cwd: tmpdir() })).stdout.trim()).toBe(realpathSync(tmpdir()));
  });

  it('says when there is no such program', async () => {
    await expect(runCommand('no-such-program-anywhere', [])).rejects.toMatchObject({
      code: 'command-failed-to-start',
      happened: 'not-done',
      message: expect.stringContaining('no-such-program-anywhere') as string,
    });
  });

  it('ends what takes too long, and says that nobody knows what it did', async () => {
    await expect(runCommand('sh', sh('trap "" TERM; exec sleep 60'), { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'command-timeout',
      happened: 'unknown',
    });
  });

  it('waits no longer than it shall for one whose outputs somebody else holds', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'bridge-run-'));
    const file = join(directory, 'pids');
    writeFileSync(file, '');
    const pids = (): readonly number[] => readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number);
    const holding = `setsid sleep 60 & echo $! >>'${file}';`;
    try {
      for (const end of ['exec sleep 60', 'exit']) {
        const late = runCommand('sh', sh(`${holding} ${end}`), { timeoutMs: 500 });
        await expect(late).rejects.toMatchObject({ code: 'command-timeout', happened: 'unknown' });
      }
      const before = pids().length;
      const stop = new AbortController();
      const running = runCommand('sh', sh(`${holding} exec sleep 60`), { signal: stop.signal });
      await expect.poll(() => pids().length).toBe(before + 1);
      stop.abort(new Error('not wanted'));
      await expect(running).rejects.toThrow('not wanted');
      expect(isThere(pids().at(-1)!)).toBe(true);
    } finally {
      for (const pid of pids()) process.kill(pid, 'SIGKILL');
      rmSync(directory, { recursive: true });
    }
  });

  it('ends what the child started as well, where that is wanted, so that nobody waits for it', async () => {
    const options = { timeoutMs: 300, endsTogether: true };
    const late = runCommand('sh', sh('sleep 60; echo never'), options);
    await expect(late).rejects.toMatchObject({ code: 'command-timeout' });
    const left = await runCommand('sh', sh('sleep 60 & echo $!'), { endsTogether: true });
    await expect.poll(() => isThere(Number(left.stdout))).toBe(false);
  });

  it('is ended by a signal, with its reason', async () => {
    const stop = new AbortController();
    const options = { signal: stop.signal, endsTogether: true };
    const running = runCommand('sh', sh('sleep 60; echo never'), options);
    stop.abort(new Error('not wanted'));
    await expect(running).rejects.toThrow('not wanted');
    await expect(runCommand('sh', sh('true'), options)).rejects.toThrow('not wanted');
  });
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('spawnProcess', () => {
  it('starts a child that talks', async () => {
    const child = spawnProcess('cat', [], { stdio: 'pipe' });
    const said = new Promise<string>((resolve) =>
      child.stdout?.once('data', (data: Buffer) => resolve(data.toString())),
    );
    child.stdin?.end('hello');
    expect(await said).toBe('hello');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(child.exitCode).toBe(0);
  });
});
