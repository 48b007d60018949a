import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { temporaryDirectory } from '../../storage/temporary-directory.ts';
import { pageFixture, runningServer } from '../running-server.ts';

interface Part {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

/** A request that says itself what it accepts; fetch would decompress. */
function get(port: number, path: string, encodings: string): Promise<Part> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': encodings };
    const asked = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) });
      });
    });
    asked.on('error', reject);
    asked.end();
  });
}

const part = '/assets/index-1a2b.js';

it.each([
  ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
  ['gzip, deflate', 'gzip', gunzipSync],
  ['br;q=0, gzip', 'gzip', gunzipSync],
  ['', undefined, (bytes: Buffer) => bytes],
  ['identity', undefined, (bytes: Buffer) => bytes],
])('a part for a client that takes "%s" comes as %s', async (accepted, encoding, restore) => {
  const pageDirectory = pageFixture();
  const { server } = await runningServer({ pageDirectory });
  for (const time of ['first', 'again']) {
    const { status, headers, bytes } = await get(server.port, part, accepted);
    expect(status, time).toBe(200);
    expect(headers['content-encoding']).toBe(encoding);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-length': String(bytes.length),
      'cache-control': 'private, max-age=31536000, immutable',
      vary: 'Accept-Encoding',
    });
    const original = readFileSync(join(pageDirectory, part));
    expect(restore(bytes).equals(original)).toBe(true);
    if (encoding !== undefined) expect(bytes.length).toBeLessThan(original.length / 10);
  }
});

it('what is not named by its content is asked for again each time', async () => {
  const { server } = await runningServer({ pageDirectory: pageFixture() });
  const icon = await get(server.port, '/icon.svg', '');
  expect(icon.headers).toMatchObject({ 'content-type': 'image/svg+xml', 'cache-control': 'no-cache' });
  expect((await get(server.port, new URL(server.url).search.replace('?', '/?'), '')).headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
  });
});

it('a page that is not built says how to build it, and is there as soon as it is', async () => {
  const pageDirectory = join(temporaryDirectory(), 'page');
  const { server, errors } = await runningServer({ pageDirectory });
  const before = await fetch(server.url);
  expect(before.status).toBe(503);
  expect(await before.text()).toContain('npm run build');
  expect((await fetch(new URL(part, server.url))).status).toBe(404);
  mkdirSync(join(pageDirectory, 'assets'), { recursive: true });
  writeFileSync(join(pageDirectory, 'index.html'), 'the page of {{userToken}}');
  writeFileSync(join(pageDirectory, part), '1;');
  expect(await (await fetch(server.url)).text()).toBe(`the page of ${server.userToken}`);
  expect((await fetch(new URL(part, server.url))).status).toBe(200);
  expect(errors).toEqual([]);
});
