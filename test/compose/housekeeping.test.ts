import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { tidySessions, tidyUnfinished } from '../../src/compose/housekeeping.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const hour = 3_600_000;
const day = 24 * hour;

let directory: string;
let clock: ManualClock;
let known: Set<number>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-housekeeping-'));
  clock = new ManualClock();
  known = new Set([1]);
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Makes a file as old as that. */
function file(path: string, ageMs: number): string {
  const whole = join(directory, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, '{}');
  const seconds = (clock.now() - ageMs) / 1000;
  utimesSync(whole, seconds, seconds);
  return whole;
}

/** Goes through all sessions once; returns how many things were removed. */
function tidy(keepMs = 7 * day): number {
  const steps = tidySessions({ directory, clock, isKnown: (number) => known.has(number) }).run(keepMs);
  let removed = 0;
  for (let step = steps.next(); step.done !== true; step = steps.next()) removed += step.value;
  return removed;
}

describe('the files of sessions', () => {
  it('I11: what killed hooks and daemons left is removed, and what may still be needed is not', () => {
    // No process has this number: the largest of Linux is 4194304.
    const gone = `1700000000000000000-99999999-Stop`;
    const kept = [
      file(`1/mailbox/events/${gone}.json`, 300 * day),
      file('1/mailbox/tmp/young', hour / 2),
      file('1/mailbox/rejected/young.json', 6 * day),
      file('1/claude-settings.json', 300 * day),
      file('1/conversation.json', 300 * day),
      file('1/open-turns.json.AbCd_-12.tmp', hour / 2),
    ];
    const left = [
      file('1/mailbox/tmp/old', 2 * hour),
      file(`1/mailbox/answers/${gone}.json`, 0),
      file('1/mailbox/rejected/old.json', 8 * day),
      file('1/open-turns.json.AbCd_-34.tmp', 2 * hour),
      file('1/scripted/state.json.AbCd_-34.tmp', 2 * hour),
    ];
    expect(tidy()).toBe(left.length);
    expect(left.filter((path) => existsSync(path))).toEqual([]);
    expect(kept.filter((path) => !existsSync(path))).toEqual([]);
    expect(tidy()).toBe(0);
  });

  it('what a living agent waits for, or is writing, stays, whatever the clock says', async () => {
    const agent = spawn('sh', ['-c', 'read -r _', 'agent', join(directory, '1')]);
    try {
      await once(agent, 'spawn');
      const id = `1700000000000000000-${agent.pid ?? 0}`;
      const kept = [
        file(`1/mailbox/answers/${id}-dialog.json`, 2 * hour),
        file(`1/mailbox/tmp/${id}-text`, 2 * hour),
        file(`1/scripted/history.json.${agent.pid ?? 0}.AbCd_-12.tmp`, 2 * hour),
      ];
      const ended = once(agent, 'exit');
      expect(tidy()).toBe(0);
      agent.kill('SIGKILL');
      await ended;
      expect(tidy()).toBe(kept.length);
    } finally {
      agent.kill('SIGKILL');
    }
  });

  it('I11: the directory of a removed session goes a week after it was noticed, however old its files are', async () => {
    file('1/conversation.json', 300 * day);
    file('2/conversation.json', 300 * day);
    expect(tidy()).toBe(0);
    await clock.advance(7 * day - 1);
    expect(tidy()).toBe(0);
    expect(existsSync(join(directory, '2/conversation.json'))).toBe(true);
    await clock.advance(1);
    expect(tidy()).toBe(1);
    expect(readdirSync(directory)).toEqual(['1']);
  });

  it('I6: a session whose line is put back keeps its directory, and its week begins anew', async () => {
    file('2/conversation.json', 0);
    tidy();
    await clock.advance(6 * day);
    known.add(2);
    tidy();
    expect(readdirSync(join(directory, '2'))).toEqual(['conversation.json']);
    known.delete(2);
    tidy();
    await clock.advance(6 * day);
    expect(tidy()).toBe(0);
    await clock.advance(day);
    expect(tidy()).toBe(1);
  });

  it('a clock that was far ahead does not keep a directory for ever', async () => {
    file('2/conversation.json', 0);
    clock.jump(1000 * day);
    tidy();
    clock.jump(-1000 * day);
    tidy();
    await clock.advance(7 * day);
    expect(tidy()).toBe(1);
  });

  it('what is no session is left alone, and no directory is none', () => {
    const own = file('notes/mine.txt', 300 * day);
    const mark = file('0/mine.txt', 300 * day);
    tidy();
    expect([existsSync(own), existsSync(mark)]).toEqual([true, true]);
    rmSync(directory, { recursive: true });
    expect(tidy()).toBe(0);
    mkdirSync(directory);
  });
});

describe('files that were being replaced', () => {
  it('I11: are removed after an hour; others that look alike are not', () => {
    const left = file('daemon.json.AbCd_-12.tmp', 2 * hour);
    const kept = [file('daemon.json.AbCd_-12.tmp2', 2 * hour), file('mine.tmp', 2 * hour), file('bridge.db', 2 * hour)];
    mkdirSync(join(directory, 'x.AbCd_-12.tmp'));
    const steps = tidyUnfinished({ directories: [directory, join(directory, 'nowhere')], clock }).run(day);
    expect([steps.next().value, steps.next().value]).toEqual([1, 0]);
    expect(existsSync(left)).toBe(false);
    expect(kept.every((path) => existsSync(path))).toBe(true);
    expect(existsSync(join(directory, 'x.AbCd_-12.tmp'))).toBe(true);
  });
});
