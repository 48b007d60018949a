import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { Logger } from '../../src/observe/logger.ts';
import type { LoggerOptions } from '../../src/observe/logger.ts';
import { redactor } from '../../src/observe/redact.ts';
import { ManualClock } from '../fakes/manual-clock.ts';
import { eventually } from '../eventually.ts';

interface World {
  readonly directory: string;
  readonly clock: ManualClock;
  readonly log: Logger;
  lines(name: string): Record<string, unknown>[];
  /** Another run in the same place. */
  again(): Promise<Logger>;
}

async function logs(options: Partial<LoggerOptions> & { secrets?: readonly string[] } = {}): Promise<World> {
  const base = mkdtempSync(join(tmpdir(), 'bridge-test-'));
  const directory = join(base, 'logs');
  mkdirSync(directory);
  const clock = new ManualClock();
  const { secrets = [], ...rest } = options;
  const again = async (): Promise<Logger> => {
    const log = new Logger({
      ...{ directory, level: 'info', keep: 10, clock, echo: false, redact: redactor(secrets) },
      ...rest,
    });
    await log.open();
    onTestFinished(() => log.close());
    return log;
  };
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const lines = (name: string): Record<string, unknown>[] =>
    readFileSync(join(directory, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { directory, clock, log: await again(), lines, again };
}

const sentences = (lines: readonly Record<string, unknown>[]): readonly unknown[] => lines.map((line) => line['msg']);

describe('logger', () => {
  it('MS-09: writes a line with its level, time, fields and sentence, and it is on the disk at once', async () => {
    const { log, lines } = await logs();
    log.info({ channel: '1', count: 2 }, 'something happened');
    log.warn({}, 'something odd happened');
    log.error({}, 'something bad happened');
    const [info, warn, error] = lines('bridge.log');
    expect(info).toMatchObject({ level: 30, channel: '1', count: 2, msg: 'something happened' });
    expect(info?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect([warn?.['level'], error?.['level']]).toEqual([40, 50]);
  });

  it("MS-09: a line that names a session is also in that session's log, and only there", async () => {
    const { log, lines, directory } = await logs();
    log.info({ session: 1 }, 'about one');
    log.info({ session: 2 }, 'about two');
    log.info({ session: 'not a number' }, 'about none');
    log.info({}, 'about none');
    await log.close();
    expect(lines('bridge.log')).toHaveLength(4);
    expect(sentences(lines('session_1.log'))).toEqual(['about one']);
    expect(sentences(lines('session_2.log'))).toEqual(['about two']);
    expect(
      readdirSync(directory)
        .filter((name) => name.endsWith('.log'))
        .sort(),
    ).toEqual(['bridge.log', 'session_1.log', 'session_2.log']);
  });

  it('MS-10: its files are 0600 and their folders 0700, whatever the umask is', async () => {
    const before = process.umask(0);
    try {
      const { log, directory } = await logs();
      log.info({ session: 1 }, 'x');
      await log.close();
      for (const name of ['bridge', 'session_1']) {
        expect(statSync(join(directory, name)).mode & 0o777).toBe(0o700);
        expect(statSync(join(directory, `${name}.log`)).mode & 0o777).toBe(0o600);
      }
    } finally {
      process.umask(before);
    }
  });

  it('writes nothing below its level', async () => {
    const { log, lines } = await logs({ level: 'warn' });
    log.debug({ session: 1 }, 'debug');
    log.info({ session: 1 }, 'info');
    log.warn({ session: 1 }, 'warn');
    await log.close();
    expect(sentences(lines('bridge.log'))).toEqual(['warn']);
    expect(sentences(lines('session_1.log'))).toEqual(['warn']);
    const all = await logs({ level: 'debug' });
    all.log.debug({}, 'debug');
    expect(all.lines('bridge.log')).toHaveLength(1);
  });

  it('appends to what an earlier run wrote', async () => {
    const { log, lines, again } = await logs();
    log.info({ session: 1 }, 'first run');
    await log.close();
    const next = await again();
    next.info({ session: 1 }, 'second run');
    await next.close();
    expect(sentences(lines('session_1.log'))).toEqual(['first run', 'second run']);
  });

  it('MS-09: no secret reaches any of the files or the standard output, wherever it stands', async () => {
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
      written.push(String(line));
      return true;
    });
    onTestFinished(() => {
      spy.mockRestore();
    });
    const { log, directory } = await logs({ secrets: ['very-secret-token'], echo: true });
    const cause = new Error('very-secret-token');
    log.error(
      {
        session: 1,
        error: 'GET /?token=very-secret-token failed',
        err: new Error('with very-secret-token', { cause }),
        nested: { list: [{ headers: { authorization: 'Bearer short' } }, 'very-secret-token'] },
        'a very-secret-token': 1,
      },
      'request failed with very-secret-token',
    );
    await log.close();
    const everything = ['bridge.log', 'session_1.log'].map((name) => readFileSync(join(directory, name), 'utf8'));
    for (const text of [...everything, ...written]) {
      expect(text).toContain('[redacted]');
      expect(text).not.toContain('very-secret-token');
      expect(text).not.toContain('short');
    }
    expect(written).toHaveLength(1); // Once, although two files have it.
  });

  it('MS-09: what is in a field or the name of one makes no line of its own', async () => {
    const { log, directory } = await logs();
    const forged = 'x\n{"level":50,"msg":"forged"}\u2028\u2029\u0085\u001b[2J\u009b1m\r';
    log.info({ author: forged, [forged]: 1 }, forged);
    await log.close();
    const text = readFileSync(join(directory, 'bridge.log'), 'utf8');
    expect(text).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(text)).toMatchObject({ author: forged, [forged]: 1, msg: forged });
  });

  it('a field that cannot be shown, and one that is far too long, cost the fields', async () => {
    const { log, lines } = await logs();
    const odd = {
      session: 1,
      toJSON: () => {
        throw new Error('not me');
      },
    };
    log.warn({ session: 1, odd }, 'with an odd field');
    log.warn({ session: 1, answer: 'x'.repeat(200_000) }, 'with a long field');
    await log.close();
    expect(sentences(lines('session_1.log'))).toEqual(['with an odd field', 'with a long field']);
    expect(lines('session_1.log')[1]).toMatchObject({ level: 40, session: 1, cut: expect.any(Number) as number });
  });

  it('MS-09: a directory that vanishes is made again with the next line, and nothing is lost', async () => {
    const { log, lines, directory } = await logs();
    log.info({ session: 1 }, 'before');
    await eventually(() => lines('session_1.log'));
    rmSync(directory, { recursive: true });
    log.info({ session: 1 }, 'after');
    log.error({}, 'and on');
    await log.close();
    expect(sentences(lines('bridge.log'))).toEqual(['after', 'and on']);
    expect(sentences(lines('session_1.log'))).toEqual(['after']);
    expect(log.troubles).toEqual([]);
  });

  it('MS-09: a directory that cannot be made is no exception; it is told, and heals by itself', async () => {
    const { log, lines, directory, clock } = await logs();
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'a file in its place');
    log.info({ session: 1 }, 'lost');
    log.info({}, 'lost as well');
    await log.open();
    expect(log.troubles.map(({ file }) => file)).toContain(join(directory, 'bridge.log'));
    rmSync(directory);
    await clock.advance(1_000);
    log.info({ session: 1 }, 'found again');
    await log.close();
    expect(sentences(lines('bridge.log'))).toEqual(
      expect.arrayContaining(['found again', 'a log can be written again']),
    );
    expect(sentences(lines('session_1.log'))).toContain('found again');
    expect(log.troubles).toEqual([]);
  });

  it('MS-09: a directory that cannot be used from the start on is no exception either', async () => {
    const base = mkdtempSync(join(tmpdir(), 'bridge-test-'));
    onTestFinished(() => {
      rmSync(base, { recursive: true });
    });
    const directory = join(base, 'logs');
    writeFileSync(directory, 'a file in its place');
    const { log, clock } = await logs({ directory });
    log.info({}, 'waits');
    expect(log.troubles).toMatchObject([{ file: join(directory, 'bridge.log'), lost: 0 }]);
    rmSync(directory);
    await clock.advance(1_000);
    log.info({}, 'and goes on');
    await log.close();
    const text = readFileSync(join(directory, 'bridge.log'), 'utf8');
    expect(text).toContain('"msg":"waits"');
    expect(text).toContain('"msg":"and goes on"');
  });
});
