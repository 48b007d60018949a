import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { Logger } from '../../src/observe/logger.ts';

function logs(options: { level?: string; secrets?: readonly string[]; echo?: boolean } = {}) {
  const base = mkdtempSync(join(tmpdir(), 'bridge-test-'));
  onTestFinished(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const directory = join(base, 'logs');
  mkdirSync(directory);
  const { level = 'info', secrets = [], echo = false } = options;
  const lines = (name: string): Record<string, unknown>[] =>
    readFileSync(join(directory, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { directory, lines, log: new Logger({ directory, level, secrets, echo }) };
}

describe('logger', () => {
  it('MS-09: writes a line with its level, time, fields and sentence', () => {
    const { log, lines } = logs();
    log.info({ channel: '1', count: 2 }, 'something happened');
    log.warn({}, 'something odd happened');
    log.error({}, 'something bad happened');
    const [info, warn, error] = lines('bridge.log');
    expect(info).toMatchObject({ level: 30, channel: '1', count: 2, msg: 'something happened' });
    expect(info?.['time']).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect([warn?.['level'], error?.['level']]).toEqual([40, 50]);
  });

  it("MS-09: a line that names a session is also in that session's file, and only there", () => {
    const { log, lines, directory } = logs();
    log.info({ session: 1 }, 'about one');
    log.info({ session: 2 }, 'about two');
    log.info({ session: 'not a number' }, 'about none');
    log.info({}, 'about none');
    expect(lines('bridge.log')).toHaveLength(4);
    expect(lines('session_1.log').map((line) => line['msg'])).toEqual(['about one']);
    expect(lines('session_2.log').map((line) => line['msg'])).toEqual(['about two']);
    expect(readdirSync(directory).sort()).toEqual(['bridge.log', 'session_1.log', 'session_2.log']);
  });

  it('MS-10: its files are 0600, whatever the umask is', () => {
    const before = process.umask(0);
    try {
      const { log, directory } = logs();
      log.info({ session: 1 }, 'x');
      expect(readdirSync(directory).map((name) => statSync(join(directory, name)).mode & 0o777)).toEqual([
        0o600, 0o600,
      ]);
    } finally {
      process.umask(before);
    }
  });

  it('writes nothing below its level', () => {
    const { log, lines } = logs({ level: 'warn' });
    log.debug({ session: 1 }, 'debug');
    log.info({ session: 1 }, 'info');
    log.warn({ session: 1 }, 'warn');
    expect(lines('bridge.log').map((line) => line['msg'])).toEqual(['warn']);
    expect(lines('session_1.log').map((line) => line['msg'])).toEqual(['warn']);
    const all = logs({ level: 'debug' });
    all.log.debug({}, 'debug');
    expect(all.lines('bridge.log')).toHaveLength(1);
  });

  it('appends to what an earlier run wrote', () => {
    const { log, lines, directory } = logs();
    log.info({ session: 1 }, 'first run');
    new Logger({ directory, level: 'info', secrets: [], echo: false }).info({ session: 1 }, 'second run');
    expect(lines('session_1.log').map((line) => line['msg'])).toEqual(['first run', 'second run']);
  });

  it('MS-09: no secret reaches any of the files or the standard output', () => {
    const written: string[] = [];
    const spy = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
      written.push(String(line));
      return true;
    });
    onTestFinished(() => {
      spy.mockRestore();
    });
    const { log, directory } = logs({ secrets: ['very-secret-token'], echo: true });
    log.error({ session: 1, error: 'GET /?token=very-secret-token failed' }, 'request failed with very-secret-token');
    const everything = readdirSync(directory).map((name) => readFileSync(join(directory, name), 'utf8'));
    expect(everything).toHaveLength(2);
    for (const text of [...everything, ...written]) {
      expect(text).toContain('[redacted]');
      expect(text).not.toContain('very-secret-token');
    }
    expect(written).toHaveLength(1); // Once, although two files have it.
  });

  it('a directory that vanishes costs lines, never an exception; a session log comes back with it', () => {
    const { log, lines, directory } = logs();
    rmSync(directory, { recursive: true });
    log.info({ session: 1 }, 'lost');
    log.error({}, 'lost as well');
    expect(existsSync(directory)).toBe(false);
    mkdirSync(directory);
    log.info({ session: 1 }, 'found again');
    expect(lines('session_1.log').map((line) => line['msg'])).toEqual(['found again']);
  });
});
