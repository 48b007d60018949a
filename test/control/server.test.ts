import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import { Scope } from '../../src/base/scope.ts';
import { connectControl } from '../../src/control/client.ts';
import type { ControlClient } from '../../src/control/client.ts';
import { maxLineBytes } from '../../src/control/limits.ts';
import type { Response } from '../../src/control/protocol.ts';
import { startControlServer } from '../../src/control/server.ts';
import type { ControlServer } from '../../src/control/server.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { FakeBridgeApi } from './fake-bridge-api.ts';
import { answered, firstChannel, late, waiting } from './planted.ts';
import { exchange } from './raw-exchange.ts';

let scope: Scope;
let socket: string;
let api: FakeBridgeApi;
let lines: { readonly level: string; readonly fields: object; readonly sentence: string }[];
let log: Log;

beforeEach(() => {
  scope = new Scope();
  const directory = mkdtempSync(join(tmpdir(), 'bridge-control-'));
  scope.defer('directory', () => rmSync(directory, { recursive: true }));
  socket = join(directory, 'run', 'control.sock');
  api = new FakeBridgeApi();
  lines = [];
  const note = (level: string) => (fields: object, sentence: string) => void lines.push({ level, fields, sentence });
  log = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
});

afterEach(() => scope.close());

async function serve(clock?: ManualClock): Promise<ControlServer> {
  const server = await startControlServer({ socket, api, log, ...(clock === undefined ? {} : { clock }) });
  scope.defer('server', () => server.close());
  return server;
}

async function client(token?: string): Promise<ControlClient> {
  const connected = await connectControl({ socket, ...(token === undefined ? {} : { token }) });
  return scope.own('client', connected, (it) => it.close());
}

/** Writes bytes as they are and gives the responses until the server hangs up or `count` have come. */
function raw(bytes: string | Buffer, count: number): Promise<readonly Response[]> {
  const connection = connect(socket);
  scope.defer('raw client', () => void connection.destroy());
  return exchange(connection, bytes, count);
}

async function refusal(promise: Promise<unknown>): Promise<BridgeError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BridgeError) return error;
  throw new Error('this was not refused');
}

function listening(connection: Socket): Promise<void> {
  return new Promise((resolve) => connection.once('connect', () => resolve()));
}

describe('the control server', () => {
  it('serves every method with its values', async () => {
    await serve();
    const bridge = await client();
    expect((await bridge.status()).sessions[0]?.channel).toBe(firstChannel);
    expect(await bridge.addSession({ channel: '222222222222222222', trust: true })).toMatchObject({ number: 2 });
    expect(await bridge.listSessions()).toHaveLength(2);
    expect(await bridge.recover(2)).toEqual({ outcome: 'running', finding: 'healthy', helped: true });
    await bridge.removeSession(2);
    expect(await bridge.send(1, 'hello')).toMatchObject({ id: expect.stringContaining('cli:') as string });
    expect(await bridge.post({ kind: 'session', session: 1 }, 'hi')).toEqual({ channel: firstChannel });
    expect(await bridge.prompts()).toEqual([]);
    expect((await refusal(bridge.answer('p1', { behavior: 'allow' }))).code).toBe('prompt-gone');
    api.queued = [waiting];
    expect(await bridge.queue(1)).toMatchObject({ session: 1, mode: 'queue', messages: [waiting] });
    await bridge.setBusyMode(1, 'steer');
    expect(await bridge.withdraw(1, waiting.id)).toEqual({ id: waiting.id });
    expect(await bridge.queue(1)).toMatchObject({ mode: 'steer', messages: [] });
    api.held = [late];
    expect(await bridge.catchUp(1)).toEqual([late]);
    expect(await bridge.catchUp(1, 'run')).toEqual([late]);
    expect(await bridge.interrupt(1)).toBe('idle');
    expect(await bridge.trace(answered.id)).toEqual(answered);
    expect(await bridge.pair()).toEqual({ code: 'ABCD-1234', expires: '2025-01-01T00:10:00.000Z' });
    await bridge.stop({ keepSessions: true });
    expect(api.calls.map((call) => call.method)).toEqual([
      'status',
      'addSession',
      'listSessions',
      'recover',
      'removeSession',
      'send',
      'post',
      'prompts',
      'answer',
      'queue',
      'setBusyMode',
      'withdraw',
      'queue',
      'catchUp',
      'catchUp',
      'interrupt',
      'trace',
      'pair',
      'stop',
    ]);
    expect(api.calls.every((call) => call.actor.kind === 'local')).toBe(true);
  });

  it('BX-09: a token speaks for its own session only, an invalid one for nobody', async () => {
    await serve();
    const pane = await client('token-of-1');
    expect(await pane.post({ kind: 'session', session: 1 }, 'hi')).toEqual({ channel: firstChannel });
    expect(api.calls.at(-1)?.actor).toEqual({ kind: 'pane', session: 1 });
    expect((await refusal(pane.post({ kind: 'session', session: 2 }, 'hi'))).code).toBe('forbidden');
    expect((await refusal(pane.answer('p1', { behavior: 'allow' }))).code).toBe('forbidden');
    expect((await refusal(pane.addSession({ channel: '222222222222222222' }))).code).toBe('forbidden');

    const before = api.calls.length;
    const forger = await client('guess');
    expect((await refusal(forger.status())).code).toBe('token-invalid');
    expect(api.calls).toHaveLength(before);
  });

  it('hands a refusal over with code, words, advice and what happened', async () => {
    await serve();
    const error = await refusal((await client()).recover(9));
    expect(error).toMatchObject({
      code: 'session-unknown',
      message: 'There is no session 9.',
      advice: 'See "vai list-sessions".',
      happened: 'not-done',
    });
  });

  it('keeps the reason of an inner failure in the log and out of the answer', async () => {
    await serve();
    api.before = () => Promise.reject(new TypeError('x of undefined'));
    const error = await refusal((await client()).status());
    expect(error).toMatchObject({ code: 'internal', happened: 'unknown' });
    expect(error.message).not.toContain('undefined');
    expect(JSON.stringify(lines)).toContain('x of undefined');
  });

  it('answers what it cannot understand, and stays usable on the same connection', async () => {
    await serve();
    const good = JSON.stringify({ id: 'z', method: 'prompts', params: {} });
    const responses = await raw(`not json\n{"id":"7","method":"fly"}\n\n[]\n${good}\n`, 5);
    expect(responses.map((response) => response.id)).toEqual([null, '7', null, null, 'z']);
    expect(responses.map((response) => (response.ok ? 'ok' : response.error.code))).toEqual([
      'bad-request',
      'bad-request',
      'bad-request',
      'bad-request',
      'ok',
    ]);
  });

  it('does not put what a client sent into the log', async () => {
    await serve();
    await raw(
      `${JSON.stringify({ id: '1', method: 'send', params: { session: 1, text: 5, secret: 'hunter2' } })}\n`,
      1,
    );
    expect(lines).not.toEqual([]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('answers a request that came in pieces, from a client that closed its writing side', async () => {
    await serve();
    const connection = connect(socket);
    scope.defer('connection', () => void connection.destroy());
    const line = `${JSON.stringify({ id: 'é', method: 'prompts', params: {} })}\n`;
    for (const byte of Buffer.from(line)) connection.write(Buffer.of(byte));
    connection.end();
    const chunks: Buffer[] = [];
    for await (const chunk of connection) chunks.push(chunk as Buffer);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual({ id: 'é', ok: true, result: [] });
  });

  it('answers the requests of one connection in order, one at a time', async () => {
    await serve();
    const order: string[] = [];
    let release: () => void = () => undefined;
    api.before = (method) => {
      order.push(method);
      return method === 'status' ? new Promise((resolve) => (release = resolve)) : Promise.resolve();
    };
    const bridge = await client();
    const first = bridge.status();
    const second = bridge.prompts();
    await expect.poll(() => order).toEqual(['status']);
    release();
    await Promise.all([first, second]);
    expect(order).toEqual(['status', 'prompts']);
  });

  it('does not let one client wait for another', async () => {
    await serve();
    let release: () => void = () => undefined;
    api.before = (method) => (method === 'status' ? new Promise((resolve) => (release = resolve)) : Promise.resolve());
    const slow = (await client()).status();
    expect(await (await client()).prompts()).toEqual([]);
    release();
    await slow;
  });

  it('takes a text of 100 kB, and one of a megabyte with every character escaped', async () => {
    await serve();
    const bridge = await client();
    for (const text of ['語'.repeat(34_000), '\u0001'.repeat(1_000_000)]) {
      await bridge.send(1, text);
      expect(api.calls.at(-1)?.details).toEqual({ session: 1, text });
    }
  });

  it('refuses a line over the limit on both sides', async () => {
    await serve();
    const error = await refusal((await client()).send(1, 'x'.repeat(maxLineBytes)));
    expect(error).toMatchObject({ code: 'text-too-long', happened: 'not-done' });
    expect(api.calls).toEqual([]);

    const [response] = await raw(Buffer.alloc(maxLineBytes + 1, 'x'), 1);
    expect(response).toMatchObject({ id: null, ok: false, error: { code: 'text-too-long' } });
    expect(await (await client()).prompts()).toEqual([]);
  });

  it('serves 50 clients at once', async () => {
    await serve();
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const bridge = await client();
        await bridge.send(1, `text ${index}`);
        return bridge.listSessions();
      }),
    );
    expect(answers).toHaveLength(50);
    expect(
      new Set(api.calls.filter((call) => call.method === 'send').map((call) => JSON.stringify(call.details))).size,
    ).toBe(50);
  });

  it('survives clients that vanish in the middle', async () => {
    await serve();
    let release: () => void = () => undefined;
    api.before = () => new Promise((resolve) => (release = resolve));
    const connection = connect(socket);
    connection.write(`${JSON.stringify({ id: '1', method: 'prompts', params: {} })}\n{"half`);
    await expect.poll(() => api.calls.length).toBe(1);
    connection.destroy();
    release();
    api.before = () => Promise.resolve();
    expect(await (await client()).prompts()).toEqual([]);
    expect(lines.filter((line) => line.level === 'error')).toEqual([]);
  });

  it('hangs up on a client that does not read its answer', async () => {
    const clock = new ManualClock();
    await serve(clock);
    api.openPrompts = [
      {
        id: 'p',
        session: 1 as never,
        kind: 'permission',
        tool: 'x'.repeat(4_000_000),
        input: {},
        grants: [],
        questions: [],
        since: '',
      },
    ];
    const connection = connect(socket);
    scope.defer('connection', () => void connection.destroy());
    connection.pause();
    connection.on('error', () => undefined);
    connection.write(`${JSON.stringify({ id: '1', method: 'prompts', params: {} })}\n`);
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(30_000);
    expect(lines.map((line) => line.sentence)).toContain('hung up on a control client that does not read its answer');
    expect(clock.pending).toBe(0);
  });
});

describe('the control socket', () => {
  it('is for this user only', async () => {
    mkdirSync(dirname(socket), { mode: 0o755 });
    chmodSync(dirname(socket), 0o755);
    await serve();
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700);
  });

  it('refuses a second bridge while the first answers, and leaves the first alone', async () => {
    await serve();
    const error = await refusal(startControlServer({ socket, api, log }));
    expect(error.code).toBe('already-running');
    expect(await (await client()).prompts()).toEqual([]);
  });

  it('replaces what a dead bridge left behind', async () => {
    mkdirSync(dirname(socket), { mode: 0o700 });
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(`${socket}.live`, resolve));
    // A second name of a live socket becomes a dead socket file when its server closes.
    linkSync(`${socket}.live`, socket);
    await new Promise<void>((resolve) => other.close(() => resolve()));
    expect(existsSync(socket)).toBe(true);
    await serve();
    expect(await (await client()).prompts()).toEqual([]);
  });

  it('refuses a directory that is a link to somewhere else', async () => {
    const elsewhere = join(dirname(dirname(socket)), 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, dirname(socket));
    expect((await refusal(startControlServer({ socket, api, log }))).code).toBe('socket-directory-unsafe');
  });

  it('is removed on close', async () => {
    const server = await serve();
    await server.close();
    expect(existsSync(socket)).toBe(false);
    expect((await refusal(connectControl({ socket }))).code).toBe('no-daemon');
  });
});

describe('closing', () => {
  it('hangs up on idle clients at once', async () => {
    const server = await serve();
    const connection = connect(socket);
    await listening(connection);
    const ended = new Promise<void>((resolve) => connection.once('close', () => resolve()));
    connection.resume();
    await server.close();
    await ended;
  });

  it('lets the answer to a running request out first', async () => {
    const server = await serve();
    let closing: Promise<void> | undefined;
    api.onStop = () => {
      closing = server.close();
    };
    await (await client()).stop({ keepSessions: false });
    await closing;
    expect(existsSync(socket)).toBe(false);
  });

  it('does not wait for ever for a request that does not end', async () => {
    const clock = new ManualClock();
    const server = await serve(clock);
    api.before = () => new Promise(() => undefined);
    const pending = refusal((await client()).status());
    await expect.poll(() => api.calls.length).toBe(1);
    const closed = server.close();
    await clock.advance(5000);
    await closed;
    expect(await pending).toMatchObject({ code: 'daemon-gone', happened: 'unknown' });
  });
});

describe('the control client', () => {
  it('says that nothing runs when there is no socket, or a dead one', async () => {
    const missing = await refusal(connectControl({ socket }));
    expect(missing).toMatchObject({ code: 'no-daemon', message: 'The bridge is not running.' });
    expect(missing.advice).toContain('./start-bridge.sh');
    mkdirSync(dirname(socket));
    writeFileSync(socket, '');
    expect((await refusal(connectControl({ socket }))).code).toBe('no-daemon');
  });

  it('says that the bridge ended when it ends before it takes the connection', async () => {
    for (let round = 0; round < 30; round += 1) {
      const server = await serve();
      const asked = connectControl({ socket }).then((bridge) => bridge.status().finally(() => bridge.close()));
      const [{ code }] = await Promise.all([refusal(asked), server.close()]);
      expect(code).toBe('daemon-gone');
    }
  });

  it('gives up on a bridge that does not answer', async () => {
    await serve();
    let release: () => void = () => undefined;
    api.before = () => new Promise((resolve) => (release = resolve));
    const clock = new ManualClock();
    const bridge = await connectControl({ socket, clock });
    const pending = refusal(bridge.status());
    await expect.poll(() => api.calls.length).toBe(1);
    await clock.advance(20_000);
    expect(await pending).toMatchObject({
      code: 'daemon-silent',
      message: 'The bridge did not answer within 20 s.',
      happened: 'unknown',
    });
    expect(await refusal(bridge.status())).toMatchObject({ code: 'daemon-gone', happened: 'not-done' });
    expect(clock.pending).toBe(0);
    release();
  });

  it.each([
    ['{"nonsense":true}\n', 'daemon-unintelligible'],
    ['<html>\n', 'daemon-unintelligible'],
    ['{"id":"1","ok":true,"result":{"pid":"x"}}\n', 'daemon-unintelligible'],
    ['{"id":"1","ok":false}\n', 'daemon-unintelligible'],
    ['{"id":null,"ok":false,"error":{"code":"bad-request","message":"m","happened":"not-done"}}\n', 'bad-request'],
    ['', 'daemon-gone'],
  ])('does not trust what is not the protocol: %s', async (answer, code) => {
    mkdirSync(dirname(socket));
    const server = createServer((connection) => {
      connection.once('data', () => connection.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    scope.defer('server', () => void server.close());
    expect((await refusal((await client()).status())).code).toBe(code);
  });
});
