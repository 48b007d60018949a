import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { TerminalDeath } from '../../src/contracts/terminal.ts';
import { createMarkReader, markFrom } from '../../src/base/process-mark.ts';
import { findProcess, readProcessTable } from '../../src/base/process-table.ts';
import { terminalContract } from '../contracts/terminal.ts';
import { makeTmuxWorld, shows } from './tmux-world.ts';
import type { TmuxWorld } from './tmux-world.ts';
import { eventually } from '../eventually.ts';

terminalContract('TmuxManager', makeTmuxWorld);

let world: TmuxWorld;
let deaths: TerminalDeath[];

beforeEach(() => open());

afterEach(async () => {
  await world.dispose();
});

async function open(options: { readonly graceMs?: number } = {}): Promise<void> {
  // No sweep ever comes by itself: what these tests hear came at once.
  world = await makeTmuxWorld({ sweepIntervalMs: 3_600_000, ...options });
  deaths = [];
  world.terminal.onDeath((death) => deaths.push(death));
}

const sh = (script: string): readonly string[] => ['/bin/sh', '-c', script];

async function death(name: string): Promise<TerminalDeath> {
  return eventually(() => deaths.find((each) => each.name === name) ?? expect.fail('not dead yet'));
}

async function start(name: string, argv: readonly string[], until: string): Promise<number> {
  const { pid } = await world.terminal.create(world.spec(name, argv));
  await shows(world.terminal, name, until);
  return pid;
}

describe('the environment of a program', () => {
  it('is exactly what was given and what the terminal adds', async () => {
    process.env.LEAK_OF_THE_DAEMON = 'leaked';
    const values = { TRICKY: `it's "$HOME" \`id\` \\ ~\n#{pid};`, EMPTY: '', PATH: '/usr/bin:/bin' };
    const tooMuch = { TMUX: 'wrong', TERM: 'wrong', PWD: 'wrong', COLUMNS: '1', UID: '7', 'BASH_FUNC_x%%': 'no' };
    const argv = ['node', '-e', 'console.log(JSON.stringify({env: process.env, argv: process.argv.slice(1)})+"|end")'];
    const words = [`a b`, `it's`, '$HOME', '', '*', ';'];
    const spec = world.spec('one', [process.execPath, ...argv.slice(1), ...words], { ...values, ...tooMuch });
    const out = join(world.root, 'out');
    await world.terminal.create({
      ...spec,
      argv: sh('o=$1; shift; exec "$@" >"$o"').concat('sh', out, spec.argv as string[]),
    });
    delete process.env.LEAK_OF_THE_DAEMON;
    const text = await eventually(() => {
      const written = readFileSync(out, 'utf8');
      expect(written).toContain('|end');
      return written;
    });
    const seen = JSON.parse(text.split('|end')[0]!) as { env: Record<string, string>; argv: string[] };
    const { TMUX, TMUX_PANE, TERM, ...rest } = seen.env;
    // The shells on the way add these; they say nothing about anybody.
    const ofShells = new Set(['PWD', 'OLDPWD', 'SHLVL', '_']);
    expect(Object.fromEntries(Object.entries(rest).filter(([name]) => !ofShells.has(name)))).toEqual(values);
    expect(rest.PWD).toBe(world.root);
    expect(TMUX).toContain(world.socket);
    expect(TMUX_PANE).toMatch(/^%\d+$/);
    expect(TERM).toMatch(/^(tmux|screen)-256color$/);
    expect(seen.argv).toEqual(words);
  });

  it('MS-10: shows no secret in arguments, in the tmux environment, or in a file that stays', async () => {
    const secret = 'hush-1234567890';
    const spec = world.spec('one', sh('echo ready; exec sleep 60'), { TOKEN: secret });
    await world.terminal.create(spec);
    // From the very first moment on.
    const watched = Array.from({ length: 20 }, async (_, index) => {
      await systemClock.sleep(index * 5);
      return world.tmux('show-environment', '-t', '=one').then(({ stdout }) => stdout);
    });
    const seen = allArguments().concat(await Promise.all(watched), allArguments());
    await shows(world.terminal, 'one', 'ready');
    seen.push(...allArguments(), (await world.tmux('show-environment', '-g')).stdout);
    seen.push((await world.tmux('list-panes', '-a', '-F', '#{pane_start_command}')).stdout);
    expect(seen.filter((text) => text.includes(secret))).toEqual([]);
    expect(readdirSync(spec.directory)).toEqual(['one.process']);
    expect(statSync(join(spec.directory, 'one.process')).mode & 0o777).toBe(0o600);
    expect(statSync(spec.directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(world.root, 'run')).mode & 0o777).toBe(0o700);
  });

  it('keeps the server clean for what people split off', async () => {
    await start('one', sh('echo ready; exec sleep 60'), 'ready');
    const { stdout } = await world.tmux('show-environment', '-g');
    const names = stdout.split('\n').map((line) => line.split('=')[0]);
    const harmless = ['HOME', 'LANG', 'LOGNAME', 'PATH', 'PWD', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'USER', ''];
    expect(names.filter((name) => !harmless.includes(name ?? ''))).toEqual([]);
  });

  it('leaves the launch script readable by nobody else, and removes it when tmux refuses', async () => {
    const spec = world.spec('one', sh('exec sleep 60'));
    await world.tmux('new-session', '-d', '-s', 'one', 'sleep 60');
    await expect(world.terminal.create(spec)).rejects.toMatchObject({ code: 'terminal-exists' });
    expect(readdirSync(spec.directory)).toEqual([]);
    await world.tmux('kill-session', '-t', '=one');
  });

  it('runs in the working directory, whatever its name', async () => {
    const cwd = join(world.root, `it's #{pid} #(id) $(id) "x" ~ ;`);
    mkdirSync(cwd);
    await world.terminal.create({ ...world.spec('one', sh('pwd >out; exec sleep 60')), cwd });
    await eventually(() => expect(readFileSync(join(cwd, 'out'), 'utf8')).toBe(`${cwd}\n`));
  });

  it.runIf(process.platform === 'linux')('has no signal ignored or blocked that ends programs', async () => {
    await world.terminal.create({ ...world.spec('one', ['cat', '/proc/self/status']), rows: 100 });
    const { lastLines } = await death('one');
    const mask = (name: string): bigint =>
      BigInt(`0x${new RegExp(`${name}:\\s+(\\w+)`).exec(lastLines)?.[1] ?? 'none'}`);
    const ending = [1, 2, 3, 13, 14, 15, 17, 18, 20].reduce((sum, signal) => sum | (1n << BigInt(signal - 1)), 0n);
    expect(mask('SigIgn') & ending).toBe(0n);
    expect(mask('SigBlk')).toBe(0n);
  });
});

describe('a death', () => {
  it.each([
    ['exit 0', 0],
    ['exit 42', 42],
    ['kill -KILL $$', 137],
    ['kill -TERM $$', 143],
    ['kill -INT $$', 130],
    ['kill -HUP $$', 129],
  ])('of "%s" is told with %i and the last lines', async (script, exitCode) => {
    await world.terminal.create(world.spec('one', sh(`echo last words; ${script}`)));
    expect(await death('one')).toMatchObject({ exitCode, lastLines: expect.stringContaining('last words') as string });
    expect(readdirSync(join(world.root, 'state', 'one'))).toEqual([]);
  });

  it('of a program that does not exist says so', async () => {
    await world.terminal.create(world.spec('one', ['no-such-program-anywhere']));
    expect(await death('one')).toMatchObject({
      exitCode: 127,
      lastLines: expect.stringContaining('no-such-program-anywhere') as string,
    });
  });

  it('comes with everything the program said, also at the end of a flood', async () => {
    await world.terminal.create(world.spec('one', sh('seq 1 60000; echo the very last line')));
    expect((await death('one')).lastLines).toMatch(/60000\nthe very last line$/);
  });

  it('of the foreground program by ^C is told with 130', async () => {
    await start('one', sh('echo ready; exec sleep 60'), 'ready');
    await world.terminal.keys('one', ['C-c']);
    expect(await death('one')).toMatchObject({ exitCode: 130 });
  });

  it('of the wrapper by kill -9 is told without a code, and what it leaves is ended', async () => {
    const pid = await start('one', sh('trap "" HUP TERM; echo ready; while :; do sleep 1; done'), 'ready');
    const child = (await readProcessTable()).find(({ parent }) => parent === pid)!;
    process.kill(pid, 'SIGKILL');
    expect(await death('one')).toMatchObject({ exitCode: undefined });
    await eventually(async () => expect(await sameProcess(child)).toBe(false));
    await expect(world.terminal.create(world.talker('one'))).resolves.toMatchObject({ name: 'one' });
  });

  it('of the wrapper by a hang-up or TERM still has the code of the program', async () => {
    const pid = await start('one', sh('trap "exit 5" TERM; echo ready; while :; do sleep 0.05; done'), 'ready');
    const child = (await readProcessTable()).find(({ parent }) => parent === pid)!;
    process.kill(pid, 'SIGTERM');
    process.kill(pid, 'SIGHUP');
    await systemClock.sleep(100);
    expect(deaths).toEqual([]);
    process.kill(child.pid, 'SIGTERM');
    expect(await death('one')).toMatchObject({ exitCode: 5 });
  });

  it('is told when its directory is gone', async () => {
    const spec = world.spec('one', sh('echo ready; read -r x; exit 3'));
    await world.terminal.create(spec);
    await shows(world.terminal, 'one', 'ready');
    rmSync(spec.directory, { recursive: true });
    await world.terminal.keys('one', ['Enter']);
    expect(await death('one')).toMatchObject({ exitCode: undefined });
  });

  it('of many at once is told once each', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `many-${index}`);
    await Promise.all(names.map((name) => world.terminal.create(world.spec(name, sh('read -r x; exit "$x"')))));
    await Promise.all(names.map((name, index) => world.terminal.type(name, `${index}\n`)));
    await eventually(() => expect(deaths).toHaveLength(20));
    await systemClock.sleep(100);
    expect(deaths.map(({ name, exitCode }) => `${name} ${exitCode}`).sort()).toEqual(
      names.map((name, index) => `${name} ${index}`).sort(),
    );
  });

  it('is not mistaken for an earlier one whose files stayed', async () => {
    await world.terminal.create(world.talker('one'));
    await world.ready('one');
    await world.terminal.close();
    await world.exit('one', 6);
    const { directory } = world.spec('one', []);
    await eventually(() => expect(readdirSync(directory).some((file) => file.endsWith('.exit'))).toBe(true));
    const next = await world.open();
    await expect(next.adopt('one', directory)).rejects.toMatchObject({ code: 'terminal-gone' });
    await eventually(async () => expect(await next.list()).toEqual([]));
    await next.create(world.talker('one'));
    expect(readdirSync(directory).filter((file) => file.endsWith('.exit'))).toEqual([]);
    expect(await next.list()).toHaveLength(1);
  });
});

describe('kill', () => {
  it('ends a whole tree: what ignores signals, what left the session, what lost its parent', async () => {
    const [simple, wayward, ...apart] = [1, 2, 3, 4].map(longTime);
    const found = [simple!, ...apart];
    const script = [
      'trap "" TERM HUP INT',
      `sleep ${simple} &`,
      `(setsid sleep ${wayward} &)`,
      `setsid sh -c "sleep ${apart.join(' & sleep ')}" &`,
      'echo ready',
      'while :; do sleep 1; done',
    ].join('\n');
    const pid = await start('one', sh(script), 'ready');
    await eventually(() => expect(sleepers(found)).toBe(3));
    await world.terminal.kill('one');
    expect(await findProcess(pid)).toBeUndefined();
    expect(sleepers(found)).toBe(0);
    expect(deaths).toEqual([]);
    // What has left the session *and* lost its parent is only found by a mark.
    for (const orphan of sleeperPids(wayward!)) process.kill(orphan, 'SIGKILL');
  });

  it('ends what left the session and lost its parent by its mark, and nobody else (MS-08)', async () => {
    const of = createMarkReader(['HOME_OF', 'NUMBER']);
    const mark = (number: string): string => markFrom([...Object.entries({ HOME_OF: world.root, NUMBER: number })]);
    const terminal = await world.open({ markOf: (name) => ({ value: mark(name.slice(-1)), of }) });
    const long = longTime(5);
    const wayward = sh(`(setsid sleep ${long} &); echo ready; while :; do sleep 1; done`);
    for (const number of ['1', '2']) {
      await terminal.create(world.spec(`marked-${number}`, wayward, { HOME_OF: world.root, NUMBER: number }));
      await shows(terminal, `marked-${number}`, 'ready');
    }
    await eventually(() => expect(sleepers([long])).toBe(2));
    await terminal.kill('marked-1');
    expect(sleepers([long])).toBe(1);
    expect((await terminal.list()).map(({ name }) => name)).toEqual(['marked-2']);
    await terminal.kill('marked-2');
    expect(sleepers([long])).toBe(0);
  });

  it('of what outlived both its server and the daemon happens before another is made', async () => {
    const script = 'trap "" HUP TERM; echo ready; while :; do sleep 1; done';
    const pid = await start('one', sh(script), 'ready');
    const child = (await readProcessTable()).find(({ parent }) => parent === pid)!;
    const server = await world.serverPid();
    await world.terminal.close();
    process.kill(server, 'SIGKILL');
    await eventually(async () => expect(await findProcess(server)).toBeUndefined());
    expect(await sameProcess(child)).toBe(true);
    const next = await world.open();
    await expect(next.adopt('one', world.spec('one', []).directory)).rejects.toMatchObject({ code: 'terminal-gone' });
    await next.create(world.talker('one'));
    expect(await sameProcess(child)).toBe(false);
  });

  it('ends a stopped program', async () => {
    const pid = await start('one', sh('echo ready; exec sleep 60'), 'ready');
    const child = (await readProcessTable()).find(({ parent }) => parent === pid)!;
    process.kill(child.pid, 'SIGSTOP');
    await world.terminal.kill('one');
    expect(await sameProcess(child)).toBe(false);
  });

  it('ends a terminal whose server was lost', async () => {
    const pid = await start('one', sh('trap "" HUP TERM; echo ready; while :; do sleep 1; done'), 'ready');
    process.kill(await world.serverPid(), 'SIGKILL');
    await world.terminal.kill('one');
    expect(await findProcess(pid)).toBeUndefined();
  });
});

describe('a grace that is long enough', () => {
  beforeEach(async () => {
    await world.dispose();
    await open({ graceMs: 20_000 });
  });

  it('lets a program end by itself', async () => {
    const marker = join(world.root, 'said-goodbye');
    const script = `trap "echo bye >'${marker}'; exit 0" TERM; echo ready; while :; do sleep 0.05; done`;
    await start('one', sh(script), 'ready');
    await world.terminal.kill('one');
    expect(existsSync(marker)).toBe(true);
    expect(readdirSync(join(world.root, 'state', 'one'))).toEqual([]);
  });

  it('has the code told when somebody closes the window by hand', async () => {
    await start('one', sh('echo ready; exec sleep 60'), 'ready');
    await world.tmux('kill-session', '-t', '=one');
    expect(await death('one')).toMatchObject({ exitCode: 143 });
  });
});

/** Every process's arguments, as anybody on the machine can read them. */
function allArguments(): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
}

/** So many seconds that nobody else on this machine sleeps for. */
function longTime(which: number): string {
  return `${which}${String(process.pid).padStart(8, '0')}`;
}

function sleeperPids(seconds: string): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${seconds}\0`;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function sleepers(each: readonly string[]): number {
  return each.flatMap(sleeperPids).length;
}

async function sameProcess(known: { readonly pid: number; readonly started: string }): Promise<boolean> {
  return (await findProcess(known.pid))?.started === known.started;
}
