import { existsSync, readdirSync } from 'node:fs';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runWizard } from '../../../src/cli/setup/wizard.ts';
import { ScriptedAsker, SetupWorld } from './setup-world.ts';
import type { Answers } from './setup-world.ts';

let world: SetupWorld;
beforeEach(async () => {
  world = await SetupWorld.open();
  world.bridge.afterStart = { kind: 'discord', state: 'ready', owned: true };
});
afterEach(() => world.close());

async function run(answers: Answers): Promise<string> {
  const asker = new ScriptedAsker(answers);
  await runWizard(world.tools(asker));
  expect(asker.left).toBe(0);
  return asker.shown.join('\n');
}

/** Up to the last question before something is written. */
function questions(): Answers {
  return [
    ['Connect Discord', true],
    ['Paste', world.server.botToken],
    ['Which channels', [world.shop]],
    ['#shop work?', ''],
  ];
}

describe('runWizard', () => {
  it('leads from nothing to a bridge on Discord', async () => {
    const shown = await run([...questions(), ['Write the token', true], ['Start the bridge now?', true]]);
    expect(world.read('.env')).toMatch(new RegExp(`^DISCORD_BOT_TOKEN=${world.server.botToken}$`, 'm'));
    expect(JSON.parse(world.read('sessions.json'))).toEqual({ 1: world.shop });
    expect(world.bridge.restarts).toBe(1);
    expect(shown).toContain('Done.');
    expect(shown).not.toContain(world.server.botToken);
  });

  it('changes nothing when the person leaves at any question', async () => {
    const all: Answers = [...questions(), ['Write the token', true]];
    for (let index = 0; index < all.length; index += 1) {
      const answers: Answers = [...all.slice(0, index), [all[index]![0], 'leave']];
      await expect(run(answers)).rejects.toMatchObject({ code: 'setup-cancelled' });
      expect(existsSync(world.paths.home)).toBe(false);
    }
    expect(world.bridge.restarts).toBe(0);
  });

  it('changes nothing when it shall not be written', async () => {
    expect(await run([...questions(), ['Write the token', false]])).toContain('Nothing was changed.');
    expect(existsSync(world.paths.home)).toBe(false);
  });

  it('says how to go on when it shall not be started', async () => {
    expect(await run([...questions(), ['Write the token', true], ['Start the bridge', false]])).toContain(
      'Later: vai start',
    );
    expect(world.bridge.restarts).toBe(0);
    expect(readdirSync(world.paths.config).sort()).toEqual(['.env', 'sessions.json']);
  });

  it('run again, shows what is good and asks for nothing else', async () => {
    world.write('.env', `DISCORD_BOT_TOKEN=${world.server.botToken}\n`);
    world.write('sessions.json', `{"1":"${world.shop}","2":"${world.blog}"}`);
    world.bridge.running = { kind: 'discord', state: 'ready', owned: true };
    const shown = await run([]);
    for (const words of [
      'A token is set already',
      'Session 1 is in #shop',
      'The bridge runs',
      'has an owner already',
    ]) {
      expect(shown).toContain(words);
    }
    expect(world.bridge.restarts).toBe(0);
    expect(existsSync(`${world.paths.envFile}.backup`)).toBe(false);
  });

  it('restarts a bridge that is on its built-in chat', async () => {
    world.bridge.running = { kind: 'local', state: 'ready', owned: true };
    await run([...questions(), ['Write the token', true], ['Restart the bridge now', true]]);
    expect(world.bridge.restarts).toBe(1);
  });

  it('says where the built-in chat is when no Discord is wanted', async () => {
    expect(await run([['Connect Discord', false]])).toContain('vai start prints its address');
    world.bridge.running = { kind: 'local', state: 'ready', owned: true, url: 'http://127.0.0.1:8787/?key=k' };
    expect(await run([['Connect Discord', false]])).toContain('http://127.0.0.1:8787/?key=k');
    expect(existsSync(world.paths.home)).toBe(false);
  });
});
