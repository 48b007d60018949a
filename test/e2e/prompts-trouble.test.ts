import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, describe, expect, it } from 'vitest';

import type { OpenForm, Seen } from './support/chat-client.ts';
import { PromptWorld } from './support/prompt-world.ts';
import { until } from './support/until.ts';

let all: PromptWorld;

async function begin(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  all = await PromptWorld.make({ environment });
}

afterEach(async () => {
  await all.destroy();
});

const done: Seen = { kind: 'done' };

function formOf(seen: Seen): OpenForm {
  if (seen.kind !== 'form') throw new Error(`no form, but ${JSON.stringify(seen)}`);
  return seen.form;
}

/** What the bot said besides cards: no more and no less than so many, as soon as they are there. */
async function answers(count: number): Promise<readonly string[]> {
  const said = async (): Promise<readonly string[]> =>
    (await all.owner.heard(all.channel)).filter((text) => text.startsWith('You '));
  // A card and an answer go out side by side.
  await until(async () => (await said()).length >= count, { what: `answer ${count}` });
  const found = await said();
  expect(found).toHaveLength(count);
  return found;
}

describe('BX-05: a daemon that is killed while a request waits', () => {
  it('with its card open, with something chosen, and with a form open: all of it goes on', async () => {
    await begin();
    const { owner, channel } = all;
    const card = await all.ask('ask');
    await all.restart();
    expect(await owner.press(channel, card, 'Allow once')).toEqual(done);
    await all.cardSays(card, /applied/);

    const chosen = await all.ask('question multi');
    await owner.choose(channel, chosen, 'Fruits', ['Cherry']);
    await all.restart();
    await owner.press(channel, chosen, 'Send');
    await owner.hears(channel, 'You chose: Cherry');

    const plan = await all.ask('plan');
    const form = formOf(await owner.press(channel, plan, 'Revise…'));
    await all.restart();
    expect(await owner.submit(channel, form, { 'What is to be different': 'smaller' })).toEqual(done);
    await owner.hears(channel, /rejected the plan: smaller/);
    await answers(3);
  });

  it('right after the answer was sent: the agent gets it once', async () => {
    await begin();
    const { owner, channel, world } = all;
    const card = await all.ask('ask');
    await world.bridge.endDaemon('SIGKILL');
    await world.bridge.startMortalDaemon('prompt:open>sent:after');
    await owner.press(channel, card, 'Deny').catch(() => undefined);
    await world.bridge.daemonSignal(20_000);
    await all.start();
    await all.cardSays(card, /🚫 \*\*denied\*\* by .+, applied/);
    expect(await answers(1)).toEqual(['You denied it.']);
  });
});

describe('I10: a request is decided once, and only the one that was shown', () => {
  it('an old button, a double click, two people at once, somebody who may not', async () => {
    await begin();
    const { owner, channel } = all;
    const otto = await all.person('Otto', 'operator');
    const mia = await all.person('Mia', 'member');
    const old = await all.ask('ask');
    const [button] = await owner.controls(channel, old);
    expect(await mia.press(channel, old, 'Allow once')).toMatchObject({ kind: 'private' });
    // Both clients show the button still.
    const two = await Promise.all([owner.press(channel, old, 'Allow once'), otto.press(channel, old, 'Deny')]);
    expect(two.map(({ kind }) => kind).sort()).toEqual(['done', 'private']);
    expect(two.find(({ kind }) => kind === 'private')).toMatchObject({
      text: expect.stringMatching(/not open any more[\s\S]*(allowed once|denied)/) as string,
    });
    await all.cardSays(old, /applied/);
    await answers(1);

    const fresh = await all.ask('ask bash');
    expect(await all.labels(old)).toEqual([]);
    expect(button?.custom_id).not.toBe((await owner.controls(channel, fresh))[0]?.custom_id);
    // Two clicks that follow each other at once.
    const clicks = await Promise.all([otto.press(channel, fresh, 'Deny'), owner.press(channel, fresh, 'Deny')]);
    expect(clicks.map(({ kind }) => kind).sort()).toEqual(['done', 'private']);
    await all.cardSays(fresh, /denied\*\* by .+, applied/);
    await answers(2);
    otto.close();
    mia.close();
  });

  it('at the terminal first, at the terminal and by a button at once, by vai answer', async () => {
    await begin();
    const { owner, channel, world } = all;
    const desk = await all.ask('ask');
    const form = formOf(await owner.press(channel, desk, 'Deny with a word…'));
    await sleep(200); // A dialog that was just drawn takes no keys.
    await all.atDesk('y');
    await all.cardSays(desk, /🖥️ Decided at the terminal/);
    expect(await owner.submit(channel, form, { 'What the agent is told': 'late' })).toMatchObject({ kind: 'private' });

    const both = await all.ask('ask');
    await sleep(200);
    await Promise.all([all.atDesk('y'), owner.press(channel, both, 'Deny')]);
    await all.cardSays(both, /applied|terminal|does not wait/);
    await answers(2);

    const shell = await all.ask('ask bash');
    const id = await all.promptOf(shell);
    const { stdout } = await world.bridge.run('vai', ['prompts']);
    expect(stdout).toContain(id);
    expect((await world.bridge.run('vai', ['answer', id, 'allow', '--always'])).stderr).toBe('');
    await all.cardSays(shell, /always allowed: `Bash\(npm test:\*\)`\*\* by `vai answer` on the machine, applied/);
  });
});

describe('BX-05: what nobody decides', () => {
  it('an agent that is killed takes its request along, and its card says so', async () => {
    await begin();
    const card = await all.ask('ask');
    process.kill(await all.agentPid(), 'SIGKILL');
    await all.cardSays(card, /⏹️ The agent ended before this was decided/);
    expect(await all.labels(card)).toEqual([]);
  });

  it('expires at the agent, is reminded of once for each time, also by the next daemon', async () => {
    await begin({ PROMPT_REMIND_AFTER: '2s, 1h' });
    const { owner, channel } = all;
    const card = await all.ask('ask 12');
    const reminder = await owner.hears(channel, /⏰/);
    expect(reminder).toContain(`<@${all.world.discord.userId}>`);
    await all.restart();
    await owner.hears(channel, /⌛ .*expired/);
    await all.cardSays(card, /⌛ Expired/);
    expect((await owner.heard(channel)).filter((text) => text.startsWith('⏰'))).toHaveLength(1);
  });

  it('gets the owner’s default answer, which its card announces', async () => {
    await begin({ PROMPT_DEFAULT_ANSWER: 'deny', PROMPT_DEFAULT_AFTER: '3s' });
    const card = await all.ask('ask');
    await all.cardSays(card, /denied by default/);
    await all.cardSays(card, /🚫 \*\*denied\*\* by default, applied/);
    await all.owner.hears(all.channel, /^You denied it/);
  });
});
