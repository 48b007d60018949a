import { chmodSync, cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommand } from '../../src/base/run-command.ts';
import { daemonFlags } from '../../src/cli/daemon-process.ts';

let base: string;
let bin: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'bridge-launch-')));
  bin = join(base, 'a checkout', 'bin');
  cpSync(join(import.meta.dirname, '../../bin'), bin, { recursive: true });
  write('.runtime/bin/node', '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done\n');
  for (const name of ['dp', 'vai', 'vexit']) write(`dist/bundle/${name}.cjs`, '');
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

function write(name: string, content: string): void {
  const path = join(bin, '..', name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}

/** The words that the runtime is given, its paths made short. */
async function launched(program: string, args: readonly string[], cwd = base): Promise<readonly string[]> {
  const { stdout, stderr, exitCode } = await runCommand(program, args, { cwd, env: { PATH: '/usr/bin:/bin' } });
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  return stdout
    .trimEnd()
    .split('\n')
    .map((word) => word.replace(/^.*\/dist\/bundle\//, ''));
}

describe('the launchers', () => {
  it.each(['dp', 'vai', 'vexit'])('%s runs its bundle and passes every word on as it is', async (name) => {
    const words = ['1', 'two words', '', '*', '$HOME', '-n'];
    expect(await launched(join(bin, name), words)).toEqual([`${name}.cjs`, ...words]);
  });

  it('find their checkout through a symbolic link, and from their own directory', async () => {
    symlinkSync(join(bin, 'dp'), join(base, 'link'));
    expect(await launched(join(base, 'link'), ['x'])).toEqual(['dp.cjs', 'x']);
    expect(await launched('sh', ['dp', 'x'], bin)).toEqual(['dp.cjs', 'x']);
  });

  it('what becomes a daemon gets the flags of one, and nothing else does', async () => {
    const foreground = ['start', '--foreground'];
    expect(await launched(join(bin, 'vai'), foreground)).toEqual([...daemonFlags, 'vai.cjs', ...foreground]);
    expect(await launched(join(bin, 'vai'), ['--foreground', 'start'])).toContain(daemonFlags[0]);
    expect(await launched(join(bin, 'vai'), ['start'])).toEqual(['vai.cjs', 'start']);
    expect(await launched(join(bin, 'dp'), ['1', '--foreground'])).toEqual(['dp.cjs', '1', '--foreground']);
  });

  it('say what to do when nothing is built', async () => {
    rmSync(join(bin, '../dist'), { recursive: true });
    expect(await runCommand(join(bin, 'dp'), ['hi'], { env: { PATH: '/usr/bin:/bin' } })).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'dp: the bridge is not built yet. Run ./start-bridge.sh (or: npm run build).\n',
    });
  });
});
