import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findToken, judgeForm, judgeToken } from '../../../src/cli/setup/token-step.ts';
import type { GoodToken } from '../../../src/cli/setup/token-step.ts';
import { ScriptedAsker, SetupWorld } from './setup-world.ts';
import type { Answers } from './setup-world.ts';

let world: SetupWorld;
beforeEach(async () => {
  world = await SetupWorld.open();
});
afterEach(() => world.close());

async function run(answers: Answers): Promise<{ token: GoodToken | undefined; shown: string }> {
  const asker = new ScriptedAsker(answers);
  const token = await findToken(world.tools(asker));
  expect(asker.left).toBe(0);
  return { token, shown: asker.shown.join('\n') };
}

const wrong = 'wrong-token-wrong-token';

describe('findToken', () => {
  it('explains the clicks, takes a good token and never shows it', async () => {
    const { token, shown } = await run([
      ['Connect Discord', true],
      ['Paste', `Bot ${world.server.botToken} `],
    ]);
    expect(token).toMatchObject({ token: world.server.botToken, bot: 'claude-bridge', isSet: false });
    for (const words of ['New Application', 'Message Content Intent', 'Reset Token']) expect(shown).toContain(words);
    expect(shown).not.toContain(world.server.botToken);
  });

  it('asks again after a wrong one, with what to do', async () => {
    const { token, shown } = await run([
      ['Connect Discord', true],
      ['Paste', wrong],
      ['Paste', world.server.botToken],
    ]);
    expect(token?.token).toBe(world.server.botToken);
    expect(shown).toContain('Discord does not accept this token.');
    expect(shown).not.toContain(wrong);
  });

  it('tells offline from wrong, and tries again with the same token', async () => {
    world.faults.failRequests({}, { status: 503, body: 'down' });
    const { token, shown } = await run([
      ['Connect Discord', true],
      ['Paste', world.server.botToken],
      ['Try again', true],
    ]);
    expect(token?.bot).toBe('claude-bridge');
    expect(shown).toContain('Discord cannot be reached');
    expect(shown).not.toContain('does not accept');
  });

  it('waits until the intent is on', async () => {
    world.faults.failRequests({ path: /applications/ }, { status: 200, body: { id: '7', name: 'My Bot', flags: 0 } });
    const { token, shown } = await run([
      ['Connect Discord', true],
      ['Paste', world.server.botToken],
      ['Is it on?', true],
    ]);
    expect(token?.bot).toBe('claude-bridge');
    expect(shown).toContain('https://discord.com/developers/applications/7/bot');
  });

  it('skips what is set and good', async () => {
    world.write('.env', `DISCORD_BOT_TOKEN=${world.server.botToken}\n`);
    const { token, shown } = await run([]);
    expect(token).toMatchObject({ isSet: true, token: world.server.botToken });
    expect(shown).toContain('A token is set already: DISCORD_BOT_TOKEN in');
    expect(shown).not.toContain(world.server.botToken);
  });

  it('asks for another one when what is set is wrong', async () => {
    world.write('.env', `DISCORD_BOT_TOKEN=${wrong}\n`);
    const { token } = await run([
      ['Connect Discord', true],
      ['Paste', world.server.botToken],
    ]);
    expect(token?.isSet).toBe(false);
  });

  it('says that a wrong token of the environment wins over the file', async () => {
    world.environment['DISCORD_BOT_TOKEN'] = wrong;
    await expect(run([])).rejects.toMatchObject({
      code: 'token-in-environment',
      advice: expect.stringContaining('unset DISCORD_BOT_TOKEN'),
    });
  });

  it('gives up when no Discord is wanted', async () => {
    expect((await run([['Connect Discord', false]])).token).toBeUndefined();
  });

  it('leaves with Ctrl-C', async () => {
    await expect(
      run([
        ['Connect Discord', true],
        ['Paste', 'leave'],
      ]),
    ).rejects.toMatchObject({ code: 'setup-cancelled' });
  });
});

it('tells a rate limit from a wrong token', async () => {
  world.faults.failRequests({}, { status: 429, headers: { 'Retry-After': '7' }, body: {} });
  expect(await judgeToken(world.tools(new ScriptedAsker([])), world.server.botToken)).toEqual({
    kind: 'offline',
    words: 'Discord asks to wait 7 s.',
  });
});

it.each([
  ['', /Paste the token/],
  ['   ', /Paste the token/],
  ['short', /too short/],
  ['two words of a long sentence', /no blanks/],
  ['tökentökentökentöken', /beyond ASCII/],
  ['Bot abcdefghijklmnopqrstuvwxyz', undefined],
])('judges the form of %j', (text, words) => {
  const wrongForm = judgeForm(text);
  if (words === undefined) expect(wrongForm).toBeUndefined();
  else expect(wrongForm).toMatch(words);
});
