import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ChatTransport } from '../../src/contracts/chat.ts';
import { openUploads, uploadName } from '../../src/discord/uploads.ts';
import { chatHandlers } from '../fakes/chat-handlers.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { eventually } from '../eventually.ts';
import { openLocalWorld, postsPath } from './local-world.ts';
import type { LocalWorld } from './local-world.ts';

const withFiles = z.object({
  content: z.string(),
  attachments: z.array(z.object({ filename: z.string(), size: z.number(), url: z.string() })),
});

describe('files of a message', () => {
  let world: LocalWorld;
  let transport: ChatTransport;
  let directory: string;

  beforeEach(async () => {
    world = await openLocalWorld();
    transport = world.transport();
    directory = temporaryDirectory();
    await transport.connect(chatHandlers());
  });

  afterEach(() => world.close());

  const file = (name: string, content: string): { path: string; name: string } => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return { path, name };
  };
  const send = (text: string, files: readonly { path: string; name: string }[]): Promise<string> =>
    transport.send({ channel: world.channel, text, nonce: text, files });
  const seen = async (id: string): Promise<z.infer<typeof withFiles>> =>
    withFiles.parse(await world.request('GET', `/channels/${world.channel}/messages/${id}`));

  it('go with its text, in order, whole', async () => {
    const long = 'line\n'.repeat(100_000);
    const message = await seen(await send('two files', [file('a.txt', 'first'), file('b.log', long)]));
    expect(message.content).toBe('two files');
    expect(message.attachments.map(({ filename, size }) => [filename, size])).toEqual([
      ['a.txt', 5],
      ['b.log', long.length],
    ]);
    expect(await (await fetch(message.attachments[1]!.url)).text()).toBe(long);
  });

  it('are what lies at their path itself, not what a link leads to that somebody put there since', async () => {
    const secret = file('secret.txt', 'nobody else shall read this');
    const swapped = { path: join(directory, 'swapped.txt'), name: 'swapped.txt' };
    symlinkSync(secret.path, swapped.path);
    mkdirSync(join(directory, 'inside'));
    symlinkSync(directory, join(directory, 'inside', 'up'));
    const through = { path: join(directory, 'inside', 'up', 'secret.txt'), name: 'secret.txt' };
    for (const one of [swapped, through]) {
      await expect(openUploads([one])).rejects.toMatchObject({ code: 'file-unreadable' });
    }
    expect(await openUploads([secret])).toHaveLength(1);
  });

  it('need no text', async () => {
    const id = await transport.send({ channel: world.channel, text: '', nonce: 'n', files: [file('a.txt', 'x')] });
    expect(await seen(id)).toMatchObject({ content: '', attachments: [{ filename: 'a.txt' }] });
  });

  it('are posted once with the same nonce', async () => {
    world.faults.resetRequests({ method: 'POST', path: postsPath }, 'after');
    const files = [file('a.txt', 'x')];
    await expect(send('once', files)).rejects.toMatchObject({ code: 'chat-unavailable', happened: 'unknown' });
    await send('once', files);
    expect(await world.messages()).toHaveLength(1);
  });

  it('that are too large for the server are told as that', async () => {
    world.faults.largestFileBytes = 1000;
    await expect(send('x', [file('large.bin', 'x'.repeat(1001))])).rejects.toMatchObject({
      code: 'chat-too-large',
      happened: 'not-done',
    });
    expect(await world.messages()).toEqual([]);
  });

  it('an answer that comes before they are read breaks nothing, however often', async () => {
    const files = [file('a.txt', 'x'.repeat(200_000))];
    world.faults.failRequests({ method: 'POST', path: postsPath, times: 10 }, { status: 503 });
    for (let tries = 0; tries < 10; tries += 1) {
      await expect(send('early', files)).rejects.toMatchObject({ code: 'chat-unavailable' });
    }
    expect((await seen(await send('early', files))).attachments).toMatchObject([{ filename: 'a.txt', size: 200_000 }]);
    expect(await world.messages()).toHaveLength(1);
  });

  it('that cannot be read are named, and the server is asked nothing', async () => {
    const folder = join(directory, 'folder');
    mkdirSync(folder);
    for (const path of [join(directory, 'missing.txt'), folder]) {
      await expect(send('x', [{ path, name: 'gone.txt' }])).rejects.toMatchObject({
        code: 'file-unreadable',
        happened: 'not-done',
        message: expect.stringContaining('"gone.txt"'),
      });
    }
    expect(await world.messages()).toEqual([]);
  });

  it('that change while they wait for their turn are sent as they are then, never by halves', async () => {
    world.faults.limitRate({ method: 'POST', path: postsPath, limit: 1, windowMs: 500 });
    await transport.send({ channel: world.channel, text: 'first', nonce: 'first' });
    const changing = file('growing.log', 'x'.repeat(1000));
    const waiting = send('second', [changing]);
    truncateSync(changing.path, 10);
    expect((await seen(await waiting)).attachments).toMatchObject([{ filename: 'growing.log', size: 10 }]);
  });

  it('may take three minutes on their way', async () => {
    const clock = new ManualClock();
    const patient = world.transport({ clock });
    await patient.connect(chatHandlers());
    world.faults.delayRequests({ method: 'POST', path: postsPath }, 1500, 'after');
    const slow = patient.send({ channel: world.channel, text: 'slow', nonce: 'n', files: [file('a.txt', 'x')] });
    await eventually(async () => expect(await world.messages()).toHaveLength(1));
    await clock.advance(179_000);
    await expect(slow).resolves.toMatch(/^\d+$/);
  });

  it('do not fill the memory', async () => {
    const path = join(directory, 'huge.bin');
    writeFileSync(path, '');
    truncateSync(path, 400 * 1024 * 1024);
    world.faults.largestFileBytes = 1;
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 5);
    await send('huge', [{ path, name: 'huge.bin' }]).catch(() => undefined);
    clearInterval(watch);
    expect(most - before).toBeLessThan(200 * 1024 * 1024);
  }, 30_000);

  it('of which no server could take so much are not sent at all', async () => {
    const path = join(directory, 'endless.bin');
    writeFileSync(path, '');
    truncateSync(path, 501 * 1024 * 1024);
    await expect(send('x', [{ path, name: 'endless.bin' }])).rejects.toMatchObject({
      code: 'chat-too-large',
      message: expect.stringContaining('501 MiB: endless.bin'),
    });
  });
});

describe('uploadName', () => {
  it.each([
    ['notes.txt', 'notes.txt'],
    ['日本語 メモ.md', '日本語 メモ.md'],
    ['/etc/passwd', 'passwd'],
    ['..\\..\\x.bat', 'x.bat'],
    ['a"b\r\nContent-Type: x.txt', 'a"bContent-Type: x.txt'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['..', 'file'],
    ['', 'file'],
    [' \u0000 ', 'file'],
    [`${'x'.repeat(300)}.png`, `${'x'.repeat(196)}.png`],
  ])('makes of %j only a name', (name, expected) => {
    expect(uploadName(name)).toBe(expected);
  });
});
