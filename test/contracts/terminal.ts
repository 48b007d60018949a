import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Terminal, TerminalDeath, TerminalSpec } from '../../src/contracts/terminal.ts';
import { eventually } from '../eventually.ts';

/** A world in which terminals can be made, and a way to play the programs in them. */
export interface TerminalHarness {
  readonly terminal: Terminal;
  /** The same terminals as a new process would see them. The caller closes what it gets. */
  reopen(): Promise<Terminal>;
  /** A spec for a program that shows what is typed and ends when told. */
  talker(name: string): TerminalSpec;
  /** A spec for a program that keeps every byte it is given. */
  recorder(name: string): TerminalSpec;
  /** Resolves when the program takes input. */
  ready(name: string): Promise<void>;
  /** Makes a talker end by itself with this exit code. */
  exit(name: string, code: number): Promise<void>;
  /** What a recorder was given so far. */
  received(name: string): Promise<string>;
  dispose(): Promise<void>;
}

/** Every implementation of `Terminal` keeps these promises. */
export function terminalContract(name: string, makeHarness: () => Promise<TerminalHarness>): void {
  describe(`${name} as a Terminal`, () => {
    let world: TerminalHarness;
    let terminal: Terminal;
    let deaths: TerminalDeath[];

    beforeEach(async () => {
      world = await makeHarness();
      terminal = world.terminal;
      deaths = [];
      terminal.onDeath((death) => deaths.push(death));
    });

    afterEach(async () => {
      await world.dispose();
    });

    async function start(spec: TerminalSpec): Promise<void> {
      await terminal.create(spec);
      await world.ready(spec.name);
    }

    async function names(): Promise<readonly string[]> {
      return (await terminal.list()).map((info) => info.name).sort();
    }

    it('has no terminals at first', async () => {
      expect(await terminal.list()).toEqual([]);
    });

    it('MS-03: lists what it made, with the process', async () => {
      const first = await terminal.create(world.talker('claude-session-1'));
      const second = await terminal.create(world.talker('claude-session-2'));
      expect(first).toMatchObject({ name: 'claude-session-1' });
      expect(first.pid).toBeGreaterThan(1);
      expect(second.pid).not.toBe(first.pid);
      const listed = [...(await terminal.list())].sort((a, b) => a.name.localeCompare(b.name));
      expect(listed).toEqual([first, second]);
    });

    it('refuses a second terminal of a name and leaves the first alone', async () => {
      await start(world.talker('one'));
      await expect(terminal.create(world.talker('one'))).rejects.toMatchObject({
        code: 'terminal-exists',
        happened: 'not-done',
      });
      await terminal.type('one', 'still here');
      await eventually(async () => expect(await terminal.capture('one')).toContain('still here'));
    });

    it('makes one of two terminals of a name that are asked for at once', async () => {
      const results = await Promise.allSettled([
        terminal.create(world.talker('one')),
        terminal.create(world.talker('one')),
      ]);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await world.ready('one');
      expect(await names()).toEqual(['one']);
    });

    it.each(['', 'Upper', 'a b', 'a:b', 'a.b', '=a', '#{pid}', '-a', 'a;b', 'a/b'])(
      'refuses the name "%s"',
      async (bad) => {
        await expect(terminal.create({ ...world.talker('one'), name: bad })).rejects.toMatchObject({
          code: 'terminal-spec-invalid',
        });
        expect(await terminal.list()).toEqual([]);
      },
    );

    it('refuses a working directory that is not there, and names it', async () => {
      const cwd = '/nowhere/at/all';
      await expect(terminal.create({ ...world.talker('one'), cwd })).rejects.toMatchObject({
        code: 'work-dir-missing',
        message: expect.stringContaining(cwd) as string,
      });
    });

    it('says terminal-gone for a name that is not there', async () => {
      const gone = { code: 'terminal-gone', happened: 'not-done' };
      await expect(terminal.type('none', 'x')).rejects.toMatchObject(gone);
      await expect(terminal.type('none', '')).rejects.toMatchObject(gone);
      await expect(terminal.keys('none', ['Enter'])).rejects.toMatchObject(gone);
      await expect(terminal.capture('none')).rejects.toMatchObject(gone);
      await expect(terminal.adopt('none', '/tmp')).rejects.toMatchObject(gone);
    });

    it('says terminal-gone for a terminal that was there', async () => {
      await start(world.talker('one'));
      await terminal.type('one', 'x');
      await terminal.kill('one');
      await expect(terminal.type('one', 'x')).rejects.toMatchObject({ code: 'terminal-gone' });
      await expect(terminal.capture('one')).rejects.toMatchObject({ code: 'terminal-gone' });
    });

    it('means the exact name: s1 is never s10', async () => {
      await start(world.recorder('s10'));
      await expect(terminal.type('s1', 'x')).rejects.toMatchObject({ code: 'terminal-gone' });
      await terminal.kill('s1');
      await start(world.recorder('s1'));
      await terminal.type('s1', 'for one');
      await terminal.type('s10', 'for ten');
      await eventually(async () => {
        expect(await world.received('s1')).toBe('for one');
        expect(await world.received('s10')).toBe('for ten');
      });
      await terminal.kill('s1');
      expect(await names()).toEqual(['s10']);
    });

    it.each([
      ['a final semicolon', 'echo a;'],
      ['only a semicolon', ';'],
      ['a leading dash', '-l --'],
      ['quotes and escapes', String.raw`"double" 'single' \ \n $HOME ${'`'}id${'`'} $(id)`],
      ['a leading tilde', '~root ~'],
      ['formats and comments', '#{pane_id} #(id) # %1 {a} %if'],
      ['names of keys', 'Enter'],
      ['line feeds, returns and tabs', 'a\nb\r\nc\td'],
      ['other languages', 'こんにちは世界 — Grüße 👩‍👩‍👧‍👦 ⚙️'],
      ['spaces at both ends', '  x  '],
    ])('types %s literally', async (_what, text) => {
      await start(world.recorder('one'));
      await terminal.type('one', text);
      await eventually(async () => expect(await world.received('one')).toBe(text));
    });

    it('types long text whole and in order', async () => {
      await start(world.recorder('one'));
      const long = Array.from({ length: 5000 }, (_, index) => `${index} ä世👍;`).join('\n');
      await Promise.all([terminal.type('one', long), terminal.type('one', 'the end')]);
      await eventually(async () => expect(await world.received('one')).toBe(`${long}the end`));
    });

    it('shows the screen without trailing blank lines', async () => {
      await start(world.talker('one'));
      await terminal.type('one', 'first line');
      await terminal.keys('one', ['Enter']);
      await terminal.type('one', 'second line');
      await eventually(async () => {
        expect(await terminal.capture('one')).toMatch(/first line\n(.*\n)*second line$/);
      });
    });

    it('shows scrollback when asked', async () => {
      await start({ ...world.talker('one'), rows: 10 });
      for (let line = 1; line <= 30; line += 1) {
        await terminal.type('one', `line-${line}.`);
        await terminal.keys('one', ['Enter']);
      }
      await eventually(async () => expect(await terminal.capture('one')).toContain('line-30.'));
      expect(await terminal.capture('one')).not.toContain('line-2.');
      expect(await terminal.capture('one', { history: 100 })).toContain('line-2.');
    });

    it('tells a death once, with the exit code and the last lines', async () => {
      await start(world.talker('one'));
      await start(world.talker('two'));
      await terminal.type('one', 'famous last words');
      await terminal.keys('one', ['Enter']);
      await world.exit('one', 7);
      await eventually(() => expect(deaths).toHaveLength(1));
      expect(deaths[0]).toMatchObject({ name: 'one', exitCode: 7 });
      expect(deaths[0]?.lastLines).toContain('famous last words');
      expect(deaths[0]?.lastLines).toBe(deaths[0]?.lastLines.trimEnd());
      expect(await names()).toEqual(['two']);
      await world.exit('two', 0);
      await eventually(() => expect(deaths).toHaveLength(2));
      expect(deaths[1]).toMatchObject({ name: 'two', exitCode: 0 });
    });

    it('has the name free when a death is told', async () => {
      await start(world.talker('one'));
      const reborn = new Promise<unknown>((resolve) => {
        terminal.onDeath(({ name: dead }) => resolve(terminal.create(world.talker(dead))));
      });
      await world.exit('one', 1);
      await expect(reborn).resolves.toMatchObject({ name: 'one' });
      await world.ready('one');
      expect(await names()).toEqual(['one']);
      await world.exit('one', 2);
      await eventually(() => expect(deaths.map(({ exitCode }) => exitCode)).toEqual([1, 2]));
    });

    it('does not tell a listener that was taken away', async () => {
      const heard: string[] = [];
      const cancel = terminal.onDeath(({ name: dead }) => heard.push(dead));
      cancel();
      await start(world.talker('one'));
      await world.exit('one', 1);
      await eventually(() => expect(deaths).toHaveLength(1));
      expect(heard).toEqual([]);
    });

    it('ends a terminal when asked, and does not call that a death (I8)', async () => {
      await start(world.talker('one'));
      await start(world.talker('two'));
      await Promise.all([terminal.kill('one'), terminal.kill('one')]);
      expect(await names()).toEqual(['two']);
      await terminal.create(world.talker('one'));
      expect(await names()).toEqual(['one', 'two']);
      // A death that is told proves that an earlier one would have been.
      await world.exit('two', 5);
      await eventually(() => expect(deaths).toHaveLength(1));
      expect(deaths[0]).toMatchObject({ name: 'two' });
    });

    it('finds nothing wrong with ending what is not there', async () => {
      await expect(terminal.kill('none')).resolves.toBeUndefined();
    });

    it('I6: leaves terminals running when it closes; the next one adopts them and hears of their deaths', async () => {
      const spec = world.talker('one');
      await start(spec);
      const before = await terminal.list();
      await terminal.close();
      const next = await world.reopen();
      const heard: TerminalDeath[] = [];
      next.onDeath((death) => heard.push(death));
      expect(await next.list()).toEqual(before);
      expect(await next.adopt('one', spec.directory)).toEqual(before[0]);
      await world.exit('one', 9);
      await eventually(() => expect(heard).toHaveLength(1));
      expect(heard[0]).toMatchObject({ name: 'one', exitCode: 9 });
      expect(deaths).toEqual([]);
      await next.close();
    });

    it('gives a command to look at exactly one terminal', () => {
      const command = terminal.attachCommand('claude-session-1');
      expect(command[0]).toBe('tmux');
      expect(command.slice(-3)).toEqual(['attach', '-t', '=claude-session-1']);
    });

    it('ends everything in a full stop, tells no deaths, and can begin again', async () => {
      await start(world.talker('one'));
      await start(world.talker('two'));
      await terminal.shutdown();
      expect(await terminal.list()).toEqual([]);
      await start(world.talker('one'));
      expect(await names()).toEqual(['one']);
      expect(deaths).toEqual([]);
    });
  });
}
