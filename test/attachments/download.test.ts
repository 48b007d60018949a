import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { describe, expect, it, onTestFinished } from 'vitest';

import { download } from '../../src/attachments/download.ts';
import type { DownloadOptions } from '../../src/attachments/download.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { refusal } from '../storage/refusal.ts';
import { fileServer, serverOf } from './file-server.ts';

function options(change: Partial<DownloadOptions> = {}) {
  const clock = new ManualClock();
  const chunks: Buffer[] = [];
  const all: DownloadOptions = {
    clock,
    limit: 1_000,
    announced: 0,
    signal: new AbortController().signal,
    onBytes: (chunk) => {
      chunks.push(chunk);
    },
    ...change,
  };
  return { all, clock, text: () => Buffer.concat(chunks).toString() };
}

describe('a download', () => {
  it('gives every byte in order, and how many they are', async () => {
    const { all, text, clock } = options();
    expect(await download(await serverOf(Buffer.from('hello')), all)).toBe(5);
    expect(text()).toBe('hello');
    expect(clock.pending).toBe(0);
  });

  it.each([
    [403, 'file-link-expired'],
    [404, 'file-link-expired'],
    [410, 'file-link-expired'],
    [429, 'file-unreachable'],
    [500, 'file-unreachable'],
    [503, 'file-unreachable'],
    [400, 'file-refused'],
    [206, 'file-refused'],
    [302, 'file-refused'],
  ])('an answer of %d is %s, and nothing of it is taken', async (status, code) => {
    const { all, text } = options();
    const address = await fileServer((_request, response) => {
      response.writeHead(status, { Location: 'http://127.0.0.1:1/elsewhere' }).end('a page');
    });
    await expect(download(address, all)).rejects.toThrow(refusal(code));
    expect(text()).toBe('');
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/x', 'nonsense', 'data:text/plain,hi', ''])(
    'an address like "%s" is refused',
    async (address) => {
      await expect(download(address, options().all)).rejects.toThrow(refusal('file-refused'));
    },
  );

  it('a server that is not there is unreachable', async () => {
    const { all } = options();
    await expect(download('http://127.0.0.1:1/file', all)).rejects.toThrow(refusal('file-unreachable'));
  });

  it('a server that says how much too large a file is, is not asked for it', async () => {
    const { all, text } = options();
    const address = await fileServer((_request, response) => {
      response.writeHead(200, { 'Content-Length': 1_001 });
      response.write('x');
    });
    await expect(download(address, all)).rejects.toThrow(refusal('file-too-large'));
    expect(text()).toBe('');
  });

  it('MS-02: one that never ends is broken off at the limit', async () => {
    let sent = 0;
    const { all } = options({ limit: 300_000 });
    const address = await fileServer((_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent += 16_384;
        response.once('drain', more);
      };
      more();
    });
    await expect(download(address, all)).rejects.toThrow(refusal('file-too-large'));
    expect(sent).toBeLessThan(20_000_000);
  });

  it('MS-02: one that falls silent is broken off after 30 s', async () => {
    const { all, clock, text } = options();
    const address = await fileServer((_request, response) => {
      response.writeHead(200);
      response.write('first');
    });
    const outcome = expect(download(address, all)).rejects.toThrow(refusal('file-incomplete', 'Nothing came for 30 s'));
    await expect.poll(text).toBe('first');
    await clock.advance(29_000);
    await clock.advance(2_000);
    await outcome;
  });

  it('one that does not answer at all, too', async () => {
    const asked: unknown[] = [];
    const { all, clock } = options();
    const address = await fileServer((request) => asked.push(request));
    const outcome = expect(download(address, all)).rejects.toThrow(refusal('file-incomplete'));
    await expect.poll(() => asked.length).toBe(1);
    await clock.advance(31_000);
    await outcome;
  });

  it('one that comes a byte at a time is broken off after ten minutes', async () => {
    const { all, clock, text } = options();
    let send = (): void => undefined;
    const address = await fileServer((_request, response) => {
      response.writeHead(200);
      send = () => void response.write('.');
      send();
    });
    const outcome = expect(download(address, all)).rejects.toThrow(refusal('file-incomplete', '10 minutes'));
    for (let times = 1; times <= 30; times += 1) {
      await expect.poll(() => text().length).toBe(times);
      await clock.advance(20_000);
      send();
    }
    await outcome;
  });

  it.each([
    ['the line breaks', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf!')],
    [
      'it breaks without a length',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhalf!\r\n'),
    ],
    [
      'it is shorter than announced',
      (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf!'),
    ],
  ])('MS-02: what is truncated is noticed: %s', async (_name, answer) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => answer(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { all } = options({ announced: 10 });
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(download(address, all)).rejects.toThrow(refusal('file-incomplete'));
  });

  it('one that is longer than announced is taken whole', async () => {
    const { all } = options({ announced: 1 });
    expect(await download(await serverOf(Buffer.from('hello')), all)).toBe(5);
  });

  it('MS-02: nothing is unpacked', async () => {
    const packed = gzipSync(Buffer.alloc(900_000));
    const { all } = options({ limit: 10_000 });
    expect(await download(await serverOf(packed, { 'Content-Encoding': 'gzip' }), all)).toBe(packed.byteLength);
  });

  it('ends with whoever wanted it, and leaves no timer and no connection behind', async () => {
    const stop = new AbortController();
    const { all, clock, text } = options({ signal: stop.signal });
    const closed: unknown[] = [];
    const address = await fileServer((request, response) => {
      request.socket.on('close', () => closed.push(1));
      response.writeHead(200);
      response.write('x');
    });
    const running = download(address, all);
    const outcome = expect(running).rejects.toThrow('enough');
    await expect.poll(text).toBe('x');
    stop.abort(new Error('enough'));
    await outcome;
    expect(clock.pending).toBe(0);
    await expect.poll(() => closed.length).toBe(1);
    await expect(download(address, all)).rejects.toThrow('enough');
  });

  it('what goes wrong with the bytes is told as it is', async () => {
    const { all } = options({ onBytes: () => Promise.reject(new Error('the disk')) });
    await expect(download(await serverOf(Buffer.from('hello')), all)).rejects.toThrow('the disk');
  });
});
