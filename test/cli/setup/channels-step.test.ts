import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { chooseChannels, judgeDirectory } from '../../../src/cli/setup/channels-step.ts';
import type { WantedSession } from '../../../src/cli/setup/tools.ts';
import { parseChannelId, parseSessionNumber } from '../../../src/model/session.ts';
import { ScriptedAsker, SetupWorld } from './setup-world.ts';
import type { Answers } from './setup-world.ts';

let world: SetupWorld;
beforeEach(async () => {
  world = await SetupWorld.open();
});
afterEach(() => world.close());

async function run(
  answers: Answers,
  mapped: readonly string[] = [],
): Promise<{ wanted: readonly WantedSession[]; shown: string }> {
  const asker = new ScriptedAsker(answers);
  const entries = mapped.map((channel, index) => ({
    number: parseSessionNumber(index + 1)!,
    channel: parseChannelId(channel)!,
  }));
  const servers = [{ id: world.server.guildId, name: 'Local' }];
  const wanted = await chooseChannels(world.tools(asker), world.server.botToken, servers, entries);
  expect(asker.left).toBe(0);
  return { wanted, shown: asker.shown.join('\n') };
}

describe('chooseChannels', () => {
  it('asks for a directory of each chosen channel, and for trust in it', async () => {
    const project = join(world.directory, 'project');
    mkdirSync(project);
    const { wanted, shown } = await run([
      ['Which channels', [world.shop, world.blog]],
      ['#shop work?', join(world.directory, 'nowhere')],
      ['#shop work?', project],
      ['May the agent trust', true],
      ['#blog work?', ''],
    ]);
    expect(wanted).toEqual([{ channel: world.shop, workDir: project, trusted: true }, { channel: world.blog }]);
    expect(shown).toContain('is not a directory');
  });

  it('leaves out channels that have a session, and says so', async () => {
    const { wanted, shown } = await run([['Which channels', []]], [world.shop]);
    expect(wanted).toEqual([]);
    expect(shown).toContain('Session 1 is in #shop already.');
  });

  it('asks nothing when there is nothing to choose', async () => {
    expect((await run([], [world.shop, world.blog])).shown).toContain('no other channel');
  });

  it('tells what the bot may not do in a chosen channel', async () => {
    world.faults.failRequests({ path: /members/ }, { status: 200, body: { roles: [] } });
    world.faults.failRequests(
      { path: /roles/ },
      { status: 200, body: `[{"id":"${world.server.guildId}","permissions":"1024"}]` },
    );
    const { shown } = await run([
      ['Which channels', [world.shop]],
      ['#shop work?', ''],
    ]);
    expect(shown).toContain('In #shop the bot lacks: Send Messages');
  });
});

it.each([
  ['', undefined],
  ['~', undefined],
  ['/', undefined],
  ['relative/path', /whole path/],
  ['/no/such/directory', /is not a directory/],
  [`/${'x'.repeat(300)}`, /is not a directory/],
  ['/a\u0000b', /is not a directory/],
])('judges the directory %j', (text, words) => {
  if (words === undefined) expect(judgeDirectory(text)).toBeUndefined();
  else expect(judgeDirectory(text)).toMatch(words);
});
