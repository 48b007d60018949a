import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { agentFiles } from '../../../src/agents/scripted/agent-files.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { RunningAgent } from '../../../src/contracts/agent.ts';
import type { TurnInput } from '../../../src/model/message.ts';
import type { PromptAnswer } from '../../../src/model/prompt.ts';
import { AgentRecorder } from '../../contracts/agent-harness.ts';
import { until } from '../../e2e/support/until.ts';
import { makeScriptedHarness } from './harness.ts';
import type { ScriptedHarness } from './harness.ts';

let harness: ScriptedHarness;
let heard: AgentRecorder;
let agent: RunningAgent;
let messages = 0;

beforeEach(async () => {
  harness = await makeScriptedHarness();
  heard = new AgentRecorder();
  agent = await harness.driver.launch(harness.spec, undefined, heard);
});

afterEach(async () => {
  await agent.detach();
  await harness.close();
});

function message(text: string): TurnInput {
  messages += 1;
  return { message: `cli:${messages}`, text, source: 'discord', authorName: 'bob' };
}

/** Sends a text and gives what was said in its turn; what it asks is decided by `decide`, which gets the prompt's id. */
async function say(text: string, decide?: (id: string) => Promise<void>): Promise<string> {
  await until(() => agent.state.activity === 'idle', { what: 'an idle agent' });
  const prompts = heard.of('prompt-opened').length;
  const { turn } = await agent.deliver(message(text));
  if (decide) {
    const { id } = await heard.prompt(prompts + 1);
    await until(() => agent.state.activity === 'waiting', { what: 'a waiting agent' });
    await decide(id);
  }
  await heard.ended(turn);
  return heard.textOf(turn);
}

function answering(answer: PromptAnswer): (id: string) => Promise<void> {
  return (id) => agent.answer(id, answer);
}

describe('the dialogs of the practice agent', () => {
  it('BX-05: each kind is answered from outside', { timeout: 60_000 }, async () => {
    const fruits = { 'Which fruits?': 'Apple, Melon' };
    const three = { 'Which colour?': 'mauve', 'Which sizes?': 'Small, Large', 'Which name?': 'Ann' };
    const form = { name: 'Ann', size: 'large' };
    const cases: readonly (readonly [text: string, answer: PromptAnswer, words: string])[] = [
      ['ask long', { behavior: 'allow' }, 'You allowed it.'],
      ['ask bash', { behavior: 'deny', message: 'use make' }, 'You denied it: use make'],
      ['edit', { behavior: 'allow', grant: 'directory' }, 'You allowed it, with /srv/practice from now on.'],
      ['question multi', { behavior: 'choose', answers: fruits }, 'You chose: Apple, Melon'],
      [
        'questions',
        { behavior: 'choose', answers: three },
        'You chose:\n- Which colour? mauve\n- Which sizes? Small, Large\n- Which name? Ann',
      ],
      ['plan long', { behavior: 'deny', message: 'shorter' }, 'You rejected the plan: shorter'],
      ['plan', { behavior: 'allow' }, 'You accepted the plan.'],
      [
        'form',
        { behavior: 'choose', answers: form },
        'You filled in:\n- Your name: Ann\n- Size of the parcel: large\n- A note for the driver: (nothing)',
      ],
      ['form', { behavior: 'deny' }, 'You declined the form.'],
      ['trust', { behavior: 'deny' }, 'You did not trust it.'],
    ];
    for (const [text, answer, words] of cases) expect(await say(text, answering(answer))).toBe(words);
    expect(heard.of('prompt-opened').map(({ prompt }) => prompt)).toEqual([
      'permission',
      'permission',
      'permission',
      'question',
      'question',
      'plan',
      'plan',
      'form',
      'form',
      'trust',
    ]);
    expect(heard.of('prompt-closed').every(({ by }) => by === 'bridge')).toBe(true);
  });

  it('a rule that is granted is written to the file that the grant names, and counts from then on', async () => {
    const rule = 'Write(practice.txt)';
    const { rules } = agentFiles(harness.spec.directory);
    expect(await say('ask', answering({ behavior: 'allow', grant: 'always' }))).toBe(
      `You allowed it, always: ${rule}.`,
    );
    expect(heard.of('prompt-opened')[0]?.grants).toEqual([
      { kind: 'rules', id: 'always', rules: [rule], effect: 'allow', where: rules },
    ]);
    expect(JSON.parse(readFileSync(rules, 'utf8'))).toEqual({ allow: [rule] });
    expect(await say('ask')).toBe(`It was allowed by the rule ${rule}.`);

    await agent.stop();
    agent = await harness.driver.launch({ ...harness.spec, generation: 2 }, agent.agentSession, heard);
    expect(await say('ask')).toBe(`It was allowed by the rule ${rule}.`);
  });

  it('a mode counts until its process ends', async () => {
    const words = 'You accepted the plan, with the mode acceptEdits from now on.';
    expect(await say('plan', answering({ behavior: 'allow', grant: 'mode' }))).toBe(words);
    expect(await say('edit')).toBe('It was allowed by the mode acceptEdits.');
    expect(await say('ask bash', answering({ behavior: 'deny' }))).toBe('You denied it.');
  });

  it('BX-05: several questions are answered key by key at the desk', async () => {
    const { terminal, spec } = harness;
    const words = await say('questions', async () => {
      await systemClock.sleep(250); // A dialog that was just drawn takes no keys.
      await terminal.type(spec.terminal, '212');
      await terminal.keys(spec.terminal, ['Enter']);
      await terminal.type(spec.terminal, 'tCleo');
      await until(async () => (await harness.screen()).includes(': Cleo'), { what: 'the typed words' });
      await terminal.keys(spec.terminal, ['Enter']);
    });
    expect(words).toBe('You chose:\n- Which colour? Blue\n- Which sizes? Small, Large\n- Which name? Cleo');
    expect(heard.of('prompt-closed')).toMatchObject([{ by: 'desk' }]);
  });
});

describe('the practice agent and files', () => {
  it('MS-02: tells size and hash of the files that came with a message', async () => {
    const [one, two] = ['one.png', 'two (2).txt'].map((name) => join(harness.spec.workDir, name));
    writeFileSync(one!, 'first');
    writeFileSync(two!, 'the second');
    const line = (path: string, text: string): string =>
      `${path}: ${text.length} bytes, sha256 ${createHash('sha256').update(text).digest('hex')}`;
    const attached = `read\n[attached image: ${one!} (original name "a.png", 5 bytes)]\n[attached file: ${two!} (original name "b", 10 bytes)]`;
    expect(await say(attached)).toBe([line(one!, 'first'), line(two!, 'the second')].join('\n'));
    expect(await say(`read ${two!}`)).toBe(line(two!, 'the second'));
    expect(await say('read /nowhere/at all')).toMatch(/^\/nowhere\/at all: cannot be read \(ENOENT/);
  });

  it('names a file in its answer', async () => {
    expect(await say('name out/report.txt')).toBe('Here it is: `out/report.txt`');
  });
});
