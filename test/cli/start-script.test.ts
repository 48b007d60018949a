import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommand } from '../../src/base/run-command.ts';
import type { CommandResult } from '../../src/base/run-command.ts';

const root = join(import.meta.dirname, '../..');
const tools = 'sh dirname readlink find head mkdir mv rm ln sleep sed cat touch true uname'.split(' ');

let base: string;
let checkout: string;
let path: string;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'bridge-start-')));
  checkout = join(base, "the owner's checkout");
  path = join(base, 'path');
  mkdirSync(path);
  for (const tool of tools) symlinkSync(execFileSync('which', [tool]).toString().trim(), join(path, tool));
  command('tmux', 'exit 0');
  command('npm', 'exit 0');
  command('id', 'echo 1000');
  if (hasFlock) symlinkSync(flock, join(path, 'flock'));
  for (const name of ['start-bridge.sh', 'stop-bridge.sh', 'bin']) {
    cpSync(join(root, name), join(checkout, name), { recursive: true });
  }
  for (const name of ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'src/deep/a.ts']) {
    write(name, '{}');
  }
  write('node_modules/.package-lock.json', '{}');
  mkdirSync(join(checkout, '.runtime/bin'), { recursive: true });
  symlinkSync(process.execPath, join(checkout, '.runtime/bin/node'));
  write(
    'build.mjs',
    `import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
     appendFileSync('builds', 'x');
     if (existsSync('broken')) process.exit(2);
     mkdirSync('dist/bundle', { recursive: true });
     await new Promise((resolve) => setTimeout(resolve, 300));
     writeFileSync('dist/bundle/vai.cjs', ${JSON.stringify(program)});
     writeFileSync('dist/main.js', '');`,
  );
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

const flock = '/usr/bin/flock';
const hasFlock = existsSync(flock);
/** What stands for `vai`: says how it was called, and whether it was left with the lock (where /proc can tell). */
const program = `
  const { existsSync, readdirSync, readlinkSync } = require('node:fs');
  const files = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd') : [];
  const locked = files.some((file) => {
    try { return readlinkSync('/proc/self/fd/' + file).endsWith('start.lock'); } catch { return false; }
  });
  console.log(JSON.stringify({ args: process.argv.slice(2), cwd: process.cwd(), locked }));`;

function write(name: string, content: string): void {
  mkdirSync(dirname(join(checkout, name)), { recursive: true });
  writeFileSync(join(checkout, name), content);
}

function command(name: string, script: string): void {
  writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(path, name), 0o755);
}

function start(args: readonly string[] = [], script = join(checkout, 'start-bridge.sh')): Promise<CommandResult> {
  return runCommand('/bin/sh', [script, ...args], { cwd: base, env: { PATH: path, HOME: base } });
}

function builds(): number {
  return existsSync(join(checkout, 'builds')) ? readFileSync(join(checkout, 'builds'), 'utf8').length : 0;
}

describe('MS-13: start-bridge.sh', () => {
  it('builds what is not built, once, and again when a source changes', async () => {
    const first = await start(['--foreground']);
    expect(first).toMatchObject({ exitCode: 0, stderr: 'Building ...\n' });
    expect(JSON.parse(first.stdout)).toEqual({ args: ['start', '--foreground'], cwd: base, locked: false });
    expect(await start()).toMatchObject({ exitCode: 0, stderr: '' });
    expect(JSON.parse((await start(['2', '3'])).stdout)).toMatchObject({ args: ['start', '2', '3'] });
    expect(builds()).toBe(1);

    const later = Date.now() / 1000 + 5;
    utimesSync(join(checkout, 'src/deep/a.ts'), later, later);
    expect(await start()).toMatchObject({ exitCode: 0, stderr: 'Building ...\n' });
    rmSync(join(checkout, 'dist/main.js'));
    expect(await start()).toMatchObject({ exitCode: 0, stderr: 'Building ...\n' });
    expect(builds()).toBe(3);
    rmSync(join(checkout, 'dist/bundle'), { recursive: true });
    expect(await start()).toMatchObject({ exitCode: 0, stderr: 'Building ...\n' });
  });

  it('finds its checkout through symbolic links, from anywhere', async () => {
    mkdirSync(join(base, 'links'));
    symlinkSync("../the owner's checkout/start-bridge.sh", join(base, 'links/one'));
    symlinkSync(join(base, 'links/one'), join(base, 'two'));
    const result = await start([], 'two');
    expect(result.stderr).toBe('Building ...\n');
    expect(result.exitCode).toBe(0);
  });

  it.runIf(hasFlock)('lets two starts at once build once', async () => {
    const results = await Promise.all([start(), start(), start()]);
    for (const result of results) expect(result).toMatchObject({ exitCode: 0 });
    expect(builds()).toBe(1);
  });

  it('lets two starts at once build once where there is no flock', async () => {
    rmSync(join(path, 'flock'), { force: true });
    const results = await Promise.all([start(), start()]);
    for (const result of results) expect(result).toMatchObject({ exitCode: 0 });
    expect(builds()).toBe(1);
    expect(existsSync(join(checkout, '.runtime/start.owner'))).toBe(false);
  });

  it('takes the lock of a start that died', async () => {
    rmSync(join(path, 'flock'), { force: true });
    // No process has this number: it is above what the system gives.
    symlinkSync('99999999', join(checkout, '.runtime/start.owner'));
    expect(await start()).toMatchObject({ exitCode: 0 });
  });

  it('does not start what could not be built, and tries again the next time', async () => {
    await start();
    write('broken', '');
    write('src/deep/a.ts', 'changed');
    const later = Date.now() / 1000 + 5;
    utimesSync(join(checkout, 'src/deep/a.ts'), later, later);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await start()).toMatchObject({
        exitCode: 1,
        stdout: '',
        stderr: 'Building ...\nstart-bridge: the build failed (see above).\n',
      });
    }
    rmSync(join(checkout, 'broken'));
    expect(await start()).toMatchObject({ exitCode: 0 });
  });

  it('installs the packages when the lock file is newer than them', async () => {
    const later = Date.now() / 1000 + 5;
    utimesSync(join(checkout, 'package-lock.json'), later, later);
    command('npm', `echo "npm $*" >>'${base}/npm-calls'; touch node_modules/.package-lock.json`);
    expect((await start()).stderr).toContain('Installing packages ...');
    expect(readFileSync(join(base, 'npm-calls'), 'utf8')).toContain('npm ci --ignore-scripts');
  });

  it('says so when there is no npm to install with', async () => {
    rmSync(join(path, 'npm'));
    rmSync(join(checkout, 'node_modules'), { recursive: true });
    const result = await start();
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(/^start-bridge: npm is missing\. [^\n]+\n$/);
  });

  it.each(['package.json', 'src', 'bin/vai'])('refuses a checkout without %s', async (part) => {
    rmSync(join(checkout, part), { recursive: true });
    const result = await start();
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toContain(`is not a complete checkout: ${part} is missing.`);
  });

  it('starts an installed package as it is', async () => {
    await start();
    for (const part of ['src', 'build.mjs', 'package-lock.json']) rmSync(join(checkout, part), { recursive: true });
    expect(await start()).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('explains itself without doing anything', async () => {
    expect(await start(['--help'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect(builds()).toBe(0);
  });
});

describe('MS-13: start-bridge.sh without tmux', () => {
  beforeEach(() => {
    rmSync(join(path, 'tmux'));
  });

  it.each([
    ['apt-get', 'sudo apt-get install -y tmux'],
    ['dnf', 'sudo dnf install -y tmux'],
    ['pacman', 'sudo pacman -S --noconfirm tmux'],
    ['apk', 'sudo apk add tmux'],
    ['brew', 'brew install tmux'],
    ['none', 'the package "tmux" of your system'],
  ])('gives the command to type where there is %s', async (manager, advice) => {
    command(manager, `echo called >'${base}/called'`);
    const result = await start();
    expect(result).toMatchObject({ exitCode: 1, stdout: '' });
    expect(result.stderr).toMatch(/^start-bridge: tmux is missing\. [^\n]+\n$/);
    expect(result.stderr).toContain(advice);
    expect(existsSync(join(base, 'called'))).toBe(false);
  });

  it('installs it as root on Debian, also when the package lists are empty', async () => {
    command('id', 'echo 0');
    command(
      'apt-get',
      `case $1 in
        update) touch '${base}/updated' ;;
        install) [ -f '${base}/updated' ] || { echo "E: Unable to locate package tmux"; exit 100; }
          ln -s /bin/true '${path}/tmux' ;;
      esac`,
    );
    expect(await start()).toMatchObject({ exitCode: 0, stderr: 'Installing tmux ...\nBuilding ...\n' });
  });

  it('shows what apt-get said when it fails', async () => {
    command('id', 'echo 0');
    command('apt-get', 'echo "E: no network"; exit 100');
    const result = await start();
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain('E: no network');
    expect(result.stderr).toContain('start-bridge: tmux is missing and apt-get could not install it (see above).');
  });
});

describe('MS-13: stop-bridge.sh', () => {
  function stop(args: readonly string[] = []): Promise<CommandResult> {
    return start(args, join(checkout, 'stop-bridge.sh'));
  }

  it('is vai stop', async () => {
    await start();
    const { stdout } = await stop(['--keep-sessions']);
    expect(JSON.parse(stdout)).toMatchObject({ args: ['stop', '--keep-sessions'] });
    expect(JSON.parse((await stop(['4', '5'])).stdout)).toMatchObject({ args: ['stop', '4', '5'] });
  });

  it('says so when nothing was ever built', async () => {
    expect(await stop()).toMatchObject({
      exitCode: 3,
      stderr: 'stop-bridge: The bridge is not built here, so nothing of it runs. Start it with ./start-bridge.sh\n',
    });
  });

  it('names the process when the bridge outlived what it was built into', async () => {
    write('state/daemon.json', `{"pid":${process.pid},"socket":"s"}`);
    const result = await stop();
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(`the bridge runs (process ${process.pid})`);
  });
});
