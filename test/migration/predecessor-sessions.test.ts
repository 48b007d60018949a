import { describe, expect, it } from 'vitest';

import { planSessions, readPredecessorSessions } from '../../migration/predecessor-sessions.ts';
import type { SessionsPlan, TheirSession } from '../../migration/predecessor-sessions.ts';
import type { ChannelId, SessionEntry, SessionNumber } from '../../src/model/session.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

const a = '111111111111111111';
const b = '222222222222222222';
const c = '333333333333333333';

describe('reading the map of the Python bridge', () => {
  it.each([
    ['', []],
    ['{}', []],
    [`{"1": "${a}"}`, [{ number: 1, channel: a }]],
    [`{"sessions": {"2": "${a}"}}`, [{ number: 2, channel: a }]],
    [`{"1": {"channel_id": "${a}", "name": "x"}}`, [{ number: 1, channel: a }]],
    [
      `{"1": {"channelId": ${a}, "work_dir": "/x"}, "2": "${b}"}`,
      [
        { number: 1, channel: a, workDir: '/x' },
        { number: 2, channel: b },
      ],
    ],
    // More digits than a number holds.
    ['{"1": 1234567890123456789}', [{ number: 1, channel: '1234567890123456789' }]],
  ])('%s', (text, sessions) => {
    expect(readPredecessorSessions(text, '/f')).toEqual(sessions);
  });

  it.each(['{', '[]', '"x"', '{"1": null}', '{"1": ["x"]}', '{"first": "x"}', '{"0": "x"}'])('refuses %s', (text) => {
    expect(() => readPredecessorSessions(text, '/the/file')).toThrow(
      expect.objectContaining({ code: 'predecessor-unreadable', message: expect.stringContaining('/the/file') }),
    );
  });
});

function ours(map: Readonly<Record<number, string>>): readonly SessionEntry[] {
  return Object.entries(map).map(([number, channel]) => ({
    number: Number(number) as SessionNumber,
    channel: channel as ChannelId,
  }));
}

function plan(
  theirs: Readonly<Record<number, string>> | readonly TheirSession[],
  here: Readonly<Record<number, string>> = {},
  { given = [], taken = [] }: { readonly given?: readonly number[]; readonly taken?: readonly string[] } = {},
): SessionsPlan & { readonly map: Readonly<Record<number, string>> } {
  const entries = ours(here);
  const planned = planSessions({
    theirs: Array.isArray(theirs)
      ? (theirs as readonly TheirSession[])
      : Object.entries(theirs as Readonly<Record<number, string>>).map(([number, channel]) => ({
          number: Number(number),
          channel,
        })),
    ours: entries,
    taken: new Set(taken),
    isGiven: (number) => given.includes(number) || entries.some((entry) => entry.number === number),
  });
  return {
    ...planned,
    map: Object.fromEntries((planned.entries ?? []).map(({ number, channel }) => [number, channel])),
  };
}

describe('MS-12: sessions of the Python bridge', () => {
  it('keep their numbers beside ours', () => {
    const { map, numbers, notes } = plan({ 1: a, 4: b }, { 2: c });
    expect(map).toEqual({ 1: a, 2: c, 4: b });
    expect([...numbers]).toEqual([
      [1, 1],
      [4, 4],
    ]);
    expect(notes).toEqual([]);
  });

  it('are known by their channel', () => {
    const { entries, numbers } = plan({ 1: a }, { 7: a });
    expect(entries).toBeUndefined();
    expect([...numbers]).toEqual([[1, 7]]);
  });

  it('MS-01: never get a number that somebody has, had, or will have', () => {
    expect(plan({ 1: a, 2: b }, { 1: c }).map).toEqual({ 1: c, 2: b, 3: a });
    expect(plan({ 1: a, 2: b }, {}, { given: [1, 3] }).map).toEqual({ 2: b, 4: a });
    expect(plan({ 1: a, 2: b }, {}, { given: [1, 2] }).map).toEqual({ 3: a, 4: b });
  });

  it('MS-01: never share a channel', () => {
    const { map, notes } = plan({ 1: a, 2: a, 3: b }, {}, { given: [1] });
    expect(map).toEqual({ 3: b, 4: a });
    expect(notes).toContain('Session 2 is left out: session 1 of there has its channel too.');
  });

  it('are left out, and named, when their channel is none', () => {
    const { map, notes } = plan({ 1: 'YOUR_CHANNEL_ID', 2: b });
    expect(map).toEqual({ 2: b });
    expect(notes).toEqual(['Session 1 is left out: "YOUR_CHANNEL_ID" is no channel id (15 to 20 digits).']);
  });

  it('take their working directory along, if it is there', () => {
    const directory = temporaryDirectory();
    const { entries, notes } = plan([
      { number: 1, channel: a, workDir: directory },
      { number: 2, channel: b, workDir: '/nowhere' },
    ]);
    expect(entries).toEqual([
      { number: 1, channel: a, workDir: directory },
      { number: 2, channel: b },
    ]);
    expect(notes).toEqual([expect.stringContaining('/nowhere')]);
  });

  it('do not come back when they were taken over before and removed here', () => {
    const { entries, notes } = plan({ 1: a }, {}, { taken: [a] });
    expect(entries).toBeUndefined();
    expect(notes).toHaveLength(1);
  });
});
