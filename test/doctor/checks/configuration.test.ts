import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { mapsCheck, settingsCheck } from '../../../src/doctor/checks/configuration.ts';
import { DoctorWorld, faultsOf, idsOf } from '../doctor-world.ts';

const channel = '123456789012345678';
const token = 'secret-token-of-the-bot';

let world: DoctorWorld;
beforeEach(() => {
  world = new DoctorWorld();
});
afterEach(() => world.close());

describe('settingsCheck', () => {
  it('finds every bad value, and shows no secret', async () => {
    world.write('config/.env', `DISCORD_BOT_TOKEN="${token} x"\nDEFAULT_SESSION=zero\nLANGUGE=en\nLOG_LEVL=info\n`);
    const faults = await faultsOf(settingsCheck(world.look()));
    expect(faults[0]).toMatchObject({
      id: 'config-invalid',
      says: expect.stringMatching(/DISCORD_BOT_TOKEN.*DEFAULT_SESSION/),
    });
    expect(faults.slice(1)).toMatchObject([
      { id: 'config-warning' },
      { id: 'config-warning', says: expect.stringContaining('did you mean LOG_LEVEL?') },
    ]);
    expect(JSON.stringify(faults)).not.toContain(token);
  });

  it('sends nobody into an editor, or another file, for the permissions of one that holds secrets', async () => {
    world.write('config/.env', `DISCORD_BOT_TOKEN=${token}\n`);
    chmodSync(world.look().paths.envFile, 0o644);
    const [found] = await faultsOf(settingsCheck(world.look()));
    expect(found).toMatchObject({ id: 'config-warning', says: expect.stringMatching(/run: chmod 600 \S+$/) as string });
    expect(found?.do).toBe('Correct it, then: vai restart');
  });

  it('finds an unknown key of bridge.json with the nearest name, and broken JSON', async () => {
    world.write('config/bridge.json', '{"claude":{"comand":"x"}}');
    expect(await faultsOf(settingsCheck(world.look()))).toMatchObject([
      { id: 'config-invalid', says: expect.stringContaining('did you mean "claude.command"') },
    ]);
    world.write('config/bridge.json', '{');
    expect(await idsOf(settingsCheck(world.look()))).toEqual(['config-invalid']);
  });

  it('finds nothing wrong with good settings', async () => {
    world.write('config/.env', 'LOG_LEVEL=debug\n');
    expect(await idsOf(settingsCheck(world.look()))).toEqual([]);
  });
});

describe('mapsCheck', () => {
  it('MS-01: finds a channel twice, in either map', async () => {
    world.write('config/sessions.json', `{"1":"${channel}","2":"${channel}"}`);
    world.write('config/sessions.local.json', `{"1":"${channel}","1":"${channel}"}`);
    expect(await faultsOf(mapsCheck(world.look()))).toMatchObject([
      { id: 'map-invalid', says: expect.stringContaining(`channel ${channel} to two sessions, 1 and 2`) },
      { id: 'map-invalid', says: expect.stringContaining('names session "1" twice') },
    ]);
  });

  it('finds a directory that is missing and an agent that there is not', async () => {
    const workDir = join(world.directory, 'project');
    world.write('config/sessions.json', JSON.stringify({ 1: { channel, workDir, agent: 'clade' } }));
    expect(await faultsOf(mapsCheck(world.look()))).toMatchObject([
      { id: 'map-directory-missing', do: `mkdir -p ${workDir}, then: vai recover 1` },
      { id: 'map-agent-unknown', says: expect.stringContaining('"clade"') },
    ]);
    world.write('config/sessions.json', JSON.stringify({ 1: { channel, workDir: `/${'x'.repeat(300)}` } }));
    expect(await idsOf(mapsCheck(world.look()))).toEqual(['map-directory-missing']);
    mkdirSync(workDir);
    world.write('config/sessions.json', JSON.stringify({ 1: { channel, workDir } }));
    expect(await idsOf(mapsCheck(world.look()))).toEqual([]);
  });

  it('finds an empty map when there is a token', async () => {
    expect(await idsOf(mapsCheck(world.look()))).toEqual([]);
    expect(await idsOf(mapsCheck(world.look({ DISCORD_BOT_TOKEN: token })))).toEqual(['map-empty']);
  });

  it('finds a default session that is not in the map', async () => {
    world.write('config/sessions.local.json', `{"2":"${channel}"}`);
    expect(await idsOf(mapsCheck(world.look()))).toEqual([]);
    expect(await idsOf(mapsCheck(world.look({ DEFAULT_SESSION: '7' })))).toEqual(['map-default-missing']);
  });
});
