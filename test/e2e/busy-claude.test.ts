import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { SessionQueue } from '../../src/contracts/bridge-api.ts';
import { startMessagesApi } from '../fakes/messages-api.ts';
import type { MessagesApi } from '../fakes/messages-api.ts';
import { claudeEnvironment, seedClaudeHome, whyNoClaude } from './support/claude.ts';
import { makeWorld } from './support/world.ts';
import type { World } from './support/world.ts';

let world: World;
let api: MessagesApi;
let channel: string;

describe.skipIf(whyNoClaude() !== undefined)('BX-06: two messages while the real Claude Code CLI is busy', () => {
  beforeEach(async () => {
    api = await startMessagesApi();
    world = await makeWorld({ environment: claudeEnvironment(api.url) });
    seedClaudeHome(world.bridge.environment['HOME']!);
    [channel] = world.channels as [string];
    expect(await world.bridge.startDaemon()).toEqual({ kind: 'ready' });
  });

  afterEach(async () => {
    await world.destroy();
    await api.close();
  });

  it.each(['queue', 'steer', 'interrupt'] as const)(
    '%s: each reaches the model once, and has its own outcome',
    async (mode) => {
      const { bridge, owner } = world;
      expect((await bridge.run('vai', ['queue', '1', '--mode', mode])).exitCode).toBe(0);
      expect(await bridge.json<SessionQueue>('queue', '1')).toMatchObject({ mode, effective: mode });
      const busy = await owner.say(channel, mode === 'interrupt' ? 'slow 60' : 'slow 6');
      await owner.seesReaction(channel, busy, '⚙️');
      const ids = [await owner.say(channel, 'say alpha'), await owner.say(channel, 'say omega')];
      for (const id of ids) await owner.seesReaction(channel, id, '✅', 60_000);
      await owner.seesReaction(channel, busy, mode === 'interrupt' ? '❌' : '✅');
      // What the model was told in the end: each of the two once, whether in one turn or in two.
      const told = (api.requests().at(-1)?.body ?? '').split('[discord @');
      for (const words of ['say alpha', 'say omega']) {
        expect(
          told.filter((part) => part.includes(words)),
          words,
        ).toHaveLength(1);
      }
      expect((await owner.heard(channel)).filter((text) => text === 'omega')).toHaveLength(1);
      expect((await bridge.json<SessionQueue>('queue', '1')).messages).toEqual([]);
    },
  );
});
