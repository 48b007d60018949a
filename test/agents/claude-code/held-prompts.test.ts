import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { HeldPrompts, promptId } from '../../../src/agents/claude-code/held-prompts.ts';
import { parseHookEvent } from '../../../src/agents/claude-code/hook-events.ts';
import type { HookEventOf } from '../../../src/agents/claude-code/hook-events.ts';
import { decisionFor } from '../../../src/agents/claude-code/prompt-answer.ts';
import type { StateFile } from '../../../src/agents/claude-code/state-file.ts';
import { Teller } from '../../../src/agents/claude-code/teller.ts';
import { installHookScript } from '../../../src/agents/mailbox/hook-script.ts';
import { openMailbox } from '../../../src/agents/mailbox/mailbox.ts';
import type { Mailbox } from '../../../src/agents/mailbox/mailbox.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { recorded } from './fixtures.ts';

describe('HeldPrompts', () => {
  let directory: string;
  let clock: ManualClock;
  let mailbox: Mailbox;
  let told: AgentEvent[];
  let prompts: HeldPrompts;
  let output: Promise<string>;
  let request: HookEventOf<'PermissionRequest'>;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-prompts-'));
    clock = new ManualClock();
    mailbox = openMailbox({ directory: join(directory, 'mailbox'), clock, log: silentLog });
    told = [];
    prompts = makePrompts();
    request = await ask('PermissionRequest', recorded('PermissionRequest').data);
  });
  afterEach(async () => {
    mailbox.release(request);
    await output;
    await mailbox.close();
    rmSync(directory, { recursive: true });
  });

  function makePrompts(): HeldPrompts {
    const listener = { onEvent: (event: AgentEvent) => void told.push(event), flush: () => undefined };
    const teller = new Teller({ listener, forget: (ids) => mailbox.remove(ids), clock, log: silentLog });
    return new HeldPrompts({ mailbox, teller, clock, directory, onChange: () => undefined });
  }

  /** A real hook that waits. */
  async function ask(kind: string, data: object): Promise<HookEventOf<'PermissionRequest'>> {
    const script = installHookScript(directory);
    const child = spawn('sh', [script, mailbox.directory, kind, 'ask'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    output = new Promise((resolve) => child.on('close', () => resolve(text)));
    child.stdin.end(JSON.stringify(data));
    await vi.waitUntil(() => mailbox.events().length === 1);
    return parseHookEvent(mailbox.events()[0]!) as HookEventOf<'PermissionRequest'>;
  }

  function state(status: StateFile['status'], afterMs: number): StateFile {
    const statusUpdatedAt = request.at + afterMs;
    return { path: '', pid: 1, procStart: undefined, sessionId: '', status, waitingFor: undefined, statusUpdatedAt };
  }
  const id = (): string => promptId(request.id);
  const waiting = (): StateFile => state('waiting', 5);

  it('BX-05: tells a request, hands over the decision, and closes it when the agent proves it', async () => {
    prompts.hold(request);
    expect(told).toMatchObject([{ kind: 'prompt-opened', id: id(), prompt: 'permission', tool: 'Write' }]);
    prompts.answer(id(), { behavior: 'allow' }, waiting);
    expect(JSON.parse(await output)).toEqual(decisionFor('permission', {}, { behavior: 'allow' }));
    expect(told).toHaveLength(1);
    prompts.prove(recorded('PostToolUse', 2));
    expect(told.at(-1)).toEqual({ kind: 'prompt-closed', id: id(), by: 'bridge' });
    expect(mailbox.events()).toEqual([]);
    expect(() => prompts.answer(id(), { behavior: 'allow' }, waiting)).toThrow('does not wait');
  });

  it('BX-05: the agent’s own file says that somebody decided: closed, and the hook let go', async () => {
    prompts.hold(request);
    prompts.observe(waiting());
    await clock.advance(1000);
    prompts.observe(state('busy', 400));
    await clock.advance(200);
    prompts.observe(state('busy', 400));
    expect(told).toHaveLength(1);
    await clock.advance(200);
    prompts.observe(state('busy', 400));
    expect(told.at(-1)).toEqual({ kind: 'prompt-closed', id: id(), by: 'desk' });
    expect(await output).toBe('{}');
  });

  it('a state from before the request proves nothing', async () => {
    prompts.hold(request);
    prompts.observe(state('busy', -50));
    await clock.advance(1000);
    prompts.observe(state('busy', -50));
    expect(told).toHaveLength(1);
  });

  it('I10: refuses a decision on what was decided at the desk a moment ago', () => {
    prompts.hold(request);
    expect(() => prompts.answer(id(), { behavior: 'allow' }, () => state('busy', 10))).toThrow('does not wait');
    expect(told.at(-1)).toMatchObject({ kind: 'prompt-closed', by: 'desk' });
  });

  it('I10: a second, different decision is too late; the same again is harmless', () => {
    prompts.hold(request);
    prompts.answer(id(), { behavior: 'allow' }, waiting);
    prompts.answer(id(), { behavior: 'allow' }, waiting);
    expect(() => prompts.answer(id(), { behavior: 'deny' }, waiting)).toThrow('does not wait');
  });

  it('BX-05: survives a restart with the same id, and knows who decided', async () => {
    prompts.hold(request);
    prompts.answer(id(), { behavior: 'allow' }, waiting);
    await output;
    prompts = makePrompts();
    prompts.hold(parseHookEvent(mailbox.events()[0]!) as HookEventOf<'PermissionRequest'>);
    expect(told.map((event) => 'id' in event && event.id)).toEqual([id(), id()]);
    prompts.prove(recorded('PostToolUse', 2));
    expect(told.at(-1)).toMatchObject({ kind: 'prompt-closed', by: 'bridge' });
  });

  it('closes with the end of the turn, on expiry, and with the agent', () => {
    prompts.hold(request);
    prompts.prove({ ...recorded('Stop', 1), at: request.at + 1 });
    expect(told.at(-1)).toMatchObject({ kind: 'prompt-closed', by: 'desk' });

    prompts.hold(request);
    const data = { id: request.id, kind: 'PermissionRequest' };
    prompts.prove({ kind: 'expired', id: 'e', pid: 1, at: 0, data });
    expect(told.at(-1)).toMatchObject({ kind: 'prompt-closed', by: 'expired' });

    prompts.hold(request);
    prompts.agentEnded();
    expect(told.at(-1)).toMatchObject({ kind: 'prompt-closed', by: 'agent-ended' });
    expect(prompts.open).toEqual([]);
  });
});

describe('decisionFor', () => {
  const input = recorded('PermissionRequest', 1).data.tool_input;
  const decision = (value: unknown): unknown =>
    (value as { hookSpecificOutput: { decision: unknown } }).hookSpecificOutput.decision;

  it('answers a question by the words of its answers', () => {
    const answers = { 'Which one?': 'Blue' };
    expect(decision(decisionFor('question', input, { behavior: 'choose', answers }))).toEqual({
      behavior: 'allow',
      updatedInput: { ...input, answers },
    });
  });

  it('denies with a message', () => {
    expect(decision(decisionFor('plan', {}, { behavior: 'deny', message: 'not yet' }))).toEqual({
      behavior: 'deny',
      message: 'not yet',
    });
  });

  it.each([
    ['question', { behavior: 'allow' }, 'not answered by "allow"'],
    ['permission', { behavior: 'choose', answers: {} }, 'not answered by a choice'],
    ['question', { behavior: 'choose', answers: { Other: 'x' } }, 'did not ask "Other"'],
    ['question', { behavior: 'choose', answers: {} }, '"Which one?" has no answer'],
  ] as const)('refuses for a %s %j', (kind, answer, why) => {
    expect(() => decisionFor(kind, input, answer)).toThrow(why);
  });
});
