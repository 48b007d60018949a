import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { startMessagesApi } from '../fakes/messages-api.ts';
import type { MessagesApi } from '../fakes/messages-api.ts';
import type { Seen } from './support/chat-client.ts';
import type { ChatMessage } from './support/chat-user.ts';
import { claudeEnvironment, seedClaudeHome, whyNoClaude } from './support/claude.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;
let api: MessagesApi;
let channel: string;
let workDir: string;

async function open(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  api = await startMessagesApi();
  world = await makeWorld({ environment: { ...claudeEnvironment(api.url), ...environment } });
  seedClaudeHome(world.bridge.environment['HOME']!);
  [channel] = world.channels as [string];
  workDir = join(world.bridge.paths.workspace, 'session_1');
  expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
}

/** Says something that makes the agent ask, and finds the card. */
async function asked(text: string, title: RegExp): Promise<{ readonly card: ChatMessage; readonly question: string }> {
  const question = await world.owner.say(channel, text);
  return { card: await world.owner.finds(channel, title), question };
}

async function press(card: ChatMessage, button: string): Promise<Seen> {
  return world.owner.press(channel, card.id, button);
}

/** The card as it reads in the end; nothing under it can be pressed any more. */
async function settled(card: ChatMessage, outcome: RegExp): Promise<string> {
  const { id, content } = await world.owner.finds(channel, outcome);
  expect(id).toBe(card.id);
  expect(await world.owner.controls(channel, id)).toEqual([]);
  return content;
}

async function fillIn(card: ChatMessage, button: string, texts: Readonly<Record<string, string>>): Promise<Seen> {
  const seen = await press(card, button);
  if (seen.kind !== 'form') throw new Error(`no form opened: ${JSON.stringify(seen)}`);
  return world.owner.submit(channel, seen.form, texts);
}

/** What the tools of the last turn gave the model. */
function told(): string {
  const results = api.requests().at(-1)?.toolResults ?? [];
  return results.map(({ outcome, text }) => `${outcome}: ${text}`).join('\n');
}

describe.skipIf(whyNoClaude() !== undefined)('what the real Claude Code CLI asks, decided in Discord', () => {
  afterEach(async () => {
    world.owner.close();
    await world.destroy();
    await api.close();
  });

  it(
    'BX-05: permissions: once, denied with a word, and always, by the very rule on the card',
    { timeout: 120_000 },
    async () => {
      await open();
      const file = join(workDir, 'new.txt');
      const first = await asked(`write ${file}`, /Write.*needs your permission/);
      expect(first.card.content).toContain('+written by the stand-in');
      expect(await fillIn(first.card, 'Deny with a word…', { 'What the agent is told': 'use another name' })).toEqual({
        kind: 'done',
      });
      await world.owner.hears(channel, 'done: denied: use another name');
      await settled(first.card, /🚫 \*\*denied: “use another name”\*\* by .+ \(Discord\), applied/);
      expect(existsSync(file)).toBe(false);

      const second = await asked(`write ${file}`, /needs your permission(?![^]*applied)/);
      expect(second.card.id).not.toBe(first.card.id);
      expect(await press(second.card, 'Allow once')).toEqual({ kind: 'done' });
      await world.owner.seesReaction(channel, second.question, '✅');
      await settled(second.card, /✅ \*\*allowed once\*\* by .+ \(Discord\), applied/);
      expect(readFileSync(file, 'utf8')).toBe('written by the stand-in\n');

      const third = await asked(`bash node -e "console.log('ran')"`, /Bash.*needs your permission/);
      const always = (await world.owner.controls(channel, third.card.id)).find(({ label }) =>
        label?.startsWith('Always'),
      );
      const [, where = ''] = /Always\*\*: allows .*written to `([^`]+)`/.exec(third.card.content) ?? [];
      expect(existsSync(where)).toBe(false);
      expect(await press(third.card, always!.label!)).toEqual({ kind: 'done' });
      await world.owner.seesReaction(channel, third.question, '✅');
      const { permissions } = JSON.parse(readFileSync(where, 'utf8')) as { permissions: { allow: readonly string[] } };
      for (const rule of permissions.allow) expect(third.card.content).toContain(rule.slice(0, 40));
      const fourth = await world.owner.say(channel, `bash node -e "console.log('ran')"`);
      await world.owner.seesReaction(channel, fourth, '✅');
      expect(await world.bridge.json<readonly unknown[]>('prompts')).toEqual([]);
    },
  );

  it(
    'BX-05: questions: one tap, several choices kept over a restart, words of one’s own',
    { timeout: 120_000 },
    async () => {
      await open();
      const one = await asked('ask', /The agent asks/);
      expect(await press(one.card, 'Blue')).toEqual({ kind: 'done' });
      await world.owner.seesReaction(channel, one.question, '✅');
      await settled(one.card, /answered: Blue\*\* by .+, applied/);
      expect(told()).toContain('"Which one?"="Blue"');

      const own = await asked('ask', /The agent asks(?![^]*applied)/);
      const words = 'none of them, 赤 please';
      const form = await press(own.card, 'In my own words…');
      if (form.kind !== 'form') throw new Error('no form opened');
      const [label = ''] = form.form.fields.keys();
      await world.owner.submit(channel, form.form, { [label]: words });
      await world.owner.seesReaction(channel, own.question, '✅');
      expect(told()).toContain(words);

      const three = await asked('ask three', /The agent asks[^]*Which sizes\?/);
      const menus = (await world.owner.controls(channel, three.card.id)).filter(({ type }) => type === 3);
      expect(menus).toHaveLength(3);
      await world.owner.choose(channel, three.card.id, menus[1]!.custom_id!, ['Small', 'Large']);
      await world.bridge.endDaemon('SIGKILL');
      await world.bridge.startDaemon();
      await world.owner.choose(channel, three.card.id, menus[0]!.custom_id!, ['Cherry']);
      expect(await press(three.card, 'Send')).toMatchObject({ kind: 'private', text: expect.stringContaining('Name') });
      await world.owner.choose(channel, three.card.id, menus[2]!.custom_id!, ['Bob']);
      expect(await press(three.card, 'Send')).toEqual({ kind: 'done' });
      await world.owner.seesReaction(channel, three.question, '✅');
      expect(told()).toContain('"Which one?"="Cherry", "Which sizes?"="Small, Large", "Who?"="Bob"');
    },
  );

  it('BX-05: a plan: sent back with a word, then approved with edits accepted', { timeout: 120_000 }, async () => {
    await open({ PERMISSION_MODE: 'plan' });
    const first = await asked('plan', /The agent shows its plan/);
    expect(first.card.content).toMatch(/1\. Look\n2\. Change/);
    await fillIn(first.card, 'Revise…', { 'What is to be different': 'test it as well' });
    await world.owner.hears(channel, /denied: .*test it as well/);
    await settled(first.card, /sent back: “test it as well”\*\* by .+, applied/);

    const second = await asked('plan', /The agent shows its plan(?![^]*applied)/);
    const accept = (await world.owner.controls(channel, second.card.id)).find(({ label }) =>
      /accept edits/.test(label ?? ''),
    );
    expect(await press(second.card, accept!.label!)).toEqual({ kind: 'done' });
    await settled(second.card, /approved, mode `acceptEdits`\*\* by .+, applied/);
    await world.owner.seesReaction(channel, second.question, '✅');
    const file = join(workDir, 'after.txt');
    const write = await world.owner.say(channel, `write ${file}`);
    await world.owner.seesReaction(channel, write, '✅');
    expect(existsSync(file)).toBe(true);
  });

  it('MS-02: it reads a file that came with a message, and asks nobody', { timeout: 120_000 }, async () => {
    await open();
    const bytes = 'the words in the file\n';
    const first = await world.owner.sayWithFiles(channel, 'say thanks', [{ name: 'notes.txt', bytes }]);
    await world.owner.seesReaction(channel, first, '✅');
    const [, path = ''] = /\[attached \w+: (\/[^ ]+) \(original name "notes\.txt"/.exec(api.userTexts().at(-1)!) ?? [];
    const second = await world.owner.say(channel, `read ${path}`);
    await world.owner.seesReaction(channel, second, '✅');
    expect(told()).toContain('the words in the file');
    expect(await world.bridge.json<readonly unknown[]>('prompts')).toEqual([]);
  });
});
