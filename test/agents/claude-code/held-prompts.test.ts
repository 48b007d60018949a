import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { HeldPrompts, promptId } from '../../../src/agents/claude-code/held-prompts.ts';
import { parseHookEvent } from '../../../src/agents/claude-code/hook-events.ts';
import { decisionFor } from '../../../src/agents/claude-code/prompt-answer.ts';
import { readRequest } from '../../../src/agents/claude-code/prompt-request.ts';
import type { HeldRequest } from '../../../src/agents/claude-code/prompt-request.ts';
import { settingsPlaces } from '../../../src/agents/claude-code/settings-places.ts';
import type { StateFile } from '../../../src/agents/claude-code/state-file.ts';
import { Teller } from '../../../src/agents/claude-code/teller.ts';
import { installHookScript } from '../../../src/agents/mailbox/hook-script.ts';
import { openMailbox } from '../../../src/agents/mailbox/mailbox.ts';
import type { Mailbox } from '../../../src/agents/mailbox/mailbox.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { eventuallyTrue } from '../../eventually.ts';
import { recorded, recordedEnd, recordedRequests } from './fixtures.ts';

const places = settingsPlaces('/home/user/work', '/home/user/home/.claude');

describe('HeldPrompts', () => {
  let directory: string;
  let clock: ManualClock;
  let mailbox: Mailbox;
  let told: AgentEvent[];
  let prompts: HeldPrompts;
  let output: Promise<string>;
  let request: HeldRequest;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-prompts-'));
    // Hooks and the agent's own file go by the real time.
    clock = new ManualClock(Date.now());
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
    return new HeldPrompts({ mailbox, teller, clock, directory, places, onChange: () => undefined });
  }

  /** A real hook that waits. */
  async function ask(kind: string, data: object): Promise<HeldRequest> {
    const script = installHookScript(directory);
    const child = spawn('sh', [script, mailbox.directory, kind, 'ask'], { stdio: ['pipe', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    output = new Promise((resolve) => child.on('close', () => resolve(text)));
    child.stdin.end(JSON.stringify(data));
    await eventuallyTrue(() => mailbox.events().length === 1);
    return parseHookEvent(mailbox.events()[0]!) as HeldRequest;
  }

  function state(status: StateFile['status'], afterMs: number): StateFile {
    const statusUpdatedAt = request.at + afterMs;
    return { path: '', pid: 1, procStart: undefined, sessionId: '', status, waitingFor: undefined, statusUpdatedAt };
  }
  /** So many milliseconds in which the agent's file says that it waits. */
  async function lookFor(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      prompts.observe(waiting());
      await clock.advance(100);
    }
    prompts.observe(waiting());
  }
  const id = (): string => promptId(request.id);
  const waiting = (): StateFile => state('waiting', 5);

  it.each([
    ['the decision', 'sent-answers.json'],
    ['the answer', 'mailbox/answers'],
  ])('takes another decision when %s could not be written, and says so', async (_what, path) => {
    prompts.hold(request);
    const full = join(directory, path);
    rmSync(full, { recursive: true, force: true });
    // Neither can a directory be replaced by a file, nor a file be written in a file.
    if (path.endsWith('.json')) mkdirSync(join(full, 'in the way'), { recursive: true });
    else writeFileSync(full, '');
    expect(() => prompts.answer(id(), { behavior: 'allow' }, waiting)).toThrow(
      expect.objectContaining({ code: 'answer-unwritable', happened: 'not-done' }),
    );
    rmSync(full, { recursive: true });
    if (!path.endsWith('.json')) mkdirSync(full);
    prompts.answer(id(), { behavior: 'deny' }, waiting);
    expect(await output).toContain('"behavior":"deny"');
  });

  it('BX-05: tells a request, hands over the decision, and closes it when the agent proves it', async () => {
    prompts.hold(request);
    expect(told).toMatchObject([{ kind: 'prompt-opened', id: id(), prompt: 'permission', tool: 'Write' }]);
    prompts.answer(id(), { behavior: 'allow' }, waiting);
    expect(JSON.parse(await output)).toEqual(decisionFor(readRequest(request, places)!, { behavior: 'allow' }));
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
    prompts.hold(parseHookEvent(mailbox.events()[0]!) as HeldRequest);
    expect(told.map((event) => 'id' in event && event.id)).toEqual([id(), id()]);
    prompts.prove(recorded('PostToolUse', 2));
    expect(told.at(-1)).toMatchObject({ kind: 'prompt-closed', by: 'bridge' });
  });

  it('BX-05: an answer that was ignored is not waited for: closed when the agent waits on, unchanged, without its hook', async () => {
    prompts.hold(request);
    await lookFor(10_000);
    expect(told).toHaveLength(1);
    prompts.answer(id(), { behavior: 'allow' }, waiting);
    await output;
    await lookFor(4900);
    expect(told).toHaveLength(1);
    await lookFor(200);
    expect(told.at(-1)).toEqual({ kind: 'prompt-closed', id: id(), by: 'agent' });
    expect(prompts.open).toEqual([]);
  });

  it('BX-05: of two requests at once, one that was answered is waited for as long as its tool may run', async () => {
    prompts.hold(request);
    prompts.answer(id(), { behavior: 'allow' }, waiting);
    await output;
    prompts.hold({ ...request, id: 'another' });
    await lookFor(10_000);
    expect(told.filter(({ kind }) => kind === 'prompt-closed')).toEqual([]);
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

  describe('another request', () => {
    /** Instead of the first one. */
    async function askInstead(another: HeldRequest): Promise<void> {
      mailbox.release(request);
      await output;
      mailbox.remove([request.id]);
      request = await ask(another.kind, another.data);
      prompts.hold(request);
    }
    const choose = (answers: Readonly<Record<string, string>>): void =>
      prompts.answer(id(), { behavior: 'choose', answers }, waiting);
    const closedBy = (): unknown => told.flatMap((event) => (event.kind === 'prompt-closed' ? [event.by] : []));

    it('BX-05: is told with what a yes can grant, and where that is written', async () => {
      await askInstead(recordedRequests.command());
      const rule = { kind: 'rules', id: '1', rules: ['Bash(npm test *)'], effect: 'allow' } as const;
      expect(told.at(-1)).toMatchObject({
        kind: 'prompt-opened',
        prompt: 'permission',
        grants: [{ ...rule, where: '/home/user/work/.claude/settings.local.json' }],
      });
      expect(() => prompts.answer(id(), { behavior: 'allow', grant: '2' }, waiting)).toThrow('not among what can be');
      prompts.answer(id(), { behavior: 'allow', grant: '1' }, waiting);
      expect(await output).toContain('"updatedPermissions":[{"type":"addRules"');
    });

    it('I10: of two who decide at once, what the agent did tells who was first', async () => {
      await askInstead(recordedRequests.questions());
      choose({ 'Which one?': 'Apple', 'Which sizes?': 'Large', 'Who?': 'Ann' });
      prompts.prove(recordedEnd('AskUserQuestion'));
      expect(closedBy()).toEqual(['desk']);

      await askInstead(recordedRequests.questions());
      choose({ 'Who?': 'Cleo', 'Which one?': 'Blue', 'Which sizes?': 'Small, Large' });
      prompts.prove(recordedEnd('AskUserQuestion'));
      expect(closedBy()).toEqual(['desk', 'bridge']);
    });

    it('I10: a tool that ran in spite of our no was allowed at the desk', async () => {
      await askInstead(recordedRequests.quotedCommand());
      prompts.answer(id(), { behavior: 'deny' }, waiting);
      prompts.prove(recordedEnd('Bash'));
      expect(closedBy()).toEqual(['desk']);
    });

    it('I10: a turn that was stopped in spite of our yes was stopped at the desk', async () => {
      await askInstead(recordedRequests.command());
      prompts.answer(id(), { behavior: 'allow' }, waiting);
      prompts.observe(state('idle', 400));
      await clock.advance(300);
      prompts.observe(state('idle', 400));
      expect(closedBy()).toEqual(['desk']);
    });

    it('BX-05: a plan is closed by the end of its tool, which runs without the plan', async () => {
      await askInstead(recordedRequests.plan());
      prompts.answer(id(), { behavior: 'allow', grant: '1' }, waiting);
      expect(await output).toContain('"mode":"acceptEdits"');
      prompts.prove(recordedEnd('ExitPlanMode'));
      expect(closedBy()).toEqual(['bridge']);
    });

    it('BX-05: a form is held while the agent looks busy, and closed when its hook has the answer', async () => {
      await askInstead(recordedRequests.form());
      expect(told.at(-1)).toMatchObject({ kind: 'prompt-opened', prompt: 'form', tool: 'forms' });
      expect(prompts.open).toEqual(['form']);
      prompts.observe(state('busy', 400));
      await clock.advance(1000);
      prompts.observe(state('busy', 400));
      // Another tool of the same server ended meanwhile.
      prompts.prove(recordedEnd('mcp__forms__book'));
      expect(closedBy()).toEqual([]);

      prompts.answer(id(), { behavior: 'choose', answers: { name: 'Ann', size: 'A large one', boxes: '2' } }, waiting);
      expect(JSON.parse(await output)).toEqual({
        hookSpecificOutput: {
          hookEventName: 'Elicitation',
          action: 'accept',
          content: { name: 'Ann', size: 'large', boxes: 2 },
        },
      });
      prompts.prove(recordedEnd('mcp__forms__book'));
      expect(closedBy()).toEqual(['bridge']);
    });

    it('BX-05: a form that was declined is closed as ours, though its tool ran on', async () => {
      await askInstead(recordedRequests.form());
      prompts.answer(id(), { behavior: 'deny' }, waiting);
      expect(await output).toContain('"action":"decline"');
      prompts.prove(recordedEnd('mcp__forms__book'));
      expect(closedBy()).toEqual(['bridge']);
    });

    it('a form of an unknown kind is left to the terminal', async () => {
      const form = recordedRequests.form();
      const requested_schema = { properties: 'of another time' };
      await askInstead({ ...form, data: { ...form.data, requested_schema } });
      expect(await output).toBe('{}');
      expect(prompts.open).toEqual([]);
      expect(told.filter(({ kind }) => kind === 'prompt-opened')).toHaveLength(0);
    });

    it('BX-05: a form whose turn is stopped is closed, and its hook declines it, so that no dialog is drawn', async () => {
      await askInstead(recordedRequests.form());
      prompts.observe(state('idle', 400));
      await clock.advance(300);
      prompts.observe(state('idle', 400));
      expect(closedBy()).toEqual(['desk']);
      expect(await output).toContain('"action":"decline"');
    });
  });
});
