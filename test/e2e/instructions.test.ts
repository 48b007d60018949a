import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { instructionsIn } from '../../src/compose/instructions.ts';
import { startMessagesApi } from '../fakes/messages-api.ts';
import type { MessagesApi } from '../fakes/messages-api.ts';
import { claudeEnvironment, seedClaudeHome, whyNoClaude } from './support/claude.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World | undefined;
let api: MessagesApi | undefined;

describe.skipIf(whyNoClaude() !== undefined)('MS-14: the rules for an agent in a session', () => {
  afterEach(async () => {
    await world?.destroy();
    await api?.close();
  });

  it.each(['en', 'ja'] as const)(
    'reach the agent in the language of the bridge (%s), beside what the user has written; no file of the user is touched',
    { timeout: 120_000 },
    async (language) => {
      api = await startMessagesApi();
      world = await makeWorld({ environment: { ...claudeEnvironment(api.url), BRIDGE_LANGUAGE: language } });
      const userHome = world.bridge.environment['HOME']!;
      seedClaudeHome(userHome);
      const project = join(world.bridge.paths.home, 'workspace', 'session_1');
      const own = new Map([
        [join(project, 'CLAUDE.md'), 'The word of the project is heron.\n'],
        [join(userHome, '.claude', 'CLAUDE.md'), 'The word of the user is kestrel.\n'],
        [join(userHome, '.claude', 'settings.json'), '{"includeCoAuthoredBy":false}\n'],
      ]);
      for (const [path, text] of own) {
        mkdirSync(join(path, '..'), { recursive: true });
        writeFileSync(path, text);
      }
      expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
      await world.owner.say(world.channels[0]!, 'say hello');
      await world.owner.hears(world.channels[0]!, 'hello', 60_000);

      const { body } = api.requests().find(({ userText }) => userText.endsWith('say hello'))!;
      const other = language === 'en' ? 'ja' : 'en';
      const said = (text: string): boolean => body.includes(JSON.stringify(text).slice(1, -1));
      expect([said(instructionsIn(language).trim()), said(instructionsIn(other).trim())]).toEqual([true, false]);
      expect([said('The word of the project is heron.'), said('The word of the user is kestrel.')]).toEqual([
        true,
        true,
      ]);
      for (const [path, text] of own) expect(readFileSync(path, 'utf8'), path).toBe(text);
      expect(readdirSync(project)).toEqual(['CLAUDE.md']);
    },
  );
});
