import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startMessagesApi } from '../fakes/messages-api.ts';
import type { MessagesApi } from '../fakes/messages-api.ts';
import { claudeEnvironment, seedClaudeHome, whyNoClaude, wroteDown } from './support/claude.ts';
import { dangerousTexts } from './support/dangerous-texts.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;
let api: MessagesApi;
let channel: string;

interface PromptJson {
  readonly id: string;
  readonly session: number;
  readonly kind: string;
  readonly tool: string;
}

describe.skipIf(whyNoClaude() !== undefined)('the bridge with the real Claude Code CLI', () => {
  beforeEach(async () => {
    api = await startMessagesApi();
    world = await makeWorld({ environment: claudeEnvironment(api.url) });
    seedClaudeHome(world.bridge.environment['HOME']!);
    [channel] = world.channels as [string];
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
    expect(await world.bridge.session(1)).toMatchObject({ agent: 'claude-code', lifecycle: 'running', state: 'idle' });
  });

  afterEach(async () => {
    await world.destroy();
    await api.close();
  });

  it(
    'BX-03: what the model received equals what was written, for every dangerous text',
    { timeout: 300_000 },
    async () => {
      for (const { name, text, normalised } of dangerousTexts) {
        const before = api.userTexts().length;
        const id = await world.owner.say(channel, text);
        await world.owner.seesReaction(channel, id, '✅', 30_000);
        const received = api.userTexts().slice(before);
        expect(received, name).toHaveLength(1);
        expect(received[0], name).toMatch(/^\[discord @[^\]]+ session=1\] /);
        expect(received[0]!.replace(/^\[discord @[^\]]+ session=1\] /, ''), name).toBe(normalised ?? text);
      }
      expect(api.userTexts().join('\n')).not.toContain('pasted_content');
    },
  );

  it.each([10_000, 100_000])(
    'BX-03: a text of %i characters through vai send arrives exact',
    { timeout: 240_000 },
    async (size) => {
      const line = 'The quick brown fox, 日本語 and émojis 👩‍👩‍👧 number ';
      let text = '';
      for (let index = 0; text.length < size; index += 1) text += `${line}${index}\n`;
      text = text.slice(0, size).trimEnd();
      const { exitCode } = await world.bridge.run('vai', ['send', '1', '-'], { input: text });
      expect(exitCode).toBe(0);
      await world.owner.hears(channel, /^ok: /, 200_000);
      expect(api.userTexts()).toEqual([`[cli session=1] ${text}`]);
    },
  );

  it('BX-04: the answer comes back although the agent never calls dp', async () => {
    await world.owner.say(channel, 'say it works');
    await world.owner.hears(channel, 'it works');
    await world.owner.say(channel, 'markdown');
    await until(async () => (await world.owner.heard(channel)).join('').length > 5_000, { what: 'a long answer' });
    for (const part of await world.owner.heard(channel)) expect(part.length).toBeLessThanOrEqual(2000);
  });

  it('BX-05: a permission is decided with vai answer, once', async () => {
    const target = join(world.bridge.paths.workspace, 'session_1', 'new.txt');
    const id = await world.owner.say(channel, `write ${target}`);
    const [prompt] = await until(
      async () => {
        const open = await world.bridge.json<readonly PromptJson[]>('prompts');
        return open.length > 0 ? open : undefined;
      },
      { what: 'the permission request' },
    );
    expect(prompt).toMatchObject({ session: 1, kind: 'permission', tool: 'Write' });
    await world.owner.hears(channel, new RegExp(`vai answer ${prompt!.id} allow`));
    expect(await world.bridge.session(1)).toMatchObject({ state: 'waiting', waitingFor: 'permission' });
    expect((await world.bridge.run('vai', ['answer', prompt!.id, 'allow'])).exitCode).toBe(0);
    await world.owner.hears(channel, /^done: ok/);
    await world.owner.seesReaction(channel, id, '✅');
    expect(existsSync(target)).toBe(true);
    const again = await world.bridge.run('vai', ['answer', prompt!.id, 'deny']);
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain('not open any more');
  });

  it('BX-05 I10: decided at the desk, a request leaves the list within a second and cannot be answered', async () => {
    const target = join(world.bridge.paths.workspace, 'session_1', 'desk.txt');
    await world.owner.say(channel, `write ${target}`);
    const [prompt] = await until(
      async () => {
        const open = await world.bridge.json<readonly PromptJson[]>('prompts');
        return open.length > 0 ? open : undefined;
      },
      { what: 'the permission request' },
    );
    await decideAtTheDesk();
    await until(async () => (await world.bridge.json<readonly PromptJson[]>('prompts')).length === 0, {
      what: 'the request to leave the list',
      timeoutMs: 2_000,
    });
    expect((await world.bridge.run('vai', ['answer', prompt!.id, 'deny'])).exitCode).toBe(1);
    await world.owner.hears(channel, /^done: ok/);
    expect(existsSync(target)).toBe(true);
    await until(() => !world.bridge.commandLines().some((line) => line.includes('hook.sh')), { what: 'no hook left' });
  });

  it('BX-05: kill -9 of the daemon while a permission is held: answerable after the restart', async () => {
    const target = join(world.bridge.paths.workspace, 'session_1', 'held.txt');
    const id = await world.owner.say(channel, `write ${target}`);
    await until(async () => (await world.bridge.json<readonly PromptJson[]>('prompts')).length > 0, {
      what: 'the request',
    });
    await world.bridge.endDaemon('SIGKILL');
    await world.bridge.startDaemon();
    const [prompt] = await world.bridge.json<readonly PromptJson[]>('prompts');
    expect((await world.bridge.run('vai', ['answer', prompt!.id, 'deny', '--message', 'not today'])).exitCode).toBe(0);
    await world.owner.hears(channel, /^done: denied/);
    await world.owner.seesReaction(channel, id, '✅');
    expect(existsSync(target)).toBe(false);
  });

  it('an agent cannot decide its own requests, nor add sessions', async () => {
    const { stdout } = await world.bridge.tmux('show-environment', '-g');
    expect(stdout).not.toContain('BRIDGE_SESSION_TOKEN');
    await world.owner.say(
      channel,
      'bash vai answer nothing allow; vai add-session 123456789012345678; dp "posted from inside"',
    );
    const [prompt] = await until(
      async () => {
        const open = await world.bridge.json<readonly PromptJson[]>('prompts');
        return open.length > 0 ? open : undefined;
      },
      { what: 'the permission request' },
    );
    await world.bridge.run('vai', ['answer', prompt!.id, 'allow']);
    await world.owner.hears(channel, 'posted from inside');
    const answer = await world.owner.hears(channel, /^done: /);
    expect(answer.match(/Not allowed/g)).toHaveLength(2);
    expect(await world.bridge.json<readonly unknown[]>('list-sessions')).toHaveLength(1);
  });

  it('an interrupt at the desk is told, and the session goes on', async () => {
    const id = await world.owner.say(channel, 'slow 30');
    await world.owner.seesReaction(channel, id, '⚙️');
    // Before its request there is no turn that could be stopped.
    await until(() => api.userTexts().some((text) => text.endsWith('slow 30')), { what: 'the request of the turn' });
    await world.bridge.tmux('send-keys', '-t', '=claude-session-1:', 'Escape');
    await world.owner.hears(channel, /Interrupted/);
    await world.owner.say(channel, 'say still here');
    await world.owner.hears(channel, 'still here');
  });

  it('what a person types at the desk is relayed as theirs, with its answer', async () => {
    await world.bridge.tmux('send-keys', '-t', '=claude-session-1:', '-l', 'say hello from the desk');
    await world.bridge.tmux('send-keys', '-t', '=claude-session-1:', 'Enter');
    await world.owner.hears(channel, /typed at the terminal.*say hello from the desk/);
    await world.owner.hears(channel, 'hello from the desk');
  });

  it('an error of the API is told with its message', async () => {
    const id = await world.owner.say(channel, 'err 400');
    await world.owner.seesReaction(channel, id, '❌');
    await world.owner.hears(channel, /stopped with an error/);
  });

  it('BX-02: kill -9 of the daemon during a slow answer: the answer once', async () => {
    const id = await world.owner.say(channel, 'slow 3');
    await world.owner.seesReaction(channel, id, '⚙️');
    await world.bridge.endDaemon('SIGKILL');
    await world.bridge.startDaemon();
    await world.owner.seesReaction(channel, id, '✅');
    const texts = await world.owner.heard(channel);
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts).toHaveLength(1);
  });

  it('MS-07: kill -9 of the agent: it comes back with its history', async () => {
    await world.owner.say(channel, 'say before the fall');
    await world.owner.hears(channel, 'before the fall');
    await wroteDown(world.bridge.environment['HOME']!, 'before the fall');
    const before = await world.bridge.session(1);
    process.kill(before.pid!, 'SIGKILL');
    await world.owner.hears(channel, /is back/, 30_000);
    const after = await world.bridge.session(1);
    expect(after).toMatchObject({ generation: before.generation + 1, agentSession: before.agentSession });
    await world.owner.say(channel, 'say after the fall');
    await world.owner.hears(channel, 'after the fall');
    expect(JSON.stringify(api.requests().at(-1))).toContain('before the fall');
  });
});

async function screen(): Promise<string> {
  return (await world.bridge.tmux('capture-pane', '-p', '-t', '=claude-session-1:')).stdout;
}

/** Says yes at the terminal; resolves when the agent has taken it. A key that comes before the dialog is ready is lost. */
async function decideAtTheDesk(): Promise<void> {
  const isOpen = async (): Promise<boolean> => (await screen()).includes('Do you want');
  await until(isOpen, { what: 'the dialog on the screen' });
  for (let press = 0; press < 5 && (await isOpen()); press += 1) {
    await world.bridge.tmux('send-keys', '-t', '=claude-session-1:', 'Enter');
    await until(async () => !(await isOpen()), { what: 'the dialog to close', timeoutMs: 3_000 }).catch(
      () => undefined,
    );
  }
}
