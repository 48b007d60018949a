import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { runCommand } from '../../../src/base/run-command.ts';
import type { RunningAgent } from '../../../src/contracts/agent.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import type { PromptAnswer } from '../../../src/model/prompt.ts';
import { whyNoClaude } from '../support/claude.ts';
import { until } from '../support/until.ts';
import { message, openLab } from './claude-lab.ts';
import type { ClaudeLab, LabOptions } from './claude-lab.ts';

const why = whyNoClaude();

type Opened = Extract<AgentEvent, { kind: 'prompt-opened' }>;

describe.skipIf(why !== undefined)('what Claude Code asks, answered from outside', { timeout: 90_000 }, () => {
  let lab: ClaudeLab;
  let agent: RunningAgent;

  async function open(options: LabOptions = {}): Promise<void> {
    lab = await openLab(options);
    agent = await lab.launch();
  }
  afterEach(() => lab.close());

  /** Says something that makes it ask. */
  async function asked(text: string): Promise<Opened> {
    await lab.idle(agent);
    await agent.deliver(message(text));
    return lab.heard('prompt-opened');
  }

  /** The rest of a turn after an answer: what was said at its end. */
  async function answered(id: string, answer: PromptAnswer): Promise<string> {
    await agent.answer(id, answer);
    expect(await lab.heard('prompt-closed')).toMatchObject({ id, by: 'bridge' });
    return endOfTurn();
  }

  async function endOfTurn(): Promise<string> {
    expect(await lab.heard('turn-ended')).toMatchObject({ outcome: 'completed' });
    return (await lab.heard('text', ({ text }) => text.startsWith('done: '))).text;
  }

  /** A whole turn that asks nothing. */
  async function unasked(text: string): Promise<string> {
    await lab.idle(agent);
    await agent.deliver(message(text));
    const said = await endOfTurn();
    expect(lab.events.filter(({ kind }) => kind === 'prompt-opened')).toHaveLength(
      lab.events.filter(({ kind }) => kind === 'prompt-closed').length,
    );
    return said;
  }

  it('BX-05: "always" writes exactly the rule that was shown, to the file that was named, and it counts', async () => {
    await open();
    const command = `bash node -e "console.log('ran')"`;
    const first = await asked(command);
    const [grant] = first.grants ?? [];
    if (grant?.kind !== 'rules') throw new Error(`it offers ${JSON.stringify(first.grants)}`);
    expect(existsSync(grant.where)).toBe(false);
    await answered(first.id, { behavior: 'allow', grant: grant.id });
    const written = JSON.parse(readFileSync(grant.where, 'utf8')) as { permissions: { allow: readonly string[] } };
    expect(written.permissions.allow).toEqual(grant.rules);
    expect(written.permissions.allow[0]).toContain('\\(');
    expect(await unasked(command)).toContain('ok: ran');
  });

  it('BX-05: inside a repository the rule is written to its root, as the card says', async () => {
    lab = await openLab();
    await runCommand('git', ['init', '-q', lab.root]);
    agent = await lab.launch();
    const { id, grants } = await asked('bash npm test -- --run');
    const where = join(lab.root, '.claude', 'settings.local.json');
    expect(grants).toEqual([{ kind: 'rules', id: '1', rules: ['Bash(npm test *)'], effect: 'allow', where }]);
    await answered(id, { behavior: 'allow', grant: '1' });
    expect(readFileSync(where, 'utf8')).toContain('"Bash(npm test *)"');
  });

  it('BX-05: "once" writes nothing and asks again; a no keeps the tool from running, and the model hears why', async () => {
    await open();
    const file = join(lab.spec.workDir, 'new.txt');
    const first = await asked(`write ${file}`);
    expect(first).toMatchObject({ prompt: 'permission', tool: 'Write', input: { file_path: file } });
    expect(await answered(first.id, { behavior: 'deny', message: 'use another name' })).toBe(
      'done: denied: use another name',
    );
    expect(existsSync(file)).toBe(false);
    const second = await asked(`write ${file}`);
    expect(await answered(second.id, { behavior: 'allow' })).toMatch(/^done: ok: File created/);
    expect(existsSync(file)).toBe(true);
    expect((await asked(`write ${join(lab.spec.workDir, 'other.txt')}`)).id).not.toBe(second.id);
    expect(existsSync(join(lab.spec.workDir, '.claude', 'settings.local.json'))).toBe(false);
  });

  it('BX-05: the mode and the directory that are offered count for the rest of its life', async () => {
    await open();
    const outside = join(lab.root, 'outside');
    const first = await asked(`write ${outside}/one.txt`);
    expect(first.grants).toEqual([
      { kind: 'mode', id: '1', mode: 'acceptEdits', where: 'session' },
      { kind: 'directories', id: '2', directories: [expect.stringContaining(lab.root)], where: 'session' },
    ]);
    await answered(first.id, { behavior: 'allow', grant: '1' });
    expect(await unasked(`write ${lab.spec.workDir}/two.txt`)).toMatch(/^done: ok/);
  });

  it('BX-05: a plan is approved, and the agent then asks for each edit', async () => {
    await open({ permissionMode: 'plan' });
    const plan = await asked('plan');
    expect(plan).toMatchObject({ prompt: 'plan', input: { plan: '# Plan\n\n1. Look\n2. Change\n' } });
    expect(await answered(plan.id, { behavior: 'allow' })).toContain('User has approved your plan');
    const edit = await asked(`write ${lab.spec.workDir}/new.txt`);
    expect(await answered(edit.id, { behavior: 'deny' })).toMatch(/^done: denied/);
  });

  it('BX-05: a plan is approved with its edits', async () => {
    await open({ permissionMode: 'plan' });
    const { id, grants } = await asked('plan');
    expect(grants).toEqual([{ kind: 'mode', id: '1', mode: 'acceptEdits', where: 'session' }]);
    expect(await answered(id, { behavior: 'allow', grant: '1' })).toContain('User has approved your plan');
    expect(await unasked(`write ${lab.spec.workDir}/new.txt`)).toMatch(/^done: ok/);
  });

  it('BX-05: a form of a server is filled in with what its fields are made of; a hook that was stopped does not stay', async () => {
    await open({ formServer: true, allowed: ['mcp__forms__book'] });
    const first = await asked('tool mcp__forms__book {}');
    expect(first).toMatchObject({ prompt: 'form', tool: 'forms', input: { message: 'Where should the parcel go?' } });
    expect(agent.state).toMatchObject({ activity: 'waiting', waitingFor: 'form' });
    const answers = { name: 'Ann', size: 'A large one', boxes: '2', fragile: 'yes' };
    await expect(
      agent.answer(first.id, { behavior: 'choose', answers: { ...answers, boxes: 'many' } }),
    ).rejects.toMatchObject({ code: 'answer-does-not-fit' });
    expect(await answered(first.id, { behavior: 'choose', answers })).toContain(
      JSON.stringify({ action: 'accept', content: { name: 'Ann', boxes: 2, fragile: true, size: 'large' } }),
    );
    await asked('tool mcp__forms__book {"message":"stopped"}');
    await agent.interrupt();
    await until(() => lab.hooks().length === 0, { what: 'the end of the hook' });
  });

  it('BX-05: trust is given from outside, also after a restart of the daemon', async () => {
    await open({ seed: { trusted: false }, consent: false });
    const { id, prompt, turn } = await lab.heard('prompt-opened');
    expect({ prompt, turn }).toEqual({ prompt: 'trust', turn: undefined });
    await agent.detach();
    agent = (await lab.recover(agent.handle))!;
    expect(agent.state.waitingFor).toBe('trust');
    await agent.answer(id, { behavior: 'allow' });
    expect(await lab.heard('prompt-closed')).toEqual({ kind: 'prompt-closed', id, by: 'bridge' });
    await lab.idle(agent);
    await agent.deliver(message('say hi'));
    expect((await lab.heard('text')).text).toBe('hi');
    await expect(agent.answer(id, { behavior: 'deny' })).rejects.toMatchObject({ code: 'prompt-gone' });
  });

  it('BX-05: an answer that was lost on its way is not waited for: the request is closed, and a person asked to the terminal', async () => {
    await open();
    const { id } = await asked(`write ${lab.spec.workDir}/new.txt`);
    const [hook] = lab.hooks();
    process.kill(hook!, 'SIGSTOP');
    await agent.answer(id, { behavior: 'allow' });
    process.kill(hook!, 'SIGKILL');
    expect(await lab.heard('prompt-closed')).toEqual({ kind: 'prompt-closed', id, by: 'agent' });
    expect(agent.state.activity).toBe('waiting');
    await lab.heard('notice', ({ notice }) => notice.kind === 'needs-desk');
    await expect(agent.answer(id, { behavior: 'allow' })).rejects.toMatchObject({ code: 'prompt-gone' });
    await lab.terminal.keys(lab.spec.terminal, ['Enter']);
    expect(await endOfTurn()).toMatch(/^done: ok/);
  });

  it('I8: trust is refused from outside: the agent ends as it was asked to', async () => {
    await open({ seed: { trusted: false }, consent: false });
    const { id } = await lab.heard('prompt-opened');
    await agent.answer(id, { behavior: 'deny' });
    expect(await lab.heard('died')).toMatchObject({ asked: true });
    expect(await lab.heard('prompt-closed')).toEqual({ kind: 'prompt-closed', id, by: 'bridge' });
  });

  it('MS-02: the files of messages are read without asking, whatever the directory is called; nothing else is', async () => {
    await open({ attachments: 'files [of] {session} 1*' });
    const { attachments = '' } = lab.spec;
    writeFileSync(join(attachments, 'IMG_1.txt'), 'inside');
    writeFileSync(join(lab.root, 'beside.txt'), 'beside');
    expect(await unasked(`read ${attachments}/IMG_1.txt`)).toContain('inside');
    const { id } = await asked(`read ${lab.root}/beside.txt`);
    expect(await answered(id, { behavior: 'deny' })).toMatch(/^done: denied/);
    const written = await asked(`write ${attachments}/new.txt`);
    expect(await answered(written.id, { behavior: 'deny' })).toMatch(/^done: denied/);
  });
});
