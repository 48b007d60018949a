import { afterEach, beforeEach, expect, it } from 'vitest';

import { pairOwner } from '../../../src/cli/setup/pair-step.ts';
import { ScriptedAsker, SetupWorld } from './setup-world.ts';
import type { Answers } from './setup-world.ts';

let world: SetupWorld;
beforeEach(async () => {
  world = await SetupWorld.open();
  world.bridge.running = { kind: 'discord', state: 'ready', owned: false };
});
afterEach(() => world.close());

async function run(answers: Answers): Promise<string> {
  const asker = new ScriptedAsker(answers);
  await pairOwner(world.tools(asker), 'claude-bridge');
  expect(asker.left).toBe(0);
  return asker.shown.join('\n');
}

it('shows the code and waits until it was typed', async () => {
  const shown = await run([
    ['Become the owner', true],
    [
      'Waiting',
      () => {
        world.bridge.running = { kind: 'discord', state: 'ready', owned: true };
        return true;
      },
    ],
  ]);
  expect(shown).toContain('pair-1234');
  expect(shown).toContain('You are the owner now.');
});

it('says how to go on when nobody waits, and when the code is too old', async () => {
  expect(
    await run([
      ['Become the owner', true],
      ['Waiting', 'do not wait'],
    ]),
  ).toContain('vai pair');
  world.bridge.expires = '2020-01-01T00:00:00.000Z';
  expect(
    await run([
      ['Become the owner', true],
      ['Waiting', true],
    ]),
  ).toContain('too old');
  expect(await run([['Become the owner', false]])).toContain('Later: vai pair');
});

it('asks nothing when there is an owner, or no connection, or no bridge', async () => {
  world.bridge.running = { kind: 'discord', state: 'ready', owned: true };
  expect(await run([])).toContain('has an owner already');
  world.bridge.running = { kind: 'discord', state: 'failed', detail: 'No intent.', owned: false };
  expect(await run([])).toContain('No intent.');
  world.bridge.running = undefined;
  expect(await run([])).toBe('');
});
