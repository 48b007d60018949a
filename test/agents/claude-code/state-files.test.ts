import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { StateFiles } from '../../../src/agents/claude-code/state-files.ts';
import { StateReader } from '../../../src/agents/claude-code/state-reader.ts';
import type { Cancel } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { eventuallyTrue } from '../../eventually.ts';
import { fixture } from './fixtures.ts';

const ownStart = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ')[19]!;

let config: string;
let clock: ManualClock;
let files: StateFiles;
let cancels: Cancel[];

beforeEach(() => {
  config = mkdtempSync(join(tmpdir(), 'bridge-state-'));
  mkdirSync(join(config, 'sessions'));
  clock = new ManualClock();
  files = new StateFiles({ config, clock, log: silentLog });
  cancels = [];
});

afterEach(() => {
  for (const cancel of cancels) cancel();
  expect(files.isWatched).toBe(false);
  rmSync(config, { recursive: true });
});

function path(pid: number): string {
  return join(config, 'sessions', `${pid}.json`);
}

function write(pid: number, change: object): void {
  const recorded = JSON.parse(fixture('state-file-busy.json')) as object;
  writeFileSync(path(pid), JSON.stringify({ ...recorded, pid, ...change }));
}

function listen(): (string | undefined)[] {
  const heard: (string | undefined)[] = [];
  cancels.push(files.onChange((changed) => heard.push(changed)));
  return heard;
}

describe('StateFiles', () => {
  it('finds the one of a conversation, by its id', () => {
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    expect(files.find('mine')?.pid).toBe(process.pid);
    expect(files.find('other')).toBeUndefined();
  });

  it('passes over what dead agents left, also when their pid was given to another process', () => {
    write(process.pid, { sessionId: 'mine', procStart: '1' });
    write(4_194_999, { sessionId: 'mine' });
    expect(files.find('mine')).toBeUndefined();
    expect(files.ofProcess(process.pid, 'mine')).toBeUndefined();
    expect(files.ofProcess(4_194_999, 'mine')).toBeUndefined();
  });

  it('finds the one of a process, when it is of this conversation', () => {
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    expect(files.ofProcess(process.pid, 'mine')?.path).toBe(path(process.pid));
    expect(files.ofProcess(process.pid, 'other')).toBeUndefined();
  });

  it('finds a file that comes later, or whose conversation changed, without any watch', async () => {
    expect(files.find('mine')).toBeUndefined();
    write(process.pid, { sessionId: 'another one', procStart: ownStart });
    await clock.advance(100);
    expect(files.find('mine')).toBeUndefined();
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    await clock.advance(100);
    expect(files.find('mine')?.pid).toBe(process.pid);
    expect(files.find('another one')).toBeUndefined();
  });

  it('gives what the file says now, not what it said when it was found', () => {
    write(process.pid, { sessionId: 'mine', procStart: ownStart, status: 'busy' });
    expect(files.find('mine')?.status).toBe('busy');
    write(process.pid, { sessionId: 'mine', procStart: ownStart, status: 'idle' });
    expect(files.find('mine')?.status).toBe('idle');
  });

  it('tells every listener which file was written, renamed into place, or removed', async () => {
    const first = listen();
    const second = listen();
    write(5, {});
    await eventuallyTrue(() => first.includes(path(5)) && second.includes(path(5)));
    writeFileSync(join(config, 'new'), '{}');
    renameSync(join(config, 'new'), path(6));
    await eventuallyTrue(() => first.includes(path(6)));
    first.length = 0;
    rmSync(path(6));
    await eventuallyTrue(() => first.includes(path(6)));
  });

  it('finds a file at once when its watch tells of it', async () => {
    const heard = listen();
    expect(files.find('mine')).toBeUndefined();
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    await eventuallyTrue(() => heard.length > 0);
    expect(files.find('mine')?.pid).toBe(process.pid);
  });

  it('watches a directory that appears later, and another one in its place', async () => {
    const sessions = join(config, 'sessions');
    rmSync(sessions, { recursive: true });
    const heard = listen();
    expect(files.isWatched).toBe(false);
    mkdirSync(sessions);
    files.find('mine');
    expect(files.isWatched).toBe(true);
    renameSync(sessions, join(config, 'old'));
    mkdirSync(sessions);
    await clock.advance(100);
    files.find('mine');
    write(7, {});
    await eventuallyTrue(() => heard.includes(path(7)));
  });
});

describe('StateReader', () => {
  const read = (pid?: number): StateReader => new StateReader({ files, conversation: () => 'mine', pid });

  it('follows its own file, and finds another one when that is gone', async () => {
    const reader = read();
    expect(reader.read()).toBeUndefined();
    expect(reader.isTold()).toBe(false);
    write(process.pid, { sessionId: 'mine', procStart: ownStart, status: 'idle' });
    await clock.advance(100);
    expect(reader.read()?.status).toBe('idle');
    // A new conversation in the same process is the same agent.
    write(process.pid, { sessionId: 'cleared', procStart: ownStart, status: 'busy' });
    expect(reader.read()?.status).toBe('busy');
    rmSync(path(process.pid));
    expect(reader.read()).toBeUndefined();
    expect(reader.last).toBeUndefined();
  });

  it('knows the file of a process at once', () => {
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    expect(read(process.pid).read()?.pid).toBe(process.pid);
  });

  it('hears of its own file only', async () => {
    const reader = read();
    let heard = 0;
    cancels.push(reader.onChange(() => (heard += 1)));
    const all = listen();
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    await eventuallyTrue(() => all.includes(path(process.pid)));
    reader.read();
    expect(reader.isTold()).toBe(true);
    heard = 0;
    write(5, { sessionId: 'other' });
    await eventuallyTrue(() => all.includes(path(5)));
    expect(heard).toBe(0);
    write(process.pid, { sessionId: 'mine', procStart: ownStart, status: 'idle' });
    await eventuallyTrue(() => heard > 0);
  });

  it('takes a file that still says busy from before a turn’s end for idle while only subagents work', () => {
    write(process.pid, { sessionId: 'mine', procStart: ownStart, status: 'busy', statusUpdatedAt: 1000 });
    const reader = read();
    reader.leftInBackground(2000);
    expect(reader.read()?.status).toBe('idle');
    write(process.pid, { sessionId: 'mine', procStart: ownStart, status: 'busy', statusUpdatedAt: 3000 });
    expect(reader.read()?.status).toBe('busy');
    write(process.pid, { sessionId: 'mine', procStart: ownStart, status: 'busy', statusUpdatedAt: 1000 });
    reader.leftInBackground(undefined);
    expect(reader.read()?.status).toBe('busy');
  });

  it('hears of a directory that was replaced, and is told of changes again', async () => {
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    const reader = read(process.pid);
    let heard = 0;
    cancels.push(reader.onChange(() => (heard += 1)));
    reader.read();
    expect(reader.isTold()).toBe(true);
    rmSync(join(config, 'sessions'), { recursive: true });
    mkdirSync(join(config, 'sessions'));
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    await eventuallyTrue(() => heard > 0);
    expect(reader.read()?.pid).toBe(process.pid);
    expect(reader.isTold()).toBe(true);
    heard = 0;
    write(process.pid, { sessionId: 'mine', procStart: ownStart });
    await eventuallyTrue(() => heard > 0);
  });
});
