import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { silentLog } from '../../../src/base/log.ts';
import { installHookScript } from '../../../src/agents/mailbox/hook-script.ts';
import type { MailboxEvent } from '../../../src/agents/mailbox/mailbox-event.ts';
import { openMailbox } from '../../../src/agents/mailbox/mailbox.ts';
import type { Mailbox } from '../../../src/agents/mailbox/mailbox.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { eventuallyTrue } from '../../eventually.ts';

describe('Mailbox', () => {
  let directory: string;
  let clock: ManualClock;
  let mailbox: Mailbox;
  const errors: object[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bridge-mailbox-'));
    clock = new ManualClock();
    errors.length = 0;
    mailbox = open();
  });

  afterEach(async () => {
    await mailbox.close();
    expect(clock.pending).toBe(0);
    rmSync(directory, { recursive: true });
  });

  function open(): Mailbox {
    const log = { ...silentLog, error: (fields: object) => void errors.push(fields) };
    return openMailbox({ directory: join(directory, 'mailbox'), clock, log });
  }

  function leave(time: number, kind: string, event: object, pid = 999_999_999): string {
    const id = `${BigInt(time) * 1_000_000n}-${pid}-${kind}`;
    const temporary = join(mailbox.directory, 'tmp', id);
    writeFileSync(temporary, JSON.stringify({ id, kind, pid, event }));
    renameSync(temporary, join(mailbox.directory, 'events', `${id}.json`));
    return id;
  }

  it('is private', () => {
    for (const name of ['', 'events', 'answers', 'tmp']) {
      expect(statSync(join(mailbox.directory, name)).mode & 0o777).toBe(0o700);
    }
  });

  it('BX-02: tells the backlog in the order of time, then what comes, each once', async () => {
    leave(1_700_000_000_002, 'Stop', { n: 2 });
    leave(1_700_000_000_001, 'Stop', { n: 1 });
    const heard: MailboxEvent[] = [];
    mailbox.listen((event) => heard.push(event));
    expect(heard.map(({ event }) => event.n)).toEqual([1, 2]);
    expect(heard[0]).toMatchObject({ kind: 'Stop', at: 1_700_000_000_001 });
    leave(1_700_000_000_003, 'Stop', { n: 3 });
    await eventuallyTrue(() => heard.length === 3);
    await clock.advance(5000);
    expect(heard).toHaveLength(3);
  });

  it('looks every second while it has no watch, and watches as soon as it can', async () => {
    const heard: string[] = [];
    rmSync(join(mailbox.directory, 'events'), { recursive: true });
    mailbox.listen(({ id }) => heard.push(id));
    mkdirSync(join(mailbox.directory, 'events'));
    const first = leave(1_700_000_000_001, 'Stop', {});
    await clock.advance(1000);
    expect(heard).toEqual([first]);
    const second = leave(1_700_000_000_002, 'Stop', {});
    await eventuallyTrue(() => heard.includes(second));
  });

  it('watches another directory in the place of its own', async () => {
    const heard: string[] = [];
    mailbox.listen(({ id }) => heard.push(id));
    rmSync(join(mailbox.directory, 'events'), { recursive: true });
    mkdirSync(join(mailbox.directory, 'events'));
    await clock.advance(1000);
    const id = leave(1_700_000_000_001, 'Stop', {});
    await eventuallyTrue(() => heard.includes(id));
  });

  it('finds by its sweep what the watch missed', async () => {
    const heard: string[] = [];
    mailbox.listen(({ id }) => heard.push(id));
    const id = leave(1_700_000_000_001, 'Stop', {});
    await clock.advance(30_000);
    expect(heard).toEqual([id]);
  });

  it('BX-02: keeps events until they are removed, over restarts', async () => {
    const first = leave(1_700_000_000_001, 'Stop', { n: 1 });
    leave(1_700_000_000_002, 'Stop', { n: 2 });
    mailbox.listen(() => undefined);
    mailbox.remove([first]);
    await mailbox.close();
    mailbox = open();
    const heard: MailboxEvent[] = [];
    mailbox.listen((event) => heard.push(event));
    expect(heard.map(({ event }) => event.n)).toEqual([2]);
  });

  it('tells an event again when its listener threw, and does not hold the others back', async () => {
    leave(1_700_000_000_001, 'Stop', { n: 1 });
    leave(1_700_000_000_002, 'Stop', { n: 2 });
    const heard: unknown[] = [];
    let broken = true;
    mailbox.listen(({ event }) => {
      if (event.n === 1 && broken) throw new Error('disk is full');
      heard.push(event.n);
    });
    expect(heard).toEqual([2]);
    broken = false;
    await clock.advance(1000);
    expect(heard).toEqual([2, 1]);
    expect(errors).toHaveLength(1);
  });

  it.each([
    ['half a file', '1700000000000000000-5-Stop', '{"id":"17'],
    ['another event’s content', '1700000000000000000-5-Stop', '{"id":"1-2-Stop","kind":"Stop","pid":5,"event":{}}'],
    ['no object', '1700000000000000000-5-Stop', '{"id":"1700000000000000000-5-Stop","kind":"Stop","pid":5,"event":3}'],
    ['a strange name', 'hello', '{}'],
  ])('moves %s aside, reports it and goes on', (_what, name, content) => {
    writeFileSync(join(mailbox.directory, 'events', `${name}.json`), content);
    leave(1_700_000_000_001, 'Stop', { n: 1 });
    const heard: MailboxEvent[] = [];
    mailbox.listen((event) => heard.push(event));
    expect(heard).toHaveLength(1);
    expect(errors).toHaveLength(1);
    expect(readFileSync(join(mailbox.directory, 'rejected', `${name}.json`), 'utf8')).toBe(content);
  });

  it('keeps only the newest rejected files', () => {
    for (let index = 0; index < 25; index++) {
      writeFileSync(join(mailbox.directory, 'events', `${1_700_000_000_000_000_000n + BigInt(index)}-5-Stop.json`), '');
    }
    mailbox.listen(() => undefined);
    const left = readdirSync(join(mailbox.directory, 'rejected'));
    expect(left).toHaveLength(20);
    expect(left).toContain('1700000000000000024-5-Stop.json');
  });

  it('never lets an id become a path', () => {
    expect(() => mailbox.answer('../../evil', {})).toThrow('not the id of an event');
    expect(() => mailbox.remove(['../x'])).toThrow('not the id of an event');
  });

  it('removes answers and temporary files that nobody will fetch', () => {
    const stale = '1700000000000000000-999999999-Stop';
    writeFileSync(join(mailbox.directory, 'answers', `${stale}.json`), '{}');
    writeFileSync(join(mailbox.directory, 'tmp', stale), '{');
    clock.jump(10 * 365 * 86_400_000);
    mailbox.listen(() => undefined);
    expect(readdirSync(join(mailbox.directory, 'answers'))).toEqual([]);
    expect(readdirSync(join(mailbox.directory, 'tmp'))).toEqual([]);
  });

  it('BX-05: lets an orphaned hook go, and ends it when it does not listen', async () => {
    const script = installHookScript(directory);
    // A hook that is held up: stopped, it cannot see its answer.
    const child = spawn('sh', [script, mailbox.directory, 'PermissionRequest', 'ask'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.end('{}');
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('exit', (_code, signal) => resolve(signal)));
    await eventuallyTrue(() => mailbox.events().length === 1);
    const [event] = mailbox.events();
    child.kill('SIGSTOP');
    mailbox.release(event!);
    await clock.advance(3000);
    child.kill('SIGCONT');
    expect(await ended).toBe('SIGTERM');
    expect(mailbox.isHeld(event!)).toBe(false);
    expect(readdirSync(join(mailbox.directory, 'answers'))).toEqual([]);
  });

  it('BX-05: an orphaned hook that listens ends by itself', async () => {
    const script = installHookScript(directory);
    const child = spawn('sh', [script, mailbox.directory, 'PermissionRequest', 'ask'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdin.end('{}');
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await eventuallyTrue(() => mailbox.events().length === 1);
    mailbox.release(mailbox.events()[0]!);
    expect(await ended).toBe(0);
    expect(output).toBe('{}');
    await clock.advance(3000);
  });

  it('never signals a process that is not a hook of this mailbox', async () => {
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    const id = leave(1_700_000_000_001, 'PermissionRequest', {}, bystander.pid);
    mailbox.release({ id, pid: bystander.pid! });
    await clock.advance(5000);
    expect(existsSync(`/proc/${bystander.pid!}`)).toBe(true);
    expect(bystander.exitCode).toBeNull();
    bystander.kill();
  });
});
