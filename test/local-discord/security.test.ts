import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { rest } from '../conformance/conformance-target.ts';
import { RawGateway } from '../conformance/raw-gateway.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import type { RunningServer } from './running-server.ts';
import { pageFixture, runningServer } from './running-server.ts';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request with exactly these headers and this path, which fetch would not send. */
function ask({ server }: RunningServer, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

function upgradeStatus({ server }: RunningServer, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/?v=10&encoding=json`, { headers });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('error', reject);
  });
}

describe('other web sites', () => {
  it('cannot ask under a name of their own (Host)', async () => {
    const running = await runningServer();
    const { port, userToken } = running.server;
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      `127.0.0.1:${port + 1}`,
      `0.0.0.0:${port}`,
    ]) {
      expect((await ask(running, '/api/v10/users/@me', { host, authorization: userToken })).status, host).toBe(403);
    }
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      expect((await ask(running, '/api/v10/users/@me', { host, authorization: userToken })).status, host).toBe(200);
    }
  });

  it('cannot ask from their own pages (Origin), over HTTP or WebSocket', async () => {
    const running = await runningServer();
    const { port, userToken } = running.server;
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${port + 1}`,
      `https://127.0.0.1:${port}`,
    ]) {
      expect((await ask(running, '/api/v10/users/@me', { origin, authorization: userToken })).status, origin).toBe(403);
      expect((await ask(running, `/${new URL(running.server.url).search}`, { origin })).status, origin).toBe(403);
      expect(await upgradeStatus(running, { origin }), origin).toBe(403);
    }
    const own = `http://127.0.0.1:${port}`;
    expect((await ask(running, '/api/v10/users/@me', { origin: own, authorization: userToken })).status).toBe(200);
    expect(await upgradeStatus(running, { origin: own })).toBe(101);
    expect(await upgradeStatus(running, { host: 'evil.example' })).toBe(403);
  });
});

it('listens on loopback only', async () => {
  const { server } = await runningServer();
  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  // Who listens everywhere also answers at the second address of a Linux machine itself, which needs no network.
  for (const address of ['127.0.0.2', ...outside]) {
    const outcome = await new Promise((resolve) => {
      const socket = connect({ host: address, port: server.port, timeout: 1000 });
      socket.on('connect', () => resolve('connected'));
      socket.on('error', () => resolve('refused'));
      socket.on('timeout', () => resolve('refused'));
      socket.on('connect', () => socket.destroy());
    });
    expect(outcome, address).toBe('refused');
  }
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
});

describe('the page', () => {
  it('opens with its key only', async () => {
    const running = await runningServer({ pageDirectory: pageFixture() });
    const { url, userToken, port } = running.server;
    const { search } = new URL(url);
    const page = await ask(running, `/${search}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain(userToken);
    expect(page.headers['set-cookie']).toBeUndefined();
    for (const path of ['/', '/?key=', '/?key=wrong', `/${search}x`, `/${search.slice(0, -1)}`]) {
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
        const refused = await ask(running, path, { host });
        expect(refused.status, path).toBe(403);
        expect(refused.body).not.toContain(userToken);
      }
    }
  });

  it('has one address: by the other name of this machine it sends on', async () => {
    const running = await runningServer({ pageDirectory: pageFixture() });
    const { url, port } = running.server;
    const sent = await ask(running, `/${new URL(url).search}`, { host: `localhost:${port}` });
    expect(sent).toMatchObject({ status: 307, headers: { location: url } });
  });

  it('may load nothing from elsewhere, tells nobody where it was, and stands in no frame', async () => {
    const running = await runningServer({ pageDirectory: pageFixture() });
    const { headers } = await ask(running, `/${new URL(running.server.url).search}`);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("img-src 'self' blob:;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|data:|\*/);
    expect(headers).toMatchObject({
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
  });

  it('has its parts, and nothing else of the disk', async () => {
    const running = await runningServer({ pageDirectory: pageFixture() });
    const page = await ask(running, `/${new URL(running.server.url).search}`);
    const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
    expect(parts).toHaveLength(2);
    for (const path of parts) expect((await ask(running, path)).status, path).toBe(200);
    for (const path of [
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/assets/../index.html',
      '/assets/..%2findex.html',
      '/assets/index-1a2b.js/../../../local-discord.ts',
      '/assets/',
      '/assets',
      '/assets/none.js',
      '//etc/passwd',
      '/index.html',
      '/__proto__',
      '/constructor',
      '/attachments/1/1/..%2f..%2fx',
      '/%',
    ]) {
      expect((await ask(running, path)).status, path).toBe(404);
    }
    expect(running.errors).toEqual([]);
  });
});

describe('what a client sends', () => {
  it('is limited in size: 413 and 40005, without reading it all', async () => {
    const { target, channelId } = await runningServer();
    const large = { content: 'x'.repeat(26 * 1024 * 1024) };
    expect(await rest(target, 'POST', `/channels/${channelId}/messages`, large)).toMatchObject({
      status: 413,
      body: { code: 40005 },
    });
    expect((await rest(target, 'GET', '/users/@me')).status).toBe(200);
  });

  it('without a token is refused before its body is read', async () => {
    const { target, channelId } = await runningServer();
    const body = { content: 'x'.repeat(1024 * 1024) };
    expect((await rest(target, 'POST', `/channels/${channelId}/messages`, body, '')).status).toBe(401);
  });

  it('as nonsense is refused, and is no error of the server', async () => {
    const { target, channelId, errors, server } = await runningServer();
    const path = `/channels/${channelId}/messages`;
    for (const body of [
      [],
      'text',
      5,
      null,
      { content: 5 },
      { content: ['x'] },
      { embeds: 'x' },
      { attachments: [{}] },
    ]) {
      const answer = await rest(target, 'POST', path, body as object);
      expect(answer.status, JSON.stringify(body)).toBe(400);
      expect(answer.body.code).toBeGreaterThan(0);
    }
    const broken = await fetch(`${server.api}/v10${path}`, {
      method: 'POST',
      headers: { authorization: `Bot ${server.botToken}`, 'content-type': 'multipart/form-data; boundary=x' },
      body: 'this has no parts',
    });
    expect(broken.status).toBe(400);
    for (const path of ['/channels/%', `/channels/${'9'.repeat(30)}`, `${messagesOf(channelId)}/${'9'.repeat(20)}`]) {
      expect((await rest(target, 'GET', path)).status, path).toBeLessThan(500);
    }
    expect(errors).toEqual([]);
  });

  it('as a malformed or broken upgrade harms nobody', async () => {
    const { target, server } = await runningServer();
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
    for (const path of ['//', '/?v=9&encoding=etf', '/?compress=zlib-stream', '/elsewhere']) {
      const answer = await new Promise<string>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: server.port });
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${upgrade}\r\n`);
        socket.once('data', (data) => {
          socket.resetAndDestroy();
          resolve(data.toString());
        });
      });
      expect(answer, path).toMatch(/^HTTP\/1.1 400/);
    }
    expect((await rest(target, 'GET', '/users/@me')).status).toBe(200);
  });

  it('over the gateway may have 4096 bytes', async () => {
    const { target } = await runningServer();
    const gateway = await RawGateway.open(target);
    gateway.sendText(JSON.stringify({ op: 1, d: null, padding: 'x'.repeat(4096) }));
    expect(await gateway.closed()).toBe(4002);
  });

  it('over the gateway may be 120 frames a minute', async () => {
    const { target } = await runningServer();
    const gateway = await RawGateway.open(target);
    for (let count = 0; count < 121; count += 1) gateway.send(1, null);
    expect(await gateway.closed()).toBe(4008);
  });
});

describe('attachments', () => {
  const upload = async (running: RunningServer, name: string, type: string): Promise<URL> => {
    const form = new FormData();
    form.append('payload_json', '{}');
    form.append('files[0]', new Blob(['<script>alert(1)</script>'], { type }), name);
    const { body } = await rest(running.target, 'POST', messagesOf(running.channelId), form);
    return new URL((body.attachments[0] as { url?: string }).url!);
  };

  it('are reached by their signed address only, and not for ever', async () => {
    const clock = new ManualClock();
    const running = await runningServer({ clock });
    const url = await upload(running, 'a.txt', 'text/plain');
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.origin + url.pathname)).status).toBe(404);
    const forged = new URL(url);
    forged.searchParams.set('ex', 'ffffffff');
    expect((await fetch(forged)).status).toBe(404);
    await clock.advance(25 * 3_600_000);
    expect((await fetch(url)).status).toBe(404);
    const renewed = await rest(running.target, 'POST', '/attachments/refresh-urls', { attachment_urls: [url.href] });
    expect((await fetch(renewed.body.refreshed_urls[0]!.refreshed)).status).toBe(200);
  });

  it('that could run something are downloads', async () => {
    const running = await runningServer();
    for (const type of ['text/html', 'image/svg+xml', 'application/javascript']) {
      const { headers } = await fetch(await upload(running, 'x.html', type));
      expect(headers.get('content-type')).toBe('application/octet-stream');
      expect(headers.get('content-disposition')).toMatch(/^attachment/);
    }
    const image = await fetch(await upload(running, 'x.png', 'image/png'));
    expect(image.headers.get('content-type')).toBe('image/png');
  });
});

function messagesOf(channelId: string): string {
  return `/channels/${channelId}/messages`;
}
