import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { OpenForm, Seen } from './support/chat-client.ts';
import { PromptWorld } from './support/prompt-world.ts';

let all: PromptWorld;
let channel: string;

beforeEach(async () => {
  all = await PromptWorld.make();
  ({ channel } = all);
});

afterEach(async () => {
  await all.destroy();
});

const done: Seen = { kind: 'done' };

function formOf(seen: Seen): OpenForm {
  if (seen.kind !== 'form') throw new Error(`no form, but ${JSON.stringify(seen)}`);
  return seen.form;
}

describe('BX-05: every kind of request is decided in chat', () => {
  it('a permission: once, always with exactly the rule that is shown, no, and no with a word', async () => {
    const { owner } = all;
    const once = await all.ask('ask bash');
    expect(await all.labels(once)).toEqual(['Allow once', 'Always: Bash(npm test:*)', 'Deny', 'Deny with a word…']);
    const text = await all.cardSays(once, /npm test -- --run/);
    expect(text).toContain('Runs the tests once');
    expect(text).toContain('```sh');
    expect(text).toContain('`Bash(npm test:*)`');
    expect(await owner.press(channel, once, 'Allow once')).toEqual(done);
    await all.cardSays(once, /✅ \*\*allowed once\*\* by .+ \(Discord\), applied/);
    expect(await all.labels(once)).toEqual([]);
    await owner.hears(channel, 'You allowed it.');

    const always = await all.ask('ask bash');
    expect(await owner.press(channel, always, 'Always: Bash(npm test:*)')).toEqual(done);
    await all.cardSays(always, /✅ \*\*always allowed: `Bash\(npm test:\*\)`\*\* by .+, applied/);

    const no = await all.ask('edit');
    expect(await all.cardSays(no, /greeting/)).toContain("-  return 'Hello ' + name;");
    expect(await owner.press(channel, no, 'Deny')).toEqual(done);
    await all.cardSays(no, /🚫 \*\*denied\*\* by .+, applied/);

    const word = await all.ask('ask');
    const form = formOf(await owner.press(channel, word, 'Deny with a word…'));
    expect(await owner.submit(channel, form, { 'What the agent is told': 'use a *file* of mine' })).toEqual(done);
    await all.cardSays(word, /🚫 \*\*denied: “use a \\\*file\\\* of mine”\*\* by .+, applied/);
    await owner.hears(channel, /You denied it: use a \*file\* of mine/);
  });

  it('a question: by a button, in one’s own words, without an answer; several by menus', async () => {
    const { owner } = all;
    const button = await all.ask('question');
    expect(await all.labels(button)).toEqual(['Red', 'Green', 'Blue', 'In my own words…', 'No answer']);
    expect(await owner.press(channel, button, 'Green')).toEqual(done);
    await owner.hears(channel, 'You chose: Green');
    await all.cardSays(button, /✅ \*\*answered: Green\*\*/);

    const own = await all.ask('question');
    const form = formOf(await owner.press(channel, own, 'In my own words…'));
    expect(await owner.submit(channel, form, { Colour: 'a warm grey' })).toEqual(done);
    await owner.hears(channel, 'You chose: a warm grey');

    const none = await all.ask('question');
    expect(await owner.press(channel, none, 'No answer')).toEqual(done);
    await owner.hears(channel, /^You gave no answer/);

    const multi = await all.ask('question multi');
    expect(await owner.choose(channel, multi, 'Fruits', ['Apple', 'Melon'])).toEqual(done);
    await all.cardSays(multi, /✔️ \*\*Apple\*\*[\s\S]*✔️ \*\*Melon\*\*/);
    expect(await owner.press(channel, multi, 'Send')).toEqual(done);
    await owner.hears(channel, 'You chose: Apple, Melon');

    const several = await all.ask('questions');
    const early = await owner.press(channel, several, 'Send');
    expect(early).toMatchObject({ kind: 'private', text: expect.stringContaining('Sizes') as string });
    await owner.choose(channel, several, 'Colour', ['Blue']);
    await owner.choose(channel, several, 'Sizes', ['Small', 'Large']);
    await owner.submit(channel, formOf(await owner.press(channel, several, 'In my own words…')), { Name: 'Zoë' });
    await owner.hears(channel, /You chose:\n- Which colour\? Blue\n- Which sizes\? Small, Large\n- Which name\? Zoë/);
  });

  it('a plan: sent back with words, approved, approved with edits; a long one is attached whole', async () => {
    const { owner } = all;
    const revise = await all.ask('plan');
    const form = formOf(await owner.press(channel, revise, 'Revise…'));
    await owner.submit(channel, form, { 'What is to be different': 'test first' });
    await all.cardSays(revise, /🚫 \*\*sent back: “test first”\*\*/);
    await owner.hears(channel, /You rejected the plan: test first/);

    const long = await all.ask('plan long');
    const text = await all.cardSays(long, /All of it: `plan-\w+\.md` \(\d/);
    expect(text.length).toBeLessThanOrEqual(2000);
    expect((await owner.files(channel)).flat().some((name) => /^plan-\w+\.md$/.test(name))).toBe(true);
    await owner.press(channel, long, 'Approve and accept edits');
    await all.cardSays(long, /approved, mode `acceptEdits`/);
    expect((await owner.files(channel)).flat()).toHaveLength(1);

    const plain = await all.ask('plan');
    await owner.press(channel, plain, 'Approve');
    await owner.hears(channel, /^You accepted the plan\.?$/);
  });

  it('a form: its texts and its menu; one that is declined; trust, which only an owner gives', async () => {
    const { owner } = all;
    const form = await all.ask('form');
    expect(await all.labels(form)).toEqual(['Size of the parcel: Choose one', 'Send', 'Fill in…', 'Decline']);
    await owner.choose(channel, form, 'Size', ['large']);
    const fields = formOf(await owner.press(channel, form, 'Fill in…'));
    await owner.submit(channel, fields, { 'Your name': 'Ann' });
    await owner.hears(channel, /You filled in:\n- Your name: Ann\n- Size of the parcel: large/);

    const declined = await all.ask('form');
    await owner.press(channel, declined, 'Decline');
    await owner.hears(channel, /^You declined the form/);

    const operator = await all.person('Otto', 'operator');
    const trust = await all.ask('trust');
    expect(await operator.press(channel, trust, 'Trust it')).toMatchObject({ kind: 'private' });
    await owner.press(channel, trust, 'Trust it');
    await owner.hears(channel, /^You trusted it/);
    operator.close();
  });
});
