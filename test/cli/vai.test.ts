import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommand } from '../../src/base/run-command.ts';
import { Scope } from '../../src/base/scope.ts';
import { ownDaemonRecord, writeDaemonRecord } from '../../src/control/daemon-record.ts';
import { permission } from '../control/planted.ts';
import { CommandLine, paneEnvironment } from './command-line.ts';
import { compiledSources } from './compiled-sources.ts';

let scope: Scope;
let line: CommandLine;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
});

afterEach(() => scope.close());

function outcome(result: { readonly exitCode: number | undefined; readonly stdout: string; readonly stderr: string }) {
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr };
}

describe('MS-06: vai when the bridge runs', () => {
  beforeEach(async () => {
    await line.serve();
  });

  it('status --json has what scripts rely on', async () => {
    line.api.foreignSessions = ['claude-session-1'];
    const result = await line.vai('status', '--json');
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const status: unknown = JSON.parse(result.stdout);
    expect(status).toMatchObject({
      running: true,
      version: '0.1.0',
      pid: process.pid,
      home: '/bridge',
      tmuxSocket: '/run/tmux.sock',
      chat: { kind: 'local', state: 'ready', userToken: 'page-user' },
      sessions: [
        {
          number: 1,
          channel: '111111111111111111',
          tmux: 'claude-session-1',
          agent: 'scripted',
          lifecycle: 'running',
          state: 'idle',
          waitingFor: null,
          since: '2025-01-01T00:00:00.000Z',
          pid: 4321,
          generation: 1,
          queued: 0,
          agentSession: null,
        },
      ],
    });
  });

  it('status tells a person what runs, where, and how to attach', async () => {
    line.api.foreignSessions = ['claude-session-7'];
    const { exitCode, stdout } = await line.vai('status');
    expect(exitCode).toBe(0);
    for (const words of [
      `The bridge 0.1.0 is running (process ${process.pid}) in /bridge.`,
      'Chat page: http://127.0.0.1:8787/?key=abc',
      'Agent: scripted. No "claude" was found on the PATH.',
      'N  CHANNEL             STATE  SINCE',
      /1 {2}111111111111111111 {2}idle {3}\d+ days ago {2}scripted/,
      'echo attached to 1',
      'on your own tmux server: claude-session-7',
    ]) {
      if (typeof words === 'string') expect(stdout).toContain(words);
      else expect(stdout).toMatch(words);
    }
  });

  it('status says so while nobody owns a bridge on Discord', async () => {
    line.api.chat = { kind: 'discord', state: 'reconnecting', detail: 'no network', owned: false };
    const { stdout } = await line.vai('status');
    expect(stdout).toContain('Discord: reconnecting (no network)');
    expect(stdout).toMatch(/Become its owner: .*vai pair/);
  });

  it.each(['list-sessions', 'list-session'])('%s lists, for a person and for a program', async (command) => {
    expect((await line.vai(command)).stdout).toBe(
      [
        'N  CHANNEL             NAME  AGENT     DIRECTORY',
        '1  111111111111111111  -     scripted  /srv/session_1\n',
      ].join('\n'),
    );
    expect(JSON.parse((await line.vai(command, '--json')).stdout)).toEqual([
      { number: 1, channel: '111111111111111111', workDir: '/srv/session_1', agent: 'scripted' },
    ]);
  });

  it('list-sessions says how to go on when there is none', async () => {
    line.api.sessions.length = 0;
    expect((await line.vai('list-sessions')).stdout).toContain('vai add-session <channel id>');
    expect((await line.vai('list-sessions', '--json')).stdout).toBe('[]\n');
    expect((await line.vai('status')).stdout).toContain('There is no session yet.');
  });

  it('add-session adds, with everything that can be said about it', async () => {
    expect(outcome(await line.vai('add-session', '222222222222222222'))).toEqual({
      exitCode: 0,
      stdout: 'Success: Session 2 added\n',
      stderr: '',
    });
    expect(line.api.calls.at(-1)?.details).toEqual({ channel: '222222222222222222' });

    const result = await line.vai(
      ...['add-session', '333333333333333333', '--dir', 'project', '--agent', 'scripted', '--trust', '--json'],
    );
    expect(JSON.parse(result.stdout)).toMatchObject({ number: 3, workDir: join(line.directory, 'project') });
    expect(line.api.calls.at(-1)?.details).toEqual({
      channel: '333333333333333333',
      workDir: join(line.directory, 'project'),
      agent: 'scripted',
      trust: true,
    });
  });

  it('add-session hands on what the bridge refuses, in one line', async () => {
    expect(outcome(await line.vai('add-session', 'general'))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'vai: "general" is not a channel id (15 to 20 digits). Copy it in Discord: right-click the channel, Copy Channel ID.\n',
    });
  });

  it('remove-session removes', async () => {
    expect(outcome(await line.vai('remove-session', '1'))).toMatchObject({ exitCode: 0, stderr: '' });
    expect(line.api.sessions).toEqual([]);
    expect(outcome(await line.vai('remove-session', '1'))).toMatchObject({
      exitCode: 1,
      stderr: 'vai: There is no session 1. See "vai list-sessions".\n',
    });
  });

  it('recover recovers', async () => {
    expect((await line.vai('recover', '1')).stdout).toBe('Session 1 is running; there was nothing to do\n');
    expect(await line.vai('recover', '9')).toMatchObject({ exitCode: 1 });
  });

  it.each([
    [{ outcome: 'restarted', finding: 'died', helped: true }, 0, 'Success: Session 1 is running again'],
    [{ outcome: 'nudged', finding: 'wedged', helped: true }, 0, 'was given a push, and moves again'],
    [{ outcome: 'nudged', finding: 'wedged', helped: false }, 1, 'for the next step: vai recover 1'],
    [{ outcome: 'interrupted', finding: 'wedged', helped: false }, 1, 'was told to stop its turn, and still'],
    [{ outcome: 'restarted', finding: 'wedged', helped: false }, 1, 'vai attach 1'],
    [{ outcome: 'running', finding: 'tool', helped: true }, 0, 'vai interrupt 1'],
    [{ outcome: 'running', finding: 'waiting', helped: true }, 0, 'What it asks: vai prompts'],
  ] as const)('MS-07: recover says what it found and did: %j', async (recovered, exitCode, text) => {
    line.api.recovered = recovered;
    const said = await line.vai('recover', '1');
    expect(said.exitCode).toBe(exitCode);
    expect(said.stdout).toContain(text);
    expect(JSON.parse((await line.vai('recover', '1', '--json')).stdout)).toEqual({ session: 1, ...recovered });
  });

  it('send takes the text from the argument or from standard input', async () => {
    expect(await line.vai('send', '1', 'two\\n words')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(line.api.calls.at(-1)?.details).toEqual({ session: 1, text: 'two\\n words' });

    const text = `日本語\n${'x'.repeat(100_000)}\n  end`;
    for (const args of [
      ['send', '1', '-'],
      ['send', '1'],
    ]) {
      await line.run('vai', args, { input: `${text}\n` });
      expect(line.api.calls.at(-1)?.details).toEqual({ session: 1, text });
    }
  });

  it.each([
    [['send', '1', ''], 'The text is empty.'],
    [['send', '1', '-'], 'The text is empty.'],
    [['send', '9', 'x'], 'There is no session 9.'],
  ])('%j is refused', async (args, words) => {
    const result = await line.run('vai', args, { input: ' \n' });
    expect(result.exitCode).not.toBe(0);
    expect(result.stderr).toContain(words);
    expect(
      line.api.calls.filter((call) => call.method === 'send' && 'text' in call.details && call.details.text === ''),
    ).toEqual([]);
  });

  it('an empty --dir is wrong use, and not the directory of the shell', async () => {
    const result = await line.vai('add-session', 'new', '--dir', '');
    expect(result).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--dir is empty.') });
    expect(line.api.calls.filter(({ method }) => method === 'addSession')).toEqual([]);
  });

  it('what is wrong use is said with nothing that could steer the terminal', async () => {
    const result = await line.vai('recover', '\u001b]0;owned\u0007');
    expect(result.exitCode).toBe(2);
    // eslint-disable-next-line no-control-regex -- control characters are what this is about
    expect(result.stderr).not.toMatch(/[\u0007\u001b]/);
  });

  it.each([['vai help'], ['dp --help'], ['dp --json 1 hi']])(
    '%s says in one line that its output is lost',
    async (words) => {
      const [program = '', ...args] = words.split(' ');
      const file = join(compiledSources(), 'cli', `${program}.js`);
      const shell = ['-c', 'exec "$@" >/dev/full', 'sh', process.execPath, file, ...args];
      const result = await runCommand('sh', shell, { env: line.environment, cwd: line.directory });
      expect(result).toMatchObject({
        exitCode: 1,
        stderr: `${program}: Standard output cannot be written (ENOSPC).\n`,
      });
    },
  );

  it('prompts lists what waits, and shows nothing that could steer the terminal', async () => {
    expect((await line.vai('prompts')).stdout).toBe('No agent is waiting for a decision.\n');
    expect((await line.vai('prompts', '--json')).stdout).toBe('[]\n');
    line.api.openPrompts = [{ ...permission, tool: '\u001b]0;owned\u0007Write' }];
    const { stdout } = await line.vai('prompts');
    expect(stdout).toContain('vai answer k3f9 allow');
    expect(stdout).toContain('  file_path: /x\n  content: y\n');
    // eslint-disable-next-line no-control-regex -- control characters are what this is about
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    line.api.openPrompts = [permission];
    expect(JSON.parse((await line.vai('prompts', '--json')).stdout)).toEqual([permission]);
  });

  it.each([
    [['allow'], { behavior: 'allow' }],
    [['allow', '--grant', 'g1'], { behavior: 'allow', grant: 'g1' }],
    [['deny'], { behavior: 'deny' }],
    [['deny', '--message', 'not now'], { behavior: 'deny', message: 'not now' }],
    [
      ['--choose', 'Which?=A=B', '--choose', 'Why?=so'],
      { behavior: 'choose', answers: { 'Which?': 'A=B', 'Why?': 'so' } },
    ],
  ])('answer %j decides', async (args, answer) => {
    line.api.openPrompts = [permission];
    expect(outcome(await line.vai('answer', 'k3f9', ...args))).toEqual({
      exitCode: 0,
      stdout: 'Success: k3f9 answered\n',
      stderr: '',
    });
    expect(line.api.calls.at(-1)?.details).toEqual({ promptId: 'k3f9', answer });
  });

  it('answer is refused when the prompt is gone', async () => {
    expect(outcome(await line.vai('answer', 'old', 'allow'))).toMatchObject({
      exitCode: 1,
      stderr: 'vai: There is no open prompt "old". See "vai prompts".\n',
    });
  });

  it('pair gives the code and says what to do with it', async () => {
    const { stdout } = await line.vai('pair');
    expect(stdout).toContain('\n  ABCD-1234\n');
    expect(JSON.parse((await line.vai('pair', '--json')).stdout)).toEqual({
      code: 'ABCD-1234',
      expires: '2025-01-01T00:10:00.000Z',
    });
  });

  it('attach needs a session and a terminal', async () => {
    expect(outcome(await line.vai('attach', '1'))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'vai: attach needs a terminal, and this is none. Type this in one: echo attached to 1\n',
    });
    expect(outcome(await line.vai('attach', '2'))).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('no session 2') as string,
    });
  });

  it.runIf(existsSync('/usr/bin/script'))('attach runs the line that the status gives, in a terminal', async () => {
    const command = `'${process.execPath}' '${join(compiledSources(), 'cli/vai.js')}' attach 1`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { env: line.environment });
    const chunks: Buffer[] = [];
    terminal.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    expect(await once(terminal, 'exit')).toEqual([0, null]);
    expect(Buffer.concat(chunks).toString()).toContain('attached to 1');
  });

  it('BX-09: inside a pane it reads, and is refused the rest', async () => {
    line.api.openPrompts = [permission];
    const inPane = (...args: readonly string[]) => line.run('vai', args, { environment: paneEnvironment });
    expect(await inPane('list-sessions')).toMatchObject({ exitCode: 0 });
    for (const args of [
      ['answer', 'k3f9', 'allow'],
      ['add-session', '222222222222222222'],
      ['remove-session', '1'],
      ['send', '1', 'x'],
      ['pair'],
      ['stop'],
    ]) {
      const result = await inPane(...args);
      expect(result).toMatchObject({ exitCode: 1, stdout: '' });
      expect(result.stderr).toContain('a process inside session 1 may only read and post to its own channel');
    }
    expect(await inPane('start')).toMatchObject({
      exitCode: 1,
      stderr: "vai: The bridge cannot be started from inside a session's terminal. Use a shell of your own.\n",
    });
    expect(line.api.calls.every((call) => call.actor.kind === 'pane')).toBe(true);
    expect(line.api.openPrompts).toEqual([permission]);
  });

  it('finds the daemon by its record when the run-time directory is another one', async () => {
    mkdirSync(line.paths.state, { recursive: true });
    writeDaemonRecord(line.paths.daemonRecord, ownDaemonRecord(line.paths.controlSocket));
    const elsewhere = { XDG_RUNTIME_DIR: '', TMPDIR: line.directory };
    expect(await line.run('vai', ['list-sessions'], { environment: elsewhere })).toMatchObject({ exitCode: 0 });
    expect(await line.run('dp', ['hi'], { environment: elsewhere })).toMatchObject({ exitCode: 0 });
  });
});

describe('MS-06: vai when no bridge runs', () => {
  it.each([
    ['list-sessions'],
    ['add-session', '222222222222222222'],
    ['remove-session', '1'],
    ['recover', '1'],
    ['send', '1', 'x'],
    ['answer', 'x', 'allow'],
    ['prompts', '--json'],
    ['pair'],
    ['attach', '1'],
    ['stop'],
  ])('%s says so and ends with 3', async (...args) => {
    expect(outcome(await line.vai(...args))).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: 'vai: The bridge is not running. Start it with ./start-bridge.sh (or: vai start).\n',
    });
  });

  it('status says so on standard output, for both kinds of reader', async () => {
    expect(outcome(await line.vai('status', '--json'))).toEqual({
      exitCode: 3,
      stdout: '{"running":false}\n',
      stderr: '',
    });
    expect(await line.vai('status')).toMatchObject({
      exitCode: 3,
      stdout: expect.stringContaining('The bridge is not running.') as string,
    });
  });

  it('vexit is vai stop, under its own name', async () => {
    expect(outcome(await line.run('vexit', []))).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/^vexit: The bridge is not running\./) as string,
    });
  });

  it('names the process when it lives and does not answer', async () => {
    mkdirSync(line.paths.state, { recursive: true });
    writeDaemonRecord(line.paths.daemonRecord, ownDaemonRecord(line.paths.controlSocket));
    const result = await line.vai('list-sessions');
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(`The bridge (process ${process.pid}) is there but does not answer.`);
    expect(result.stderr).toContain(`kill ${process.pid}`);
    expect(result.stderr.trimEnd()).not.toContain('\n');
  });
});

describe('wrong use', () => {
  it.each([
    [['fly'], `vai: Unknown command 'fly'. See "vai --help".\n`],
    [['statsu'], `vai: Unknown command 'statsu' (Did you mean status?) See "vai --help".\n`],
    [['recover'], 'The number of the session is missing'],
    [['remove-session'], `vai: Missing required argument 'N'. See "vai remove-session --help".\n`],
    [['recover', '0'], 'It must be a session number'],
    [['remove-session', 'one'], 'It must be a session number'],
    [['send', 'x', 'y'], 'It must be a session number'],
    [['send', '1', 'two', 'words'], 'Too many arguments'],
    [['add-session'], `Missing required argument 'channel'`],
    [['status', '--yaml'], `Unknown option '--yaml'`],
    [['answer'], `Missing required argument 'id'`],
    [['answer', 'x'], 'The decision is missing.'],
    [['answer', 'x', 'maybe'], '"maybe" is no decision.'],
    [['answer', 'x', 'allow', '--message', 'm'], '--message goes with deny only.'],
    [['answer', 'x', 'allow', '--choose', 'a=b'], 'A decision and --choose do not go together.'],
    [['answer', 'x', '--choose', 'ab'], '"ab" is not of the form "Question=Answer".'],
    [['answer', 'x', '--choose', '=b'], '"=b" is not of the form'],
    [['logs', '-n', 'many'], 'It must be a whole number.'],
    [
      ['logs', 'x'],
      '"x" is neither a session number nor the name of a log. Use a number (1, 2, 3 ...), or: bridge, start.',
    ],
    [['logs', '0'], '"0" is neither'],
    [['status', '--interval', '1'], '--interval goes with --watch only.'],
    [['status', '-w', '--interval', '0'], 'It must be a number of seconds from 0.1 to 3600.'],
    [['status', '-w', '--interval', 'soon'], "'soon' is invalid"],
    [['view', '--only', '1,x'], "'1,x' is invalid"],
    [['completion'], `Missing required argument 'shell'`],
    [['completion', 'tcsh'], "'tcsh' is invalid"],
    [['help', 'fly'], "Unknown command 'fly'"],
    [['help', 'statsu'], '(Did you mean status?)'],
    [['status', '--wach'], '(Did you mean --watch?)'],
    [['start', '--foreground', '--json'], '--json does not go with --foreground.'],
    [['pair', '1'], 'Too many arguments'],
    [['prompts', '1'], 'Too many arguments'],
    [['list-sessions', '1'], 'Too many arguments'],
    [['attach', '-1'], "value '-1' is invalid"],
    [['attach', '1000000'], "'1000000' is invalid"],
    [['answer', 'x', 'allow', '--message'], 'argument missing'],
  ])('%j ends with 2 and one line', async (args, words) => {
    const result = await line.vai(...args);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain(words);
    expect(result.stderr).toMatch(/^vai: [^\n]+\n$/);
  });
});

describe('help', () => {
  it('explains the exit codes and gives examples for every command', async () => {
    const { stdout, exitCode } = await line.vai('--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('3  the bridge is not running');
    const names = [...stdout.matchAll(/^ {2}([a-z-]+)(?:\|[a-z-]+)? .*/gm)].map((match) => match[1]!);
    const commands = names.filter((name) => name !== 'vai' && !name.startsWith('-'));
    expect(commands).toEqual(expect.arrayContaining(['start', 'status', 'view', 'completion', 'help']));
    expect(commands.length).toBeGreaterThanOrEqual(17);
    await Promise.all(
      commands.map(async (command) => {
        const help = await line.vai(command, '--help');
        expect(help).toMatchObject({ exitCode: 0, stderr: '' });
        expect(help.stdout).toMatch(/\nExamples?:\n {2}.*\bvai /);
      }),
    );
  });
});
