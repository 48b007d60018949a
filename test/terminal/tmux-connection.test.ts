import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { Terminal, TerminalDeath } from '../../src/contracts/terminal.ts';
import { findProcess } from '../../src/base/process-table.ts';
import { openTmux } from '../../src/terminal/tmux-manager.ts';
import { makeTmuxWorld, shows } from './tmux-world.ts';
import type { TmuxWorld } from './tmux-world.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';
import { eventually } from '../eventually.ts';

let world: TmuxWorld;
let deaths: TerminalDeath[];

beforeEach(async () => {
  // Nothing here has to be forced: what is to write down its code has the time for it.
  world = await makeTmuxWorld({ sweepIntervalMs: 3_600_000, graceMs: 20_000 });
  deaths = [];
  world.terminal.onDeath((death) => deaths.push(death));
});

afterEach(async () => {
  await world.dispose();
});

async function start(name: string): Promise<void> {
  await world.terminal.create(world.talker(name));
  await world.ready(name);
}

async function controlClients(): Promise<readonly number[]> {
  const { stdout } = await world.tmux('list-clients', '-F', '#{client_control_mode} #{client_pid}');
  return stdout.split('\n').flatMap((line) => (line.startsWith('1 ') ? [Number(line.slice(2))] : []));
}

describe('the server', () => {
  it('of somebody who only looked in, without a session, is taken over', async () => {
    await world.tmux('-f', '/dev/null', 'start-server', ';', 'set-option', '-s', 'exit-empty', 'off');
    expect(await world.terminal.list()).toEqual([]);
    await start('one');
    const again = await world.open();
    expect(await again.list()).toMatchObject([{ name: 'one' }]);
  });
});

describe('the end of the server', () => {
  it('is for good, also while it is being joined', async () => {
    const slow = join(world.root, 'slow');
    const joining = join(world.root, 'joining');
    const wrapper = join(world.root, 'slow-tmux');
    const wait = `*start-server*) if [ -e '${slow}' ]; then : >'${joining}'; sleep 0.7; fi;;`;
    writeFileSync(wrapper, `#!/bin/sh\ncase "$*" in ${wait} esac\nexec tmux "$@"\n`, { mode: 0o700 });
    const terminal = await world.open({ tmuxCommand: wrapper });
    await terminal.create(world.talker('one'));
    writeFileSync(slow, '');
    for (const client of await controlClients()) process.kill(client, 'SIGKILL');
    await eventually(() => expect(existsSync(joining)).toBe(true));
    await terminal.shutdown();
    await systemClock.sleep(1000);
    expect(await world.tmux('list-sessions')).toMatchObject({ exitCode: 1 });
    await terminal.create(world.talker('two'));
    expect(await terminal.list()).toMatchObject([{ name: 'two' }]);
  });
});

describe('the control client', () => {
  it('that ends with a server that was to end is nothing to warn of', async () => {
    const log = new RecordingLog();
    const terminal = await world.open({ log });
    await terminal.create(world.talker('one'));
    await terminal.shutdown();
    await eventually(() => expect(log.at('info')).toContain('the tmux control client ended'));
    expect(log.at('warn')).toEqual([]);
  });

  it('is one for all terminals, and ends with us', async () => {
    await start('one');
    await start('two');
    expect(await controlClients()).toHaveLength(1);
    await world.terminal.close();
    await eventually(async () => expect(await controlClients()).toEqual([]));
  });

  it('is not missed when it dies, and comes back', async () => {
    await world.terminal.create(world.recorder('one'));
    await world.ready('one');
    await start('two');
    const [client] = await controlClients();
    process.kill(client!, 'SIGKILL');
    await eventually(async () => expect(await findProcess(client!)).toBeUndefined());
    await world.terminal.list(); // A question that may be asked twice; now the death is known.
    // One process per question until it is back.
    for (let index = 0; index < 20; index += 1) await world.terminal.type('one', `${index};`);
    const long = 'ä'.repeat(20_000);
    await world.terminal.type('one', long);
    const expected = Array.from({ length: 20 }, (_, index) => `${index};`).join('') + long;
    await eventually(async () => expect(await world.received('one')).toBe(expected));
    await eventually(async () => {
      const clients = await controlClients();
      expect(clients).toHaveLength(1);
      expect(clients).not.toContain(client);
    });
    expect(await world.terminal.list()).toHaveLength(2);
    expect(deaths).toEqual([]);
    await world.exit('two', 4);
    await eventually(() => expect(deaths).toMatchObject([{ name: 'two', exitCode: 4 }]));
  });

  it('hears of deaths while it is away', async () => {
    await start('one');
    const [client] = await controlClients();
    process.kill(client!, 'SIGSTOP');
    await world.exit('one', 8);
    // The exit file needs no tmux; making the name free has to wait for the stuck client.
    process.kill(client!, 'SIGKILL');
    await eventually(() => expect(deaths).toMatchObject([{ name: 'one', exitCode: 8 }]));
  });

  describe('that does not answer', () => {
    let impatient: Terminal;

    beforeEach(async () => {
      await start('one');
      impatient = await world.open({ replyTimeoutMs: 1000 });
    });

    /** What becomes of typing while the server is held up. */
    async function typed(): Promise<unknown> {
      const server = await world.serverPid();
      process.kill(server, 'SIGSTOP');
      try {
        return await impatient.type('one', 'x').catch((error: unknown) => error);
      } finally {
        process.kill(server, 'SIGCONT');
      }
    }

    it('is given up, and typing then says that nobody knows', async () => {
      await eventually(() => impatient.type('one', '')); // Now it knows whose pane is whose.
      expect(await typed()).toMatchObject({ code: 'terminal-unreachable', happened: 'unknown' });
      await shows(impatient, 'one', 'ready');
      await eventually(async () => expect(await impatient.list()).toHaveLength(1));
    });

    it('is told to whoever has just come, who has typed nothing', async () => {
      expect(await typed()).toMatchObject({ code: 'terminal-unreachable', happened: 'not-done' });
      await eventually(() => impatient.type('one', 'heard'));
      await shows(impatient, 'one', 'heard');
    });
  });

  it('makes its hub again when somebody closed it', async () => {
    await start('one');
    await world.tmux('kill-session', '-t', '=HUB');
    await eventually(async () => expect(await controlClients()).toHaveLength(1));
    expect(await world.terminal.list()).toHaveLength(1);
    expect(deaths).toEqual([]);
  });
});

describe('a lost server', () => {
  it('is a death of every terminal; the next create starts another', async () => {
    for (const name of ['one', 'two']) {
      await world.terminal.create(world.spec(name, ['/bin/sh', '-c', 'echo ready; exec sleep 60']));
      await world.ready(name);
    }
    process.kill(await world.serverPid(), 'SIGKILL');
    await eventually(() => expect(deaths).toHaveLength(2));
    expect(deaths.map(({ name }) => name).sort()).toEqual(['one', 'two']);
    // A program without a terminal is ended, and its wrapper lived to write the code.
    expect(deaths.map(({ exitCode }) => exitCode)).toEqual([143, 143]);
    expect(await world.terminal.list()).toEqual([]);
    await expect(world.terminal.type('one', 'x')).rejects.toMatchObject({ code: 'terminal-gone' });
    await start('one');
    await world.exit('one', 2);
    await eventually(() => expect(deaths.at(-1)).toMatchObject({ name: 'one', exitCode: 2 }));
    expect(deaths).toHaveLength(3);
  });

  it('is started once by many creates at once', async () => {
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => world.terminal.create(world.talker(name))));
    expect((await world.terminal.list()).map(({ name }) => name).sort()).toEqual(names);
  });
});

describe('somebody at the desk', () => {
  it('who scrolled back does not swallow what is typed', async () => {
    await start('one');
    await world.tmux('copy-mode', '-t', '=one:');
    await world.terminal.type('one', 'q still arrives');
    await shows(world.terminal, 'one', 'q still arrives');
    await world.tmux('choose-tree', '-t', '=one:');
    await world.terminal.type('one', ' and this');
    await world.terminal.keys('one', ['Enter']);
    await shows(world.terminal, 'one', 'q still arrives and this');
  });

  it('who split the window does not get what is typed', async () => {
    await start('one');
    await world.tmux('split-window', '-t', '=one:', 'exec cat');
    await world.terminal.type('one', 'for the program');
    await shows(world.terminal, 'one', 'for the program');
    expect(await world.terminal.list()).toHaveLength(1);
    const next = await world.open();
    await next.type('one', ', again');
    await shows(next, 'one', 'for the program, again');
    await world.exit('one', 0);
  });

  it('who split the window does not keep the name of a dead terminal', async () => {
    await start('one');
    await world.tmux('split-window', '-d', '-t', '=one:', 'exec cat');
    await world.exit('one', 3);
    await eventually(() => expect(deaths).toMatchObject([{ name: 'one', exitCode: 3 }]));
    await start('one');
  });

  it('gets a terminal of his size, and leaves it as it was', async () => {
    await start('one');
    const size = async (): Promise<string> =>
      (await world.tmux('display-message', '-p', '-t', '=one:', '#{window_width}x#{window_height}')).stdout.trim();
    expect(await size()).toBe('120x40');
    // The desk is a terminal on a second server.
    const desk = await makeTmuxWorld();
    try {
      for (const columns of [80, 100]) {
        const attach = world.terminal.attachCommand('one');
        await desk.terminal.create({
          ...desk.spec('desk', ['env', '-u', 'TMUX', ...attach]),
          columns,
          rows: 25,
        });
        await eventually(async () => expect(await size()).toBe(`${columns}x24`));
        await desk.terminal.kill('desk');
        await eventually(async () => expect(await size()).toBe('120x40'));
      }
    } finally {
      await desk.dispose();
    }
  });
});

describe('opening', () => {
  const clock = systemClock;

  it('says how to get a tmux that is not there', async () => {
    const socket = join(world.root, 'other', 's');
    await expect(openTmux({ socket, clock, tmuxCommand: 'no-tmux-here' })).rejects.toMatchObject({
      code: 'tmux-missing',
      message: expect.stringContaining('no-tmux-here') as string,
      advice: expect.stringMatching(/^Install/) as string,
    });
  });

  it('refuses a tmux that is too old, and names it', async () => {
    const old = join(world.root, 'old-tmux');
    writeFileSync(old, '#!/bin/sh\necho tmux 2.9a\n', { mode: 0o700 });
    await expect(openTmux({ socket: join(world.root, 'o', 's'), clock, tmuxCommand: old })).rejects.toMatchObject({
      code: 'tmux-too-old',
      message: expect.stringContaining('2.9a') as string,
    });
  });

  it('refuses a directory that others can enter', async () => {
    const directory = join(world.root, 'loose');
    mkdirSync(directory);
    chmodSync(directory, 0o750);
    await expect(openTmux({ socket: join(directory, 's'), clock })).rejects.toMatchObject({
      code: 'socket-directory-unsafe',
      message: expect.stringContaining(directory) as string,
    });
  });

  it('refuses a path that no socket can have', async () => {
    const socket = join(world.root, 'x'.repeat(100), 's');
    await expect(openTmux({ socket, clock })).rejects.toMatchObject({ code: 'socket-path-too-long' });
  });

  it('starts no server by looking', async () => {
    const other = join(world.root, 'quiet', 's');
    const terminal = await openTmux({ socket: other, clock });
    expect(await terminal.list()).toEqual([]);
    await expect(terminal.capture('one')).rejects.toMatchObject({ code: 'terminal-gone' });
    await terminal.kill('one');
    await terminal.shutdown();
    const { exitCode } = await world.tmux('-S', other, 'has-session');
    expect(exitCode).not.toBe(0);
    await terminal.close();
  });
});
