import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import lockfile from 'proper-lockfile';
import { describe, expect, it } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { ChannelId, SessionEntry, SessionNumber } from '../../src/model/session.ts';
import { SessionsFile } from '../../src/storage/sessions-file.ts';
import { killHard, startChild } from './child-process.ts';
import { channelA, channelB, one, two } from './records.ts';
import { refusal } from './refusal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const channelC = '100000000000000003' as ChannelId;

function fileWith(content: string | undefined): { path: string; sessions: SessionsFile } {
  const path = join(temporaryDirectory(), 'sessions.json');
  if (content !== undefined) writeFileSync(path, content);
  return { path, sessions: new SessionsFile({ path }) };
}

function adding(entry: SessionEntry) {
  return (entries: readonly SessionEntry[]) => [...entries, entry];
}

describe('reading', () => {
  it('MS-01: reads the flat form and the form with settings, by number', async () => {
    const { sessions } = fileWith(
      JSON.stringify({
        10: { channel: channelC, workDir: '/srv/x', agent: 'scripted', trusted: true, whileBusy: 'steer' },
        2: channelB,
        1: channelA,
      }),
    );
    expect(await sessions.read()).toEqual([
      { number: 1, channel: channelA },
      { number: 2, channel: channelB },
      { number: 10, channel: channelC, workDir: '/srv/x', agent: 'scripted', trusted: true, whileBusy: 'steer' },
    ]);
  });

  it('MS-01: no file, an empty file and an empty object are no sessions', async () => {
    expect(await fileWith(undefined).sessions.read()).toEqual([]);
    expect(await fileWith(' \n').sessions.read()).toEqual([]);
    expect(await fileWith('{}').sessions.read()).toEqual([]);
  });

  const wrong: readonly (readonly [name: string, content: string, ...told: readonly string[]])[] = [
    ['garbage', '{"1": "1000000', 'is not JSON'],
    ['a list', `["${channelA}"]`, 'does not hold an object'],
    ['null', 'null', 'does not hold an object'],
    ['a channel id of 14 digits', '{"1": "10000000000000"}', '"10000000000000" for session 1', '15 to 20 digits'],
    ['a channel id of 21 digits', '{"1": "100000000000000000000"}', '"100000000000000000000" for session 1'],
    ['a channel id with letters', '{"3": "general"}', '"general" for session 3'],
    ['a channel id without quotes', '{"1": 100000000000000001}', 'bare number for session 1', 'in quotes'],
    ['null for a channel', '{"4": null}', '"4"'],
    ['a number 0', `{"0": "${channelA}"}`, '"0"', 'session number'],
    ['a number with a leading zero', `{"01": "${channelA}"}`, '"01"', 'session number'],
    ['a number that is a word', `{"main": "${channelA}"}`, '"main"', 'session number'],
    ['a number with a special meaning', `{"__proto__": "${channelA}"}`, '"__proto__"', 'session number'],
    ['one channel twice', `{"1": "${channelA}", "2": "${channelA}"}`, `channel ${channelA}`, '1 and 2'],
    ['one number twice', `{"1": "${channelA}", "1": "${channelB}"}`, 'session "1" twice'],
    ['settings without a channel', '{"1": {"agent": "scripted"}}', '"1.channel"'],
    ['an unknown setting', `{"1": {"channel": "${channelA}", "wrokDir": "/x"}}`, '"1"', 'wrokDir'],
    ['a relative directory', `{"1": {"channel": "${channelA}", "workDir": "x"}}`, '"1.workDir"', 'absolute'],
    [
      'a busy mode that there is not',
      `{"1": {"channel": "${channelA}", "whileBusy": "shout"}}`,
      '"1.whileBusy"',
      '"shout" is none of queue, steer, interrupt',
    ],
    ['a wrong kind of consent', `{"1": {"channel": "${channelA}", "trusted": "yes"}}`, '"1.trusted"'],
  ];
  for (const [name, content, ...told] of wrong) {
    it(`MS-01: ${name} is refused with the file and the value, and the file stays as it is`, async () => {
      const { path, sessions } = fileWith(content);
      const refused = refusal('sessions-file-invalid', path, ...told);
      await expect(sessions.read()).rejects.toThrow(refused);
      await expect(sessions.update(adding({ number: two, channel: channelC }))).rejects.toThrow(refused);
      expect(readFileSync(path, 'utf8')).toBe(content);
    });
  }

  it('MS-01: a file that cannot be read is named, and nothing is put in its place', async () => {
    const { path, sessions } = fileWith(undefined);
    mkdirSync(path); // Permissions do not bind root; a directory in its place cannot be read by anybody.
    await expect(sessions.read()).rejects.toThrow(refusal('sessions-file-unreadable', path, 'EISDIR'));
    await expect(sessions.update(adding({ number: one, channel: channelA }))).rejects.toThrow(
      refusal('sessions-file-unreadable', path),
    );
    expect(statSync(path).isDirectory()).toBe(true);
    expect(readdirSync(path)).toEqual([]);
  });

  it('MS-01: a file without read permission is named', async (context) => {
    if (process.getuid?.() === 0) context.skip('root reads every file');
    const { path, sessions } = fileWith('{}');
    chmodSync(path, 0o000);
    await expect(sessions.read()).rejects.toThrow(refusal('sessions-file-unreadable', path, 'EACCES'));
  });
});

describe('writing', () => {
  it('MS-01: writes plain sessions in the flat form, sorted, private', async () => {
    const { path, sessions } = fileWith(undefined);
    await sessions.update(() => [
      { number: 10 as SessionNumber, channel: channelC },
      { number: two, channel: channelB },
    ]);
    const result = await sessions.update(adding({ number: one, channel: channelA }));
    expect(result.map(({ number }) => number)).toEqual([1, 2, 10]);
    expect(readFileSync(path, 'utf8')).toBe(
      `{\n  "1": "${channelA}",\n  "2": "${channelB}",\n  "10": "${channelC}"\n}\n`,
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('MS-01: keeps settings through a change of something else', async () => {
    const settings = {
      channel: channelA,
      workDir: '/srv/x',
      agent: 'scripted',
      trusted: false,
      whileBusy: 'interrupt',
    };
    const { path, sessions } = fileWith(JSON.stringify({ 1: settings }));
    await sessions.update(adding({ number: two, channel: channelB }));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ 1: settings, 2: channelB });
  });

  it('gives back what is on disk afterwards', async () => {
    const { sessions } = fileWith(undefined);
    const result = await sessions.update(() => [{ number: one, channel: channelA, trusted: true }]);
    expect(await sessions.read()).toEqual(result);
  });

  it('leaves the file alone, and no lock behind, when the change throws', async () => {
    const { path, sessions } = fileWith(`{"1":"${channelA}"}`);
    const failure = new Error('no');
    await expect(
      sessions.update(() => {
        throw failure;
      }),
    ).rejects.toThrow(failure);
    expect(readFileSync(path, 'utf8')).toBe(`{"1":"${channelA}"}`);
    expect(readdirSync(dirname(path))).toEqual(['sessions.json']);
  });

  const invalid: readonly (readonly [name: string, entry: SessionEntry, ...told: readonly string[]])[] = [
    ['a channel that is taken', { number: two, channel: channelA }, channelA, '1 and 2'],
    ['a number that is taken', { number: one, channel: channelB }, 'session 1 twice'],
    ['a relative directory', { number: two, channel: channelB, workDir: 'x' }, '"2.workDir"', 'absolute'],
    ['an agent without a name', { number: two, channel: channelB, agent: '' }, '"2.agent"'],
  ];
  for (const [name, entry, ...told] of invalid) {
    it(`MS-01: ${name} is not written, since it could not be read again`, async () => {
      const before = `{"1":"${channelA}"}`;
      const { path, sessions } = fileWith(before);
      await expect(sessions.update(adding(entry))).rejects.toThrow(refusal('sessions-file-invalid', path, ...told));
      expect(readFileSync(path, 'utf8')).toBe(before);
    });
  }

  it('changes at the same time come one after another, and none is lost', async () => {
    const { sessions } = fileWith(undefined);
    await Promise.all(
      [1, 2, 3, 4].map((number) =>
        sessions.update(
          adding({ number: number as SessionNumber, channel: `20000000000000000${number}` as ChannelId }),
        ),
      ),
    );
    expect((await sessions.read()).map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  });

  it('MS-01: locked by another process: a clear error, the file byte for byte as it was', async () => {
    const content = `{ "1":"${channelA}" }   `;
    const { path, sessions } = fileWith(content);
    const child = await startChild(`
      import lockfile from ${JSON.stringify(import.meta.resolve('proper-lockfile'))};
      await lockfile.lock(${JSON.stringify(path)}, { realpath: false });
      console.log('ready');
      setInterval(() => {}, 1000);
    `);
    await expect(sessions.update(adding({ number: two, channel: channelB }))).rejects.toThrow(
      refusal('sessions-file-locked', path, 'another program'),
    );
    expect(readFileSync(path, 'utf8')).toBe(content);
    expect(await sessions.read()).toHaveLength(1); // Reading needs no lock: the file is only ever replaced as a whole.
    await killHard(child);
    expect(existsSync(`${path}.lock`)).toBe(true); // The lock of the dead goes stale by itself, after ten seconds.
  });

  it('waits for a lock that is given back soon', async () => {
    const { path, sessions } = fileWith(`{"1":"${channelA}"}`);
    const release = await lockfile.lock(path, { realpath: false });
    // By the same timers as the waiting, so that neither is late without the other.
    const released = systemClock.sleep(200).then(() => release());
    await sessions.update(adding({ number: two, channel: channelB }));
    await released;
    expect(await sessions.read()).toHaveLength(2);
  });

  it('a folder that is not there is named', async () => {
    const path = join(temporaryDirectory(), 'nowhere', 'sessions.json');
    await expect(new SessionsFile({ path }).update(() => [{ number: one, channel: channelA }])).rejects.toThrow(
      refusal('sessions-file-unreadable', path),
    );
  });
});
