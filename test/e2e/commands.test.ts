import { afterEach, beforeEach, expect, it } from 'vitest';

import { PromptWorld } from './support/prompt-world.ts';

let all: PromptWorld;

beforeEach(async () => {
  all = await PromptWorld.make();
});

afterEach(async () => {
  await all.destroy();
});

it('BX-05 BX-06 BX-09: commands tell and do what concerns the channel, and only for whoever may', async () => {
  const { owner, channel } = all;
  const mia = await all.person('Mia', 'member');
  const told = (text: RegExp) => ({ kind: 'private', text: expect.stringMatching(text) as string });
  const card = await all.ask('ask');
  expect(await owner.command(channel, 'prompts')).toEqual(told(/`\w+`: .*Write.*<t:\d+:R>/));
  expect(await mia.command(channel, 'status')).toEqual(
    told(/\*\*Session 1\*\* \(scripted\): waiting for a permission/),
  );
  const waiting = await owner.say(channel, 'taken out in time');
  await owner.seesReaction(channel, waiting, '📥');
  expect(await owner.command(channel, 'queue')).toEqual(told(/taken out in time/));
  expect(await mia.command(channel, 'Take out of the queue', waiting)).toEqual(told(/may not/));
  expect(await owner.command(channel, 'Take out of the queue', waiting)).toEqual(told(/Taken out/));
  await owner.seesReaction(channel, waiting, '🗑️');
  await owner.press(channel, card, 'Allow once');
  await all.cardSays(card, /applied/);
  const work = await owner.say(channel, 'busy 60');
  await owner.seesReaction(channel, work, '⚙️');
  expect(await mia.command(channel, 'stop')).toEqual(told(/may not/));
  expect(await owner.command(channel, 'stop')).toEqual(told(/Stopped/));
  await owner.hears(channel, /Interrupted/);
  expect(await owner.heard(channel)).not.toContain('You said: taken out in time');
  mia.close();
});
