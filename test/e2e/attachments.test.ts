import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
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
const pngBegin = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** A picture, as far as its first bytes go. */
function picture(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat([pngBegin, randomBytes(size - pngBegin.byteLength)]));
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function start(options: WorldOptions = {}): Promise<{ readonly channel: string; readonly faults: Faults }> {
  const faults = new Faults();
  world = await makeWorld({ faults, ...options });
  await world.bridge.startDaemon();
  const [channel = ''] = world.channels;
  return { channel, faults };
}

function folder(session = 1): string {
  return join(world.bridge.paths.attachments, `session_${session}`);
}

describe('MS-02: files that people send', () => {
  it('reach the agent byte for byte, in a private folder, under names of the bridge', async () => {
    const { channel } = await start();
    const { owner } = world;
    const files = [
      { name: 'photo.png', bytes: picture(2_000_000) },
      { name: 'notes.md', bytes: new Uint8Array(Buffer.from('# Notes\n')) },
      { name: 'empty', bytes: new Uint8Array(0) },
    ];
    await owner.sayWithFiles(channel, 'read', files);
    for (const { bytes } of files) {
      await owner.hears(channel, new RegExp(`: ${bytes.byteLength} bytes, sha256 ${hashOf(bytes)}$`, 'm'));
    }
    const shape = /^(IMG|FILE)_\d{8}_\d{6}_[0-9a-f]{6}\.(png|md|txt)$/;
    const names = readdirSync(folder()).sort();
    expect(names.map((name) => shape.exec(name)?.slice(1).join(' ')).sort()).toEqual([
      'FILE md',
      'FILE txt',
      'IMG png',
    ]);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    for (const name of names) expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600);

    await owner.sayWithFiles(channel, '', [{ name: 'only a file.png', bytes: picture(1_258_291) }]);
    const line = String.raw`\[attached image: ${folder()}/IMG_\S+\.png \(original name "only( a |_a_)file\.png", 1\.2 MB\)\]`;
    await owner.hears(channel, new RegExp(`^You said: ${line}$`));
  });

  it('message.txt is the text; a voice message is a file, and what the configured command hears in it', async () => {
    const { channel } = await start({ environment: { ATTACHMENTS_TRANSCRIBE: 'wc -c' } });
    const { owner } = world;
    const words = `first line\n${'日本 '.repeat(200)}last words`;
    await owner.sayWithFiles(channel, 'so:', [{ name: 'message.txt', bytes: words }]);
    await owner.hears(channel, `You said: so:\n${words}`);
    expect(readdirSync(folder())).toEqual([]);

    const voice = { name: 'voice-message.ogg', bytes: 'OggS\0\u0002 and more' };
    const about = { flags: 8192, attachments: [{ id: '0', duration_secs: 3.4, waveform: 'AAAA' }] };
    await owner.sayWithFiles(channel, '', [voice], about);
    const line = String.raw`\[attached voice message: (\S+\.ogg) \(original name "voice-message\.ogg", 3 s, 15 B\)\]`;
    await owner.hears(channel, new RegExp(String.raw`^You said: ${line}\n\[what is said in it:\]\n15 \1$`));
  });

  it('30 at once, in three messages: all come, in order, and nobody waits for anybody else', async () => {
    const { channel, faults } = await start({ sessions: 2 });
    const { owner, channels } = world;
    const contents = Array.from({ length: 30 }, () => picture(200_000));
    faults.delayRequests({ path: downloads, times: 30 }, 300, 'before');
    for (const part of [0, 1, 2]) {
      const files = contents.slice(part * 10, part * 10 + 10).map((bytes, index) => ({ name: `${index}.png`, bytes }));
      await owner.sayWithFiles(channel, 'read', files);
    }
    await owner.say(channels[1]!, 'meanwhile, elsewhere');
    await owner.hears(channels[1]!, 'You said: meanwhile, elsewhere');
    for (const bytes of contents) await owner.hears(channel, new RegExp(hashOf(bytes)), 60_000);
    const heard = (await owner.heard(channel)).join('\n');
    const order = contents.map((bytes) => heard.indexOf(hashOf(bytes)));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(readdirSync(folder())).toHaveLength(30);
  });

  it('those that take long are told of in one line that changes; later messages keep their order', async () => {
    const { channel, faults } = await start();
    const { owner } = world;
    faults.delayRequests({ path: downloads }, 6_000, 'before');
    await owner.sayWithFiles(channel, 'look', [{ name: 'big.png', bytes: picture(1_048_576) }]);
    await owner.say(channel, 'later');
    await owner.hears(channel, /^⏳ Fetching your file: 0 B of 1\.0 MB\./);
    await owner.hears(channel, 'You said: later');
    const heard = await owner.heard(channel);
    expect(heard).toHaveLength(3);
    expect(heard[1]).toMatch(/^You said: look\n\[attached image: /);
    await owner.hears(channel, '📎 Your file is here (1.0 MB).');
  });

  it('go with a message that its author deletes before the agent has it', async () => {
    const { channel } = await start();
    const { owner, bridge } = world;
    const busy = await owner.say(channel, 'busy 600');
    await owner.seesReaction(channel, busy, '⚙️');
    const id = await owner.sayWithFiles(channel, 'never mind', [{ name: 'a.png', bytes: picture(1_000) }]);
    const files = (): readonly string[] => (existsSync(folder()) ? readdirSync(folder()) : []);
    await until(() => files().length === 1, { what: 'a stored file' });
    await owner.remove(channel, id);
    await until(() => files().length === 0, { what: 'an empty folder' });
    expect((await bridge.run('vai', ['interrupt', '1'])).exitCode).toBe(0);
    await owner.say(channel, 'after');
    await owner.hears(channel, 'You said: after');
    expect((await owner.heard(channel)).join()).not.toContain('never mind');
  });
});
