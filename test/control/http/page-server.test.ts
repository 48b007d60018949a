import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { Scope } from '../../../src/base/scope.ts';
import { createPageServer } from '../../../src/control/http/page-server.ts';
import { RecordingLog } from '../../bridge/support/recording-log.ts';
import { eventually } from '../../eventually.ts';

let scope = new Scope();
const log = new RecordingLog();

afterEach(async () => {
  await scope.close();
  scope = new Scope();
});

const pages = {
  '/health': () => Promise.resolve({ status: 503, contentType: 'application/json', body: '{"a":"ä"}' }),
  '/broken': () => Promise.reject(new Error('the secret cause')),
};

/** @param host what the server is told about where it listens; it always listens on 127.0.0.1. */
async function open(host = '127.0.0.1', requestMs = 5_000): Promise<number> {
  const server = createPageServer({ host, pages, log, requestMs }).listen(0, '127.0.0.1');
  scope.defer('server', () => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body = '' } = {},
): Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path, method, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('createPageServer', () => {
  it('serves pages by their path, whatever follows it', async () => {
    const port = await open();
    const { status, headers, body } = await ask(port, '/health?full=1');
    expect({ status, body }).toEqual({ status: 503, body: '{"a":"ä"}' });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': '10',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('answers HEAD as GET, without the page', async () => {
    const { status, headers, body } = await ask(await open(), '/health', { method: 'HEAD' });
    expect({ status, length: headers['content-length'], body }).toEqual({ status: 503, length: '10', body: '' });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s', async (method) => {
    const { status, headers } = await ask(await open(), '/health', {
      method,
      headers: { 'content-length': '100000' },
      body: 'x'.repeat(100_000),
    });
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' });
  });

  it.each(['/', '/nothing', '/health/', '/__proto__', '/constructor', '//health'])('has no %s', async (path) => {
    expect((await ask(await open(), path)).status).toBe(404);
  });

  it('on this machine, refuses the name of another one: a web site that points its name here', async () => {
    const port = await open();
    for (const host of ['evil.example', `evil.example:${port}`, '127.0.0.1.evil.example']) {
      const { status, body } = await ask(port, '/health', { headers: { host } });
      expect(status).toBe(403);
      expect(body).not.toContain('ä');
    }
    expect((await ask(port, '/health', { headers: { host: `localhost:${port}` } })).status).toBe(503);
  });

  it('elsewhere, takes any name: a proxy or a cluster has one of its own', async () => {
    expect((await ask(await open('0.0.0.0'), '/health', { headers: { host: 'bridge.internal' } })).status).toBe(503);
  });

  it('hangs up on who does not finish a request, so that nobody keeps the others out', async () => {
    const port = await open('127.0.0.1', 200);
    const slow = Array.from({ length: 32 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    for (const [index, socket] of slow.entries()) if (index > 0) socket.write('GET /health HTTP/1.1\r\nHost: loc');
    await Promise.all(slow.map((socket) => new Promise((resolve) => socket.resume().on('close', resolve))));
    // The server itself may see the end of the last one a moment later.
    await eventually(async () => expect((await ask(port, '/health')).status).toBe(503));
  }, 25_000); // By itself, Node looks every 30 s for who is late.

  it('tells why a page could not be made to the log only', async () => {
    const { status, body } = await ask(await open(), '/broken');
    expect(status).toBe(500);
    expect(body).not.toContain('secret');
    expect(JSON.stringify(log.lines)).toContain('the secret cause');
  });
});
