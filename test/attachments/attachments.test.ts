import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describe, expect, it, vi } from 'vitest';

import { Attachments } from '../../src/attachments/attachments.ts';
import type { AttachmentsOptions } from '../../src/attachments/attachments.ts';
import { FileWriter } from '../../src/attachments/file-writer.ts';
import type { FileRequest } from '../../src/contracts/attachments.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { one, two } from '../storage/records.ts';
import { refusal } from '../storage/refusal.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { fileServer, serverOf } from './file-server.ts';

const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(5_000, 7)]);

function world(change: Partial<AttachmentsOptions> = {}) {
  const directory = join(temporaryDirectory(), 'attachments');
  let marks = 0;
  const attachments = new Attachments({
    directory,
    maxSize: 1_000_000,
    quota: 3_000_000,
    transcribe: [],
    environment: { PATH: process.env['PATH'] ?? '' },
    clock: new ManualClock(),
    mark: () => `${(marks += 1)}`.padStart(6, '0'),
    ...change,
  });
  const fetch = (request: Partial<FileRequest> & { readonly url: string }, signal = new AbortController().signal) =>
    attachments.fetch({ session: one, name: 'a.png', size: 0, isVoice: false, ...request }, signal, () => undefined);
  const names = (session = 1): readonly string[] => {
    const folder = join(directory, `session_${session}`);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  };
  return { directory, attachments, fetch, names };
}

const never = new AbortController().signal;

describe('MS-02: files of a session', () => {
  it('lie in its own private folder, as they came, under a name of ours', async () => {
    const { directory, fetch } = world();
    const stored = await fetch({ url: await serverOf(png), size: png.byteLength });
    expect(stored).toEqual({ path: expect.any(String), size: png.byteLength, sort: 'image' });
    expect(dirname(stored.path)).toBe(join(directory, 'session_1'));
    expect(basename(stored.path)).toMatch(/^IMG_\d{8}_\d{6}_000001\.png$/);
    expect(readFileSync(stored.path).equals(png)).toBe(true);
    expect(statSync(stored.path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(stored.path)).mode & 0o777).toBe(0o700);
  });

  it('MS-10: a folder that is open to others is closed', async () => {
    const { directory, fetch } = world();
    mkdirSync(join(directory, 'session_1'), { recursive: true });
    chmodSync(join(directory, 'session_1'), 0o755);
    await fetch({ url: await serverOf(png) });
    expect(statSync(join(directory, 'session_1')).mode & 0o777).toBe(0o700);
  });

  it.each(['../../x', '/etc/passwd', 'a\0.png', `${'n'.repeat(300)}.png`, '\u202egnp.exe', '', '.', 'CON', 'a\nb.png'])(
    'a name like %j goes nowhere',
    async (name) => {
      const { directory, fetch, names } = world();
      const { path } = await fetch({ url: await serverOf(Buffer.from('some words')), name });
      expect(dirname(path)).toBe(join(directory, 'session_1'));
      expect(names()).toHaveLength(1);
      expect(names()[0]).toMatch(/^FILE_\d{8}_\d{6}_\d{6}\.[a-z]{3}$/);
    },
  );

  it('small and empty ones as well', async () => {
    const { fetch } = world();
    expect(await fetch({ url: await serverOf(Buffer.from('x')), name: 'x.md' })).toMatchObject({ size: 1 });
    const empty = await fetch({ url: await serverOf(Buffer.alloc(0)), name: 'nothing' });
    expect(empty).toMatchObject({ size: 0, sort: 'file' });
    expect(statSync(empty.path).size).toBe(0);
  });

  it('a voice message is one whatever it is made of', async () => {
    const { fetch } = world();
    const stored = await fetch({
      url: await serverOf(Buffer.from('OggS\0\x02')),
      name: 'voice-message.ogg',
      isVoice: true,
    });
    expect(stored.sort).toBe('voice');
    expect(stored.path).toMatch(/FILE_.*\.ogg$/);
  });

  it('MS-16: a name that is taken gets a suffix, and nothing is overwritten', async () => {
    const { directory, fetch, names } = world({ mark: () => 'abcdef' });
    const first = await fetch({ url: await serverOf(png) });
    writeFileSync(first.path, 'precious');
    const second = await fetch({ url: await serverOf(png) });
    expect(second.path).toBe(first.path.replace(/\.png$/, '_2.png'));
    expect([first.renamed, second.renamed]).toEqual([undefined, true]);
    expect(readFileSync(first.path, 'utf8')).toBe('precious');
    symlinkSync(join(directory, 'elsewhere'), first.path.replace(/\.png$/, '_3.png'));
    symlinkSync(join(directory, 'elsewhere'), first.path.replace(/\.png$/, '_4.png.part'));
    const third = await fetch({ url: await serverOf(png) });
    expect(basename(third.path)).toMatch(/_5\.png$/);
    expect(existsSync(join(directory, 'elsewhere'))).toBe(false);
    expect(names()).toHaveLength(5);
  });

  it('two of the same name at once do not meet', async () => {
    const { fetch } = world({ mark: () => 'abcdef' });
    const url = await serverOf(png);
    const all = await Promise.all([fetch({ url }), fetch({ url }), fetch({ url, session: two })]);
    expect(new Set(all.map(({ path }) => path)).size).toBe(3);
    for (const { path } of all) expect(readFileSync(path).equals(png)).toBe(true);
  });

  it('one that somebody put in its place meanwhile is not overwritten either', async () => {
    const { directory, fetch } = world({ mark: () => 'abcdef' });
    let end = (): void => undefined;
    const url = await fileServer((_request, response) => {
      response.write(png);
      end = () => void response.end('.');
    });
    const running = fetch({ url });
    const folder = join(directory, 'session_1');
    await expect.poll(() => existsSync(folder) && readdirSync(folder).length).toBe(1);
    const [part = ''] = readdirSync(folder);
    writeFileSync(join(folder, part.replace(/\.part$/, '')), 'precious');
    end();
    const { path, renamed } = await running;
    expect([renamed, basename(path)]).toEqual([true, expect.stringMatching(/_2\.png$/)]);
    expect(readFileSync(join(folder, part.replace(/\.part$/, '')), 'utf8')).toBe('precious');
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('what goes wrong with a file', () => {
  it('larger than announced and than the limit: nothing is left of it', async () => {
    const { fetch, names } = world({ maxSize: 4_500 });
    await expect(fetch({ url: await serverOf(png), size: 10 })).rejects.toThrow(refusal('file-too-large'));
    const url = await fileServer((_request, response) => {
      response.write(png.subarray(0, 4_200));
      response.end(png);
    });
    await expect(fetch({ url, size: 10 })).rejects.toThrow(refusal('file-too-large'));
    expect(names()).toEqual([]);
  });

  it('announced as endless and small: it is taken', async () => {
    const { fetch } = world();
    const url = await serverOf(png);
    await expect(fetch({ url, size: Number.MAX_SAFE_INTEGER })).rejects.toThrow(refusal('file-incomplete'));
    expect(await fetch({ url, size: png.byteLength })).toMatchObject({ size: png.byteLength });
  });

  it('a zip bomb stays a file of its own size', async () => {
    const bomb = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), gzipSync(Buffer.alloc(10_000_000))]);
    const { fetch } = world();
    const stored = await fetch({ url: await serverOf(bomb), name: 'photo.png' });
    expect(stored).toMatchObject({ sort: 'file', size: bomb.byteLength });
    expect(stored.path).toMatch(/FILE_.*\.zip$/);
  });

  it('MS-02: the quota holds for what lies there and what is coming, of this session only', async () => {
    const { fetch, names } = world({ quota: 12_000 });
    const url = await serverOf(png);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => fetch({ url, size: png.byteLength })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: refusal('file-over-quota') });
    await expect(fetch({ url, size: 0 })).rejects.toThrow(refusal('file-over-quota'));
    expect(names()).toHaveLength(2);
    expect(await fetch({ url, session: two })).toMatchObject({ size: png.byteLength });
  });

  it('what failed does not count against the quota', async () => {
    const { fetch } = world({ quota: 6_000 });
    const broken = await fileServer((_request, response) => response.writeHead(404).end());
    for (let times = 0; times < 3; times += 1) {
      await expect(fetch({ url: broken, size: 5_000 })).rejects.toThrow(refusal('file-link-expired'));
    }
    expect(await fetch({ url: await serverOf(png) })).toMatchObject({ size: png.byteLength });
  });

  it.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EIO', 'file-unwritable'],
  ])('a disk that says %s: %s, and nothing is left', async (system, code) => {
    const { fetch, names } = world();
    vi.spyOn(FileWriter.prototype, 'flush').mockRejectedValue(Object.assign(new Error('no'), { code: system }));
    await expect(fetch({ url: await serverOf(png) })).rejects.toThrow(refusal(code));
    expect(names()).toEqual([]);
  });

  it('a file in the place of the folder', async () => {
    const { directory, fetch } = world();
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'session_1'), '');
    await expect(fetch({ url: await serverOf(png) })).rejects.toThrow(
      refusal('file-unwritable', 'a file is in its place'),
    );
  });

  it('broken off in the middle: nothing is left', async () => {
    const { fetch, names } = world();
    const stop = new AbortController();
    const url = await fileServer((_request, response) => response.write(png));
    const running = expect(fetch({ url }, stop.signal)).rejects.toThrow('enough');
    await expect.poll(() => names().length).toBe(1);
    expect(names()[0]).toMatch(/\.part$/);
    stop.abort(new Error('enough'));
    await running;
    expect(names()).toEqual([]);
  });
});

describe('what is done with stored files', () => {
  it('a text is read when it is one, and small enough', async () => {
    const { attachments, fetch } = world();
    const text = await fetch({ url: await serverOf(Buffer.from('é日本')), name: 'message.txt' });
    expect(await attachments.readText(text.path, 8)).toBe('é日本');
    expect(await attachments.readText(text.path, 7)).toBeUndefined();
    const other = await fetch({ url: await serverOf(Buffer.from('caf\xe9', 'latin1')), name: 'message.txt' });
    expect(await attachments.readText(other.path, 100)).toBeUndefined();
  });

  it('is in its place only when it is whole', async () => {
    const { attachments, fetch } = world();
    const stored = await fetch({ url: await serverOf(png) });
    expect(attachments.has(stored)).toBe(true);
    expect(attachments.has({ ...stored, size: 1 })).toBe(false);
    attachments.remove(stored.path);
    attachments.remove(stored.path);
    expect(attachments.has(stored)).toBe(false);
  });

  it('nothing else is ever removed', async () => {
    const { attachments, directory, fetch } = world();
    const { path } = await fetch({ url: await serverOf(png) });
    const note = join(dirname(path), 'note.md');
    const outside = join(directory, basename(path));
    for (const file of [note, outside]) writeFileSync(file, 'x');
    for (const file of [note, outside, `${dirname(path)}/../${basename(path)}`, '/etc/hostname'])
      attachments.remove(file);
    for (const file of [note, outside]) expect(existsSync(file)).toBe(true);
  });

  it('without a command, a recording is not transcribed', async () => {
    expect(await world().attachments.transcribe('/tmp/x.ogg', never)).toBeUndefined();
  });

  it('the command gets its arguments as they are and the path last, and no more of the environment than it is given', async () => {
    const script = `console.log(JSON.stringify([process.argv.slice(1), process.env.SECRET ?? 'none']))`;
    vi.stubEnv('SECRET', 'of the bridge');
    const { attachments, directory } = world({ transcribe: [process.execPath, '-e', script, '--', '$HOME; `x`'] });
    mkdirSync(directory, { recursive: true });
    const path = join(directory, 'a b.ogg');
    expect(JSON.parse((await attachments.transcribe(path, never)) ?? '')).toEqual([['$HOME; `x`', path], 'none']);
    vi.unstubAllEnvs();
  });

  it.each([
    ['fails', [process.execPath, '-e', 'console.error("no model"); process.exit(3)'], ['exit code 3: no model']],
    ['is not there', ['/nowhere/whisper'], ['/nowhere/whisper']],
  ])('a command that %s is told of', async (_name, transcribe, parts) => {
    const { attachments } = world({ transcribe });
    await expect(attachments.transcribe(join(temporaryDirectory(), 'x'), never)).rejects.toThrow(
      refusal('transcription-failed', ...parts),
    );
  });

  it('a command that is not wanted any more is ended, with what it waits for', async () => {
    const { attachments } = world({ transcribe: ['sh', '-c', 'sleep 60; echo never'] });
    const stop = new AbortController();
    const transcribed = attachments.transcribe(join(temporaryDirectory(), 'x'), stop.signal);
    stop.abort(new Error('not wanted'));
    await expect(transcribed).rejects.toThrow('not wanted');
  });
});
