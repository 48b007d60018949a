import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { InputBoxTypist } from '../../src/agents/claude-code/input-box.ts';
import type { AgentStateFile } from '../../src/agents/scripted/agent-files.ts';
import { PromptTyper } from '../../src/agents/scripted/prompt-typer.ts';
import { TypedMessages } from '../../src/agents/scripted/typed-messages.ts';
import { systemClock } from '../../src/base/clock.ts';
import { AccessFile } from '../../src/config/access-file.ts';
import { openWire } from '../../src/control/wire.ts';
import type { Terminal } from '../../src/contracts/terminal.ts';
import { creationFailed } from '../../src/terminal/terminal-errors.ts';
import { openTmux } from '../../src/terminal/tmux-manager.ts';
import { ViewServer } from '../../src/view/view-server.ts';
import { FakeClaudeScreen } from '../agents/claude-code/fake-claude-screen.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'faults-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** A program in the place of another one: the real one, but for what a line of shell does. */
function inPlaceOf(name: string, line: string): string {
  const path = join(directory, name);
  writeFileSync(path, `#!/bin/sh\n${line}\nexec ${name} "$@"\n`, { mode: 0o700 });
  return path;
}

/** Runs time until a promise is settled. */
async function settled<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  const progress = { isDone: false };
  const watched = promise.finally(() => (progress.isDone = true));
  watched.catch(() => undefined);
  while (!progress.isDone) await clock.advance(50);
  return watched;
}

describe('MS-16: tmux', () => {
  it('that cannot start its server', async () => {
    const tmuxCommand = inPlaceOf('tmux', 'case "$*" in *start-server*) echo "no space left" >&2; exit 1;; esac');
    const terminal = await openTmux({ socket: join(directory, 'run', 's'), clock: systemClock, tmuxCommand });
    const spec = { name: 'one', cwd: directory, argv: ['/bin/true'], environment: {}, directory: join(directory, 'x') };
    await expect(terminal.create(spec)).rejects.toMatchObject({ code: 'tmux-server-failed', recovery: 'restart' });
    await terminal.close();
  });

  it('that does not end when it is told to', async () => {
    const kept = join(directory, 'kept');
    const tmuxCommand = inPlaceOf(
      'tmux',
      `[ -e '${kept}' ] && case "$*" in *kill-server*|*list-sessions*) exit 0;; esac`,
    );
    const clock = new ManualClock();
    const terminal = await openTmux({ socket: join(directory, 'run', 's'), clock, tmuxCommand });
    writeFileSync(kept, '');
    await expect(settled(clock, terminal.shutdown())).rejects.toMatchObject({ code: 'tmux-server-alive' });
    await terminal.close();
  });

  it('that refuses a terminal, or is lost while it makes one', () => {
    const refused = creationFailed('one', { kind: 'refused', message: 'create window failed: fork failed', before: 0 });
    expect(refused).toMatchObject({ code: 'terminal-create-failed', recovery: 'restart', happened: 'not-done' });
    const lost = creationFailed('one', { kind: 'lost', message: 'no answer' });
    expect(lost).toMatchObject({ code: 'terminal-create-failed', happened: 'unknown' });
  });

  it('that is asked to type what no terminal can be sent', async () => {
    const terminal = await openTmux({ socket: join(directory, 'run', 's'), clock: systemClock });
    await expect(terminal.type('one', 'a\0b')).rejects.toMatchObject({ code: 'terminal-text-invalid' });
    await terminal.close();
  });

  it('that refuses a step of the view', async () => {
    mkdirSync(join(directory, 'bin'));
    writeFileSync(join(directory, 'bin', 'tmux'), '#!/bin/sh\necho "no space for new pane" >&2\nexit 1\n', {
      mode: 0o700,
    });
    const environment = { PATH: `${join(directory, 'bin')}:/usr/bin:/bin` };
    const view = new ViewServer({ socket: join(directory, 'v'), bridgeSocket: join(directory, 's'), environment });
    await expect(view.arrange([], undefined)).rejects.toMatchObject({
      code: 'view-failed',
      message: expect.stringContaining('no space for new pane') as string,
    });
  });
});

describe('MS-16: an agent', () => {
  it('whose input box cannot be emptied is not typed at', async () => {
    const clock = new ManualClock();
    const screen = new FakeClaudeScreen();
    let typed = 0;
    // Somebody goes on typing: whatever is erased, something else stands there.
    const terminal = { ...screen.terminal, keys: async () => void (screen.box = `words ${(typed += 1)}`) } as Terminal;
    screen.box = 'words';
    const typist = new InputBoxTypist({ terminal, name: 't', clock });
    await expect(settled(clock, typist.clear())).rejects.toMatchObject({
      code: 'input-not-empty',
      happened: 'not-done',
      recovery: 'retry-some',
    });
  });

  const idle: AgentStateFile = {
    pid: 1,
    agentSession: 'a',
    generation: 1,
    status: 'idle',
    since: 0,
    draft: false,
    turn: null,
    dialog: null,
  };

  function practiceAgent(
    state: AgentStateFile,
    terminal: object,
  ): { readonly clock: ManualClock; deliver(): Promise<unknown> } {
    const clock = new ManualClock();
    const typer = new PromptTyper({
      terminal: { keys: async () => undefined, ...terminal } as unknown as Terminal,
      name: 't',
      clock,
      mailbox: {} as never,
      typed: new TypedMessages(join(directory, 'typed.json')),
      readState: () => state,
    });
    return { clock, deliver: () => typer.deliver('m1', 'hello') };
  }

  it('of practice whose input box cannot be emptied is not typed at', async () => {
    const { clock, deliver } = practiceAgent({ ...idle, draft: true }, {});
    const error = { code: 'agent-input-stuck', happened: 'not-done', recovery: 'retry-some' };
    await expect(settled(clock, deliver())).rejects.toMatchObject(error);
  });

  it('of practice whose terminal does not take a text has nothing of it', async () => {
    const broken = { type: () => Promise.reject(new Error('the line broke')) };
    const { clock, deliver } = practiceAgent(idle, broken);
    const error = { code: 'agent-unreachable', happened: 'not-done', recovery: 'retry-some' };
    await expect(settled(clock, deliver())).rejects.toMatchObject(error);
  });
});

describe('MS-16: files and other versions', () => {
  it('settings that another program holds are left alone', { timeout: 20_000 }, async () => {
    const path = join(directory, 'bridge.json');
    writeFileSync(path, '{}');
    mkdirSync(`${path}.lock`);
    const book = new AccessFile({ path });
    await expect(book.update((policy) => policy)).rejects.toMatchObject({
      code: 'config-locked',
      happened: 'not-done',
    });
  });

  it('an error that this version does not know keeps its words', async () => {
    const socket = join(directory, 's');
    const told = { code: 'of-tomorrow', message: 'It is Monday.', advice: 'Wait.', happened: 'done' };
    const server = createServer((connection) => {
      connection.once('data', (data) => {
        const { id } = JSON.parse(String(data)) as { id: string };
        connection.write(`${JSON.stringify({ id, ok: false, error: told })}\n`);
      });
    });
    await new Promise<void>((resolve) => void server.listen(socket, resolve));
    try {
      const wire = await openWire({ socket, clock: systemClock });
      const answer = wire.call('status', {}, 5_000);
      await expect(answer).rejects.toMatchObject({ ...told, code: 'unknown-error' });
      wire.close();
    } finally {
      server.close();
    }
  });
});
