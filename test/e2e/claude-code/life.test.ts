import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import { BridgeError } from '../../../src/base/errors.ts';
import type { TerminalKey } from '../../../src/contracts/terminal.ts';
import { whyNoClaude, wroteDown } from '../support/claude.ts';
import { until } from '../support/until.ts';
import { agentProcesses, message, openLab } from './claude-lab.ts';
import type { ClaudeLab, LabOptions } from './claude-lab.ts';

const why = whyNoClaude();

/** In front of the stand-in: answers a subagent after 5 s, and lets every command run in the background. */
async function openSlowProxy(): Promise<{ to: (standIn: string) => Promise<string>; close: () => Promise<void> }> {
  let standIn = '';
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString('utf8');
      if (/"(text|content)":"say from the subagent"/.test(body)) await systemClock.sleep(5000);
      const url = standIn + (request.url ?? '/');
      const method = request.method ?? 'GET';
      const answer = await fetch(url, method === 'POST' ? { method, body } : { method });
      const text = method === 'HEAD' ? '' : await answer.text();
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
      response.end(
        text.replaceAll('\\"description\\":\\"Runs', '\\"run_in_background\\":true,\\"description\\":\\"Runs'),
      );
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    to: (url) => {
      standIn = url;
      return Promise.resolve(`http://127.0.0.1:${port}`);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe.skipIf(why)('the life of the real Claude Code', () => {
  let lab: ClaudeLab;
  async function open(options?: LabOptions): Promise<ClaudeLab> {
    lab = await openLab(options);
    return lab;
  }
  afterEach(async () => {
    await lab.close();
  });

  /** A person at the terminal, who reads before each key. */
  async function press(...keys: readonly TerminalKey[]): Promise<void> {
    for (const key of keys) {
      await systemClock.sleep(400);
      await lab.terminal.keys(lab.spec.terminal, [key]);
    }
  }

  /** Milliseconds. A machine that is held up now and then is not held up three times, a bridge that looks too rarely is. */
  async function leastOfThree(measure: (time: number) => Promise<number>): Promise<number> {
    const passed: number[] = [];
    for (const time of [1, 2, 3]) passed.push(await measure(time));
    return Math.min(...passed);
  }

  /** A person says yes to an open permission request: the agent ignores keys that come together with its dialog. */
  async function sayYes(): Promise<number> {
    await until(async () => (await lab.screen()).includes('1. Yes'), { what: 'the dialog' });
    await press('Enter');
    return systemClock.monotonic();
  }

  async function say(agent: Awaited<ReturnType<ClaudeLab['launch']>>, text: string): Promise<string> {
    const turn = await deliverWhenReady(agent, text);
    await lab.heard('turn-ended', (event) => event.turn === turn);
    return lab.events.flatMap((event) => (event.kind === 'text' && event.turn === turn ? event.text : [])).join('\n');
  }

  /** As the bridge does: an agent that was not ready after all is asked again when it is. */
  async function deliverWhenReady(agent: Awaited<ReturnType<ClaudeLab['launch']>>, text: string): Promise<string> {
    return until(
      async () => {
        await lab.idle(agent);
        try {
          return (await agent.deliver(message(text))).turn;
        } catch (error) {
          if (error instanceof BridgeError && error.code === 'agent-busy') return undefined;
          throw error;
        }
      },
      { what: 'a ready agent' },
    );
  }

  it('trusts a directory when the owner has consented, by the dialog itself', async () => {
    await open({ seed: { trusted: false }, consent: true });
    const agent = await lab.launch();
    expect(agent.state.activity).toBe('idle');
    expect(await say(agent, 'say hi')).toBe('hi');
  });

  it('waits at the trust dialog without consent, and goes on when a person has answered it', async () => {
    await open({ seed: { trusted: false }, consent: false });
    const agent = await lab.launch();
    expect(agent.state).toMatchObject({ activity: 'waiting', waitingFor: 'trust' });
    const { id, input } = await lab.heard('prompt-opened', ({ prompt }) => prompt === 'trust');
    expect(input).toEqual({ workDir: lab.spec.workDir });
    await expect(agent.deliver(message('say hi'))).rejects.toMatchObject({ happened: 'not-done' });
    await press('Down', 'Enter');
    expect(await lab.heard('prompt-closed')).toMatchObject({ id, by: 'desk' });
    expect(await say(agent, 'say hi')).toBe('hi');
  });

  it('still waits at the trust dialog after a restart of the daemon', async () => {
    await open({ seed: { trusted: false }, consent: false });
    const first = await lab.launch();
    await first.detach();
    const agent = (await lab.recover(first.handle))!;
    expect(agent.state).toMatchObject({ activity: 'waiting', waitingFor: 'trust' });
    await press('Down', 'Enter');
    expect(await say(agent, 'say hi')).toBe('hi');
  });

  it('waits when the agent asks about an API key, and goes on when a person has answered it', async () => {
    await open({ seed: { keyApproved: false } });
    const agent = await lab.launch();
    expect(agent.state).toMatchObject({ activity: 'waiting', waitingFor: 'login' });
    expect((await lab.heard('notice')).notice).toEqual({ kind: 'needs-login' });
    await press('Up', 'Enter');
    expect(await say(agent, 'say hi')).toBe('hi');
  });

  it('says that nobody is logged in, with the first message that fails for it', async () => {
    await open({ key: false });
    const agent = await lab.launch();
    await agent.deliver(message('say hi'));
    expect(await lab.heard('turn-ended')).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(/login/) });
    await until(() => agent.state.waitingFor === 'login', { what: 'the state' });
    expect((await lab.heard('notice')).notice).toEqual({ kind: 'needs-login' });
    await expect(agent.deliver(message('say hi'))).rejects.toMatchObject({ happened: 'not-done' });
  });

  it('fails with the words of the agent when it cannot even begin', async () => {
    await open({ seed: { onboarded: false, keyApproved: false }, key: false });
    const launch = lab.launch();
    // Without a network the first run ends by itself; with one it asks for a login.
    const result = await launch.then(
      (agent) => agent.state,
      (error: unknown) => error,
    );
    const isLogin = expect.objectContaining({ activity: 'waiting', waitingFor: 'login' }) as unknown;
    const isFailure = expect.objectContaining({ code: 'agent-start-failed' }) as unknown;
    expect([isLogin, isFailure]).toContainEqual(result);
  });

  it('I6: resumes with its history after a kill -9, and what it left behind harms nobody', async () => {
    await open();
    const first = await lab.launch();
    await say(first, 'say remember the heron');
    await wroteDown(lab.home, 'remember the heron');
    process.kill(first.pid!, 'SIGKILL');
    expect((await lab.heard('died')).exitCode).toBe(137);
    await first.detach();
    expect(await lab.recover(first.handle)).toBeUndefined();
    const second = await lab.launch(first.agentSession);
    expect(second.agentSession).toBe(first.agentSession);
    expect(await say(second, 'say again')).toBe('again');
    expect(lab.api.requests().at(-1)?.body).toContain('remember the heron');
  });

  it('BX-05: decided at the desk, a prompt is closed within a second and no hook stays behind', async () => {
    await open();
    const agent = await lab.launch();
    const least = await leastOfThree(async (time) => {
      await deliverWhenReady(agent, `write ${lab.spec.workDir}/new-${time}.txt`);
      const { id } = await lab.heard('prompt-opened');
      const pressed = await sayYes();
      expect(await lab.heard('prompt-closed')).toMatchObject({ id, by: 'desk' });
      const passed = systemClock.monotonic() - pressed;
      await expect(agent.answer(id, { behavior: 'deny' })).rejects.toMatchObject({ code: 'prompt-gone' });
      await lab.heard('turn-ended');
      await until(() => lab.hooks().length === 0, { what: 'the end of the hook', timeoutMs: 2000 });
      return passed;
    });
    expect(least).toBeLessThan(1000);
  });

  it('an interrupt at the desk is seen within a second, also before any output', async () => {
    await open();
    const agent = await lab.launch();
    for (const text of ['slow 30', 'hang']) {
      const least = await leastOfThree(async () => {
        await lab.idle(agent);
        const { turn } = await agent.deliver(message(text));
        await press('Escape');
        const pressed = systemClock.monotonic();
        expect(await lab.heard('turn-ended')).toMatchObject({ turn, outcome: 'interrupted' });
        return systemClock.monotonic() - pressed;
      });
      expect(least).toBeLessThan(1000);
    }
    expect(await say(agent, 'say on')).toBe('on');
  });

  it('tells silent retries, in the state and as a notice', async () => {
    await open();
    const agent = await lab.launch();
    await agent.deliver(message('err 500'));
    expect((await lab.heard('notice')).notice).toMatchObject({ kind: 'retrying' });
    expect(agent.state.activity).toBe('busy');
    expect(agent.state.detail).toMatch(/^retrying in \d+ s \(attempt \d+ of 10\)$/);
    await agent.interrupt();
    expect(await lab.heard('turn-ended')).toMatchObject({ outcome: 'interrupted' });
    expect(await say(agent, 'say on')).toBe('on');
  });

  it('BX-04: tells every text of a turn once, in order', async () => {
    await open();
    const agent = await lab.launch();
    const markdown = await say(agent, 'markdown');
    expect(markdown).toMatch(/^# A long answer[^]*The end\.$/);
    expect(await say(agent, 'slow 1')).toBe(Array.from({ length: 10 }, (_, n) => `line ${n + 1} of 10`).join('\n'));
    expect(await say(agent, 'two tools')).toMatch(/^done: ok: (one \| ok: two|two \| ok: one)$/);
    expect(lab.events.filter(({ kind }) => kind === 'text')).toHaveLength(3);
  });

  it('BX-04: what the agent does by itself afterwards is a turn of its own', async () => {
    await open();
    const agent = await lab.launch();
    await agent.deliver(message('task'));
    await lab.heard('turn-ended');
    // Its subagent reports within a second, in this turn or in one of its own.
    await systemClock.sleep(1500);
    await lab.idle(agent);
    const texts = lab.events.filter(({ kind }) => kind === 'text');
    expect(texts.length).toBeGreaterThanOrEqual(1);
    expect(lab.events.filter((event) => event.kind === 'turn-started' && event.by === 'desk')).toEqual([]);
    expect(await say(agent, 'say on')).toBe('on');
  });

  it('takes messages while only a subagent or a command works in the background', async () => {
    const proxy = await openSlowProxy();
    await open({ apiUrl: (standIn) => proxy.to(standIn) });
    const agent = await lab.launch();
    for (const text of ['task', 'bash sleep 6']) {
      const { turn } = await agent.deliver(message(text));
      await lab.heard('turn-ended', (event) => event.turn === turn);
      expect(await say(agent, 'say meanwhile')).toBe('meanwhile');
      // What worked in the background reports by itself.
      const report = await lab.heard('turn-started', (event) => event.by === 'agent');
      await lab.heard('turn-ended', (event) => event.turn === report.turn);
      await lab.idle(agent);
    }
    expect(lab.events.filter((event) => event.kind === 'turn-started' && event.by === 'desk')).toEqual([]);
    await proxy.close();
  });

  it('goes on in the conversation that somebody began at the desk', async () => {
    await open();
    const first = await lab.launch();
    await say(first, 'say before');
    await lab.idle(first);
    const before = first.agentSession;
    await lab.terminal.type(lab.spec.terminal, '/clear');
    await press('Enter');
    await until(() => first.agentSession !== before, { what: 'another conversation' });
    await lab.idle(first);
    expect(await say(first, 'say the kingfisher')).toBe('the kingfisher');
    await first.stop();
    // Whoever still has the old id gets the one that goes on.
    const second = await lab.launch(before);
    expect(await say(second, 'say after')).toBe('after');
    expect(lab.api.requests().at(-1)?.body).toContain('the kingfisher');
  });

  it('stops in the middle of a turn, with its whole process tree', async () => {
    await open();
    const agent = await lab.launch();
    await agent.deliver(message('slow 30'));
    await agent.stop();
    expect(agentProcesses(lab.root)).toEqual([]);
    expect(await lab.terminal.list()).toEqual([]);
    expect(lab.events.filter(({ kind }) => kind === 'died')).toEqual([]);
  });
});
