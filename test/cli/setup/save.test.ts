import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { mappedSessions, saveSessions, saveToken } from '../../../src/cli/setup/save.ts';
import type { SetupTools } from '../../../src/cli/setup/tools.ts';
import { parseSessionNumber } from '../../../src/model/session.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ScriptedAsker, SetupWorld } from './setup-world.ts';

let world: SetupWorld;
let tools: SetupTools;
beforeEach(async () => {
  world = await SetupWorld.open();
  tools = world.tools(new ScriptedAsker([]));
});
afterEach(() => world.close());

describe('saveToken', () => {
  it('begins a new file with the explained settings, with the token in its place', () => {
    saveToken(tools, 'a-new-token');
    expect(world.read('.env')).toMatch(/^DISCORD_BOT_TOKEN=a-new-token$/m);
    expect(world.read('.env')).toMatch(/^#LOCAL_PORT=8787$/m);
    expect(statSync(world.paths.envFile).mode & 0o777).toBe(0o600);
    expect(tools.config().config.discordToken).toBe('a-new-token');
  });

  it('understands a file that begins with a byte order mark, as the bridge does', () => {
    world.write('.env', '\u{feff}DISCORD_BOT_TOKEN=old\r\nLOG_LEVEL=debug\r\n');
    saveToken(tools, 'a-new-token');
    expect(tools.config().config).toMatchObject({ discordToken: 'a-new-token', logLevel: 'debug' });
  });

  it('keeps what else is set, and a backup', () => {
    world.write('.env', '# mine\nLOG_LEVEL=debug\n');
    expect(saveToken(tools, 'a-new-token')).toContain('.env.backup');
    expect(world.read('.env')).toBe('# mine\nLOG_LEVEL=debug\nDISCORD_BOT_TOKEN=a-new-token\n');
    expect(world.read('.env.backup')).toBe('# mine\nLOG_LEVEL=debug\n');
  });
});

describe('saveSessions', () => {
  it('MS-01: writes the map while no bridge runs on Discord; numbers are never given twice', async () => {
    mkdirSync(world.paths.state, { recursive: true });
    const stores = openStores(join(world.paths.state, 'bridge.db'));
    stores.records.claimNumber(parseSessionNumber(4)!);
    stores.close();
    mkdirSync(join(world.paths.workspace, 'session_2'), { recursive: true });
    world.write('sessions.json', `{"1":"${world.blog}"}`);
    world.bridge.running = { kind: 'local', state: 'ready', owned: true };
    const numbers = await saveSessions(tools, [
      { channel: world.shop, workDir: world.directory, trusted: true },
      { channel: world.blog },
    ]);
    expect(numbers).toEqual([5]);
    expect(JSON.parse(world.read('sessions.json'))).toEqual({
      1: world.blog,
      5: { channel: world.shop, workDir: world.directory, trusted: true },
    });
    expect(statSync(join(world.paths.attachments, 'session_5')).mode & 0o777).toBe(0o700);
    expect((await mappedSessions(tools)).map(({ number }) => number)).toEqual([1, 5]);
    expect(world.bridge.added).toEqual([]);
  });

  it('adds them through a bridge that runs on Discord', async () => {
    world.bridge.running = { kind: 'discord', state: 'ready', owned: true };
    expect(await saveSessions(tools, [{ channel: world.shop }, { channel: world.blog }])).toEqual([1, 2]);
    expect(world.bridge.added).toEqual([{ channel: world.shop }, { channel: world.blog }]);
    expect(await mappedSessions(tools)).toEqual([]);
  });

  it('changes nothing when one of them is no channel', async () => {
    world.write('sessions.json', `{"1":"${world.blog}"}`);
    await expect(saveSessions(tools, [{ channel: world.shop }, { channel: 'x' }])).rejects.toMatchObject({
      code: 'channel-invalid',
    });
    expect(JSON.parse(world.read('sessions.json'))).toEqual({ 1: world.blog });
  });
});
