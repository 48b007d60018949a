import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, describe, expect, it } from 'vitest';

import { reportSchema } from '../../src/doctor/report.ts';
import type { Report } from '../../src/doctor/report.ts';
import { Installation } from './support/installation.ts';
import type { Finished } from './support/installation.ts';
import { until } from './support/until.ts';

let bridge: Installation;
afterEach(() => bridge.destroy());

async function doctor(env: Record<string, string> = {}): Promise<{ report: Report; exitCode: number | null }> {
  const { stdout, stderr, exitCode } = await bridge.run('vai', ['doctor', '--json'], { env });
  expect(stderr).toBe('');
  return { report: reportSchema.parse(JSON.parse(stdout)), exitCode };
}

function idsOf({ findings }: Report, level: string): readonly string[] {
  return findings.filter((finding) => finding.level === level).map(({ id }) => id);
}

describe('vai doctor', () => {
  it('MS-06: finds no problem in a fresh home, and makes nothing there', async () => {
    bridge = new Installation();
    rmSync(bridge.paths.home, { recursive: true });
    const { report, exitCode } = await doctor();
    expect(idsOf(report, 'problem')).toEqual([]);
    expect(idsOf(report, 'note')).toContain('daemon-stopped');
    expect(report.healthy).toBe(true);
    expect(exitCode).toBe(0);
    expect(existsSync(bridge.paths.home)).toBe(false);
    expect(readdirSync(join(bridge.paths.home, '..', 'run'))).toEqual([]);
    expect(readdirSync(join(bridge.paths.home, '..', 'user'))).toEqual([]);
  });

  it('MS-06: finds no problem with a running daemon, and leaves it as it is', async () => {
    bridge = new Installation();
    await bridge.startDaemon();
    // Made by the daemon itself a moment after its start.
    const late = [join(bridge.paths.monitoring, 'metrics.json'), join(bridge.paths.logs, 'session_1.log')];
    await until(() => late.every((path) => existsSync(path)), { what: 'the first sample and the session’s log' });
    // What is being replaced stands there under two names for a moment.
    const before = await until(
      () => {
        const files = listFiles(bridge.paths.home);
        return files.some((line) => /\.tmp \d+$/.test(line)) ? undefined : files;
      },
      { what: 'files that nobody is replacing' },
    );
    const { report, exitCode } = await doctor();
    expect(idsOf(report, 'problem')).toEqual([]);
    expect(exitCode).toBe(0);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ id: 'daemon-ok', says: expect.stringContaining(`process ${bridge.daemonPid ?? 0}`) }),
    );
    expect(report.findings.map(({ says }) => says)).toContain('Session 1 is running, idle.');
    await expect.poll(() => listFiles(bridge.paths.home), { timeout: 20_000 }).toEqual(before);
  });

  it('finds what a killed daemon left, and a state directory removed under a running one', async () => {
    bridge = new Installation();
    await bridge.startDaemon();
    await bridge.endDaemon('SIGKILL');
    const left = await doctor();
    expect(idsOf(left.report, 'note')).toEqual(
      expect.arrayContaining(['socket-stale', 'record-stale', 'daemon-stopped']),
    );
    expect(left.exitCode).toBe(0);

    await bridge.startDaemon();
    // Whoever lives in it may be about to write something.
    rmSync(bridge.paths.state, { recursive: true, maxRetries: 5 });
    const gone = await doctor();
    expect(idsOf(gone.report, 'problem')).toContain('daemon-files-gone');
    expect(gone.exitCode).toBe(1);
  });

  it('tells a person in lines, with what to do, and no secret', async () => {
    bridge = new Installation({ DISCORD_BOT_TOKEN: 'no-such-token-at-all', DISCORD_API_URL: 'http://127.0.0.1:1/api' });
    const text: Finished = await bridge.run('vai', ['doctor']);
    expect(text.exitCode).toBe(1);
    expect(text.stdout).toMatch(/^Node {11}ok$/m);
    expect(text.stdout).toMatch(/problem {2}http:\/\/127\.0\.0\.1:1\/api cannot be reached: .*\[discord-offline\]/);
    expect(text.stdout).not.toContain('no-such-token-at-all');
    expect(text.stdout).not.toContain('\u001b[');
    const all = await bridge.run('vai', ['doctor', '--verbose']);
    expect(all.stdout).toMatch(/ok {7}Node \d+/);
  });

  it('says wrong use with exit code 2', async () => {
    bridge = new Installation();
    expect((await bridge.run('vai', ['doctor', '--fix'])).exitCode).toBe(2);
  });
});

/** Paths with their permissions: what a look may not change. */
function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/\/mailbox\/|-wal$|-shm$/.test(name))
    .map((name) => `${name} ${(statSync(join(directory, name), { throwIfNoEntry: false })?.mode ?? 0).toString(8)}`)
    .sort();
}
