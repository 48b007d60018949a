import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { Faults } from '../../src/local-discord/faults.ts';
import { until } from './support/until.ts';
import { makeWorld } from './support/world.ts';
import type { World, WorldOptions } from './support/world.ts';

let world: World;

afterEach(async () => {
  await world.destroy();
});

const downloads = /^\/attachments\//;

async function start(options: WorldOptions = {}): Promise<{ readonly channel: string; readonly faults: Faults }> {
  const faults = new Faults();
  world = await makeWorld({ faults, ...options });
  await world.bridge.startDaemon();
  const [channel = ''] = world.channels;
  return { channel, faults };
}

function bytesOf(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(randomBytes(size));
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function names(): readonly string[] {
  const folder = join(world.bridge.paths.attachments, 'session_1');
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe('MS-02: files that do not come at once', () => {
  it('a link that has expired is fetched by a fresh one; a download that breaks is begun again', async () => {
    const { channel, faults } = await start();
    const { owner, bridge } = world;
    const [first, second] = [bytesOf(300_000), bytesOf(300_000)];
    faults.attachmentLifetimeMs = 0;
    await owner.sayWithFiles(channel, 'read', [{ name: 'old.dat', bytes: first }]);
    await until(() => bridge.log().includes('file-link-expired') || bridge.log().includes('answered 404'), {
      what: 'an expired link',
    });
    faults.attachmentLifetimeMs = 24 * 3_600_000;
    await owner.hears(channel, new RegExp(`300000 bytes, sha256 ${hashOf(first)}`));

    faults.truncateAnswers({ path: downloads, times: 2 });
    await owner.sayWithFiles(channel, 'read', [{ name: 'broken.dat', bytes: second }]);
    await owner.hears(channel, new RegExp(`300000 bytes, sha256 ${hashOf(second)}`));
    expect(names().filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(names()).toHaveLength(2);
  });

  it('a file that never comes costs nobody the text: the agent is told, and the channel', async () => {
    const { channel, faults } = await start({ environment: { ATTACHMENTS_MAX_SIZE: '1MB', ATTACHMENTS_QUOTA: '2MB' } });
    const { owner } = world;
    faults.failRequests({ path: downloads }, { status: 400 });
    await owner.sayWithFiles(channel, 'one', [{ name: 'refused.png', bytes: 'x' }]);
    await owner.hears(
      channel,
      'You said: one\n[attachment "refused.png" could not be fetched: its server does not give it]',
    );
    await owner.hears(channel, /^📎 The file "refused\.png" did not reach the agent: .*without it\.$/s);

    await owner.sayWithFiles(channel, 'two', [{ name: 'large.bin', bytes: bytesOf(1_048_577) }]);
    await owner.hears(channel, /^You said: two\n\[attachment "large\.bin" could not be fetched: it is larger/);
    await owner.hears(channel, /"large\.bin" did not reach the agent: it is larger than 1\.0 MB\./);

    const files = [1, 2, 3].map((number) => ({ name: `${number}.bin`, bytes: bytesOf(1_000_000) }));
    await owner.sayWithFiles(channel, 'three', files);
    const answer = await owner.hears(channel, /^You said: three/);
    expect(answer.match(/^\[attached file: /gm)).toHaveLength(2);
    expect(answer.match(/could not be fetched: this session's files fill the space/g)).toHaveLength(1);
    expect(names()).toHaveLength(2);
  });
});

describe('BX-02: kill -9 in the middle of downloads', () => {
  it('they come all the same, once, and nothing half-written is left', async () => {
    const { channel } = await start();
    const { owner, bridge } = world;
    const contents = Array.from({ length: 3 }, () => bytesOf(7_000_000));
    const files = contents.map((bytes, index) => ({ name: `${index}.bin`, bytes }));
    const said = owner.sayWithFiles(channel, 'read', files);
    // This process is the server as well: between two looks it sends some more.
    const deadline = performance.now() + 20_000;
    while (!names().some((name) => name.endsWith('.part')) && performance.now() < deadline) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.kill(bridge.daemonPid ?? 0, 'SIGKILL');
    await said;
    const left = names();
    expect(left.filter((name) => name.endsWith('.part')).length).toBeGreaterThan(0);
    await bridge.endDaemon('SIGKILL');

    await bridge.startDaemon();
    for (const bytes of contents) {
      await owner.hears(channel, new RegExp(`7000000 bytes, sha256 ${hashOf(bytes)}`), 60_000);
    }
    expect(names().filter((name) => name.endsWith('.part'))).toEqual([]);
    const heard = (await owner.heard(channel)).join('\n');
    for (const bytes of contents) expect(heard.split(hashOf(bytes))).toHaveLength(2);
    expect(bridge.log()).toContain('half-written files of the last run removed');
  });

  it('one that was stored and is gone is fetched again', async () => {
    const { channel } = await start();
    const { owner, bridge } = world;
    const busy = await owner.say(channel, 'busy 600');
    await owner.seesReaction(channel, busy, '⚙️');
    const bytes = bytesOf(100_000);
    await owner.sayWithFiles(channel, 'read', [{ name: 'a.bin', bytes }]);
    await until(() => names().length === 1 && !names()[0]?.endsWith('.part'), { what: 'a stored file' });
    await until(() => bridge.log().includes('file of a message settled'), { what: 'its record' });
    await bridge.endDaemon('SIGKILL');
    const [name = ''] = names();
    rmSync(join(bridge.paths.attachments, 'session_1', name));
    await bridge.startDaemon();
    expect((await bridge.run('vai', ['interrupt', '1'])).exitCode).toBe(0);
    await owner.hears(channel, new RegExp(`100000 bytes, sha256 ${hashOf(bytes)}`), 60_000);
  });
});
