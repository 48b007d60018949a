import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { agentFiles } from '../../../src/agents/scripted/agent-files.ts';
import { readHistoryFile, readStateFile } from '../../../src/agents/scripted/program-events.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { BridgeError } from '../../../src/base/errors.ts';
import type { RunningAgent } from '../../../src/contracts/agent.ts';
import type { TurnInput } from '../../../src/model/message.ts';
import { AgentRecorder } from '../../contracts/agent-harness.ts';
import { until } from '../../e2e/support/until.ts';
import { makeScriptedHarness } from './harness.ts';
import type { ScriptedHarness } from './harness.ts';

let harness: ScriptedHarness;
let heard: AgentRecorder;
let agent: RunningAgent;
let messages = 0;

async function begin(environmentIn?: (base: string) => Readonly<Record<string, string>>): Promise<void> {
  harness = await makeScriptedHarness(environmentIn);
  heard = new AgentRecorder();
  agent = await harness.driver.launch(harness.spec, undefined, heard);
}

afterEach(async () => {
  await agent.detach();
  await harness.close();
});

function message(text: string): TurnInput {
  messages += 1;
  return { message: `cli:${messages}`, text, source: 'discord', authorName: 'bob' };
}

/** A whole turn; what was said in it. */
async function say(text: string): Promise<readonly string[]> {
  await until(() => agent.state.activity === 'idle', { what: 'an idle agent' });
  const { turn } = await agent.deliver(message(text));
  await heard.ended(turn);
  return heard
    .of('text')
    .filter((event) => event.turn === turn)
    .map((event) => event.text);
}

describe('the practice agent', () => {
  beforeEach(() => begin());

  it('BX-03: reads 100 kB of mixed text exactly', async () => {
    const text = Array.from({ length: 1800 }, (_, index) => `${index}: mixed; 日本語 👩‍👩‍👧‍👦 "$HOME" \\ #{x}\t`).join('\n');
    expect(Buffer.byteLength(text)).toBeGreaterThan(100_000);
    expect(await say(text)).toEqual([`You said: ${text}`]);
  });

  it('counts its messages over a stop and a resume', async () => {
    expect(await say('count')).toEqual(['I have had 1 message.']);
    const { agentSession } = agent;
    await agent.stop();
    agent = await harness.driver.launch({ ...harness.spec, generation: 2 }, agentSession, heard);
    expect(await say('count')).toEqual(['I have had 2 messages.']);
  });

  it('says two texts, or none, in one turn', async () => {
    expect(await say('two')).toHaveLength(2);
    expect(await say('silent')).toEqual([]);
  });

  it('MS-07: tells its exit code when it crashes, and leaves without one when it is asked', async () => {
    const { turn } = await agent.deliver(message('crash 42'));
    expect((await until(() => heard.of('died')[0], { what: 'the death' })).exitCode).toBe(42);
    expect(heard.story(turn)).toEqual(['turn-started', 'turn-ended:lost']);

    await agent.detach();
    agent = await harness.driver.launch({ ...harness.spec, generation: 2 }, agent.agentSession, heard);
    await say('exit');
    expect((await until(() => heard.of('died')[1], { what: 'the end' })).exitCode).toBe(0);
  });

  it('a dialog is as dangerous as a real one: typing a "y" or Enter into it is a yes', async () => {
    const { turn } = await agent.deliver(message('ask'));
    await heard.prompt();
    await systemClock.sleep(250); // A dialog that was just drawn takes no keys.
    await harness.terminal.type(harness.spec.terminal, 'hello, why not');
    await heard.ended(turn);
    expect(heard.textOf(turn)).toBe('You allowed it.');
    expect(heard.of('prompt-closed')).toMatchObject([{ by: 'desk' }]);
  });

  it('a question is answered by a digit at the desk', async () => {
    const { turn } = await agent.deliver(message('question'));
    await heard.prompt();
    await systemClock.sleep(250);
    await harness.terminal.type(harness.spec.terminal, '2');
    await heard.ended(turn);
    expect(heard.textOf(turn)).toBe('You chose: Green');
  });

  it('BX-03: what somebody began to type does not mix with a message', async () => {
    const { terminal, spec } = harness;
    await terminal.type(spec.terminal, 'half a sent');
    await until(() => readStateFile(agentFiles(spec.directory))?.draft, { what: 'the draft' });
    expect(await say('a message')).toEqual(['You said: a message']);
  });

  it('BX-03: a text that is read otherwise than typed is refused, and typed again', async () => {
    const { terminal, spec } = harness;
    const type = terminal.type.bind(terminal);
    let garbled = 0;
    terminal.type = (name, text) => type(name, garbled++ === 0 ? text.replace('exact', 'exct') : text);
    expect(await say('an exact text')).toEqual(['You said: an exact text']);
    expect(garbled).toBe(2);
    expect(readHistoryFile(agentFiles(spec.directory), agent.agentSession!)?.count).toBe(1);
  });

  it('BX-03: a text that is never read as typed is certainly not delivered', async () => {
    const { terminal } = harness;
    const type = terminal.type.bind(terminal);
    terminal.type = (name, text) => type(name, text.replace('exact', 'exct'));
    const error = await agent.deliver(message('an exact text')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BridgeError);
    expect(error).toMatchObject({ code: 'agent-garbled', happened: 'not-done' });
    expect(heard.of('turn-started')).toEqual([]);
    terminal.type = type;
    expect(await say('another')).toEqual(['You said: another']);
  });

  it('I4: an Enter that was swallowed is noticed, and the text taken back', { timeout: 30_000 }, async () => {
    const { terminal } = harness;
    const keys = terminal.keys.bind(terminal);
    terminal.keys = (name, pressed) =>
      keys(
        name,
        pressed.filter((key) => key !== 'Enter'),
      );
    const lost = message('swallowed');
    await expect(agent.deliver(lost)).rejects.toMatchObject({ code: 'agent-silent', happened: 'not-done' });
    terminal.keys = keys;
    expect(await agent.wasDelivered(lost.message, lost.text)).toEqual({ delivered: 'no' });
    expect(await say('after it')).toEqual(['You said: after it']);
  });

  it('I11: keeps its files small and private', async () => {
    for (const text of ['one', 'two', 'three']) await say(text);
    const files = agentFiles(harness.spec.directory);
    for (const folder of ['events', 'tmp', 'rejected']) {
      await until(() => readdirSync(join(files.mailbox, folder)).length === 0, { what: `an empty ${folder}` });
    }
    expect(readdirSync(files.directory).sort()).toEqual(
      ['expected.json', 'state.json', `${agent.agentSession ?? ''}.json`].sort(),
    );
    expect(readFileSync(files.expected, 'utf8')).not.toContain('three');
  });
});

describe('the practice agent in a shell', () => {
  it('BX-04: runs the dp that is on its path, and says the same words', async () => {
    const log = await fakeDp('#!/bin/sh\nprintf "%s|" "$@" >>"$DP_LOG"\n');
    expect(await say('dp the same; words')).toEqual(['the same; words']);
    expect(readFileSync(log, 'utf8')).toBe('the same; words|');
  });

  it('says when dp failed', async () => {
    await fakeDp('#!/bin/sh\necho "no daemon" >&2\nexit 3\n');
    expect(await say('dp hello')).toEqual(['dp failed: exit code 3: no daemon', 'hello']);
  });

  it('has the environment it was given, and no more', async () => {
    await begin(() => ({ COLOUR: 'blue', MY_TOKEN: 'hunter2' }));
    expect(await say('env COLOUR')).toEqual(['COLOUR is "blue".']);
    expect(await say('env MY_TOKEN')).toEqual(['MY_TOKEN is set (its value is not shown).']);
    expect(await say('env VITEST')).toEqual(['VITEST is not set.']);
    expect(await harness.screen()).not.toContain('hunter2');
  });

  /** A `dp` that is first on the path. Returns where it may log. */
  async function fakeDp(script: string): Promise<string> {
    await begin((base) => ({ PATH: `${base}/bin:${process.env['PATH'] ?? ''}`, DP_LOG: `${base}/dp-log` }));
    const { workDir } = harness.spec;
    mkdirSync(join(workDir, 'bin'));
    writeFileSync(join(workDir, 'bin', 'dp'), script);
    chmodSync(join(workDir, 'bin', 'dp'), 0o755);
    return join(workDir, 'dp-log');
  }
});
