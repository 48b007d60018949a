import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runUnattended } from '../../../src/cli/setup/unattended.ts';
import type { UnattendedOptions } from '../../../src/cli/setup/unattended.ts';
import { ScriptedAsker, SetupWorld } from './setup-world.ts';

let world: SetupWorld;
beforeEach(async () => {
  world = await SetupWorld.open();
});
afterEach(() => world.close());

async function run(token: string, options: Partial<UnattendedOptions> = {}): Promise<string> {
  const tokenFile = join(world.directory, 'token');
  writeFileSync(tokenFile, `${token}\n`);
  const done = await runUnattended(world.tools(new ScriptedAsker([])), {
    tokenFile,
    channels: [],
    start: false,
    ...options,
  });
  return done.join('\n');
}

describe('runUnattended', () => {
  it('writes token and map, starts the bridge, and says what is left to do', async () => {
    const done = await run(world.server.botToken, {
      channels: [world.shop, `${world.blog}=${world.directory}`],
      start: true,
    });
    expect(world.read('.env')).toContain(`DISCORD_BOT_TOKEN=${world.server.botToken}\n`);
    expect(JSON.parse(world.read('sessions.json'))).toEqual({
      1: world.shop,
      2: { channel: world.blog, workDir: world.directory },
    });
    expect(world.bridge.restarts).toBe(1);
    expect(done).toContain('vai pair');
    expect(done).not.toContain(world.server.botToken);
  });

  it('takes a directory with blanks around it', async () => {
    await run(world.server.botToken, { channels: [`${world.shop}= ${world.directory} `] });
    expect(JSON.parse(world.read('sessions.json'))).toEqual({ 1: { channel: world.shop, workDir: world.directory } });
  });

  it('may be run again', async () => {
    await run(world.server.botToken, { channels: [world.shop] });
    expect(await run(world.server.botToken, { channels: [world.shop] })).toContain('is set already');
    expect(JSON.parse(world.read('sessions.json'))).toEqual({ 1: world.shop });
    expect(existsSync(`${world.paths.envFile}.backup`)).toBe(false);
  });

  it('does not start without --yes', async () => {
    expect(await run(world.server.botToken)).toContain('vai restart');
    expect(world.bridge.restarts).toBe(0);
  });

  it.each<[string, () => Promise<string>, string]>([
    ['a wrong token', () => run('wrong-token-wrong-token'), 'token-wrong'],
    ['no token', () => run(''), 'usage'],
    ['no file', () => run('x', { tokenFile: '/no/such/file' }), 'usage'],
    ['no channel id', () => run(world.server.botToken, { channels: ['12'] }), 'usage'],
    ['no such directory', () => run(world.server.botToken, { channels: [`${world.shop}=/no/such`] }), 'usage'],
    [
      'a channel twice',
      () => run(world.server.botToken, { channels: [world.shop, `${world.shop}=${world.directory}`] }),
      'usage',
    ],
    [
      'a channel that is not seen',
      () => run(world.server.botToken, { channels: ['111111111111111111'] }),
      'channel-unseen',
    ],
  ])('refuses %s, and changes nothing', async (_name, attempt, code) => {
    await expect(attempt()).rejects.toMatchObject({ code });
    expect(existsSync(world.paths.home)).toBe(false);
  });

  it('refuses to write a token that one of the environment would win over', async () => {
    world.environment['DISCORD_BOT_TOKEN'] = 'another-token-another-token';
    await expect(run(world.server.botToken)).rejects.toMatchObject({
      code: 'token-in-environment',
      advice: expect.stringContaining('unset DISCORD_BOT_TOKEN'),
    });
    expect(existsSync(world.paths.home)).toBe(false);
    world.environment['DISCORD_BOT_TOKEN'] = world.server.botToken;
    expect(await run(world.server.botToken)).toContain('is set already');
  });

  it('does not take a network that fails for a channel that is not seen', async () => {
    world.faults.failRequests({ path: /channels/ }, { status: 503, body: 'down' });
    await expect(run(world.server.botToken, { channels: [world.shop] })).rejects.toMatchObject({
      code: 'discord-offline',
      message: expect.stringContaining(world.shop),
    });
    expect(existsSync(world.paths.home)).toBe(false);
  });

  it('tells a missing intent and an unreachable server', async () => {
    world.faults.failRequests({ path: /applications/ }, { status: 200, body: { id: '7', name: 'x', flags: 0 } });
    await expect(run(world.server.botToken)).rejects.toMatchObject({ code: 'intent-missing' });
    await world.faults.goAway();
    await expect(run(world.server.botToken)).rejects.toMatchObject({ code: 'discord-offline' });
    expect(existsSync(world.paths.home)).toBe(false);
  });
});
