import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { beforeEach, describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import { FileChanges } from '../../src/storage/file-changes.ts';
import type { FileChange } from '../../src/storage/file-change.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const at = Date.UTC(2026, 10, 22);

let home: string;
let changes: FileChanges;
beforeEach(() => {
  home = temporaryDirectory();
  changes = new FileChanges({ directory: own() });
});

function own(): string {
  return join(home, 'state', 'migrations');
}

function put(name: string, content: string): string {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Everything but the own directory: content by path; directories have none. */
function everything(): Readonly<Record<string, string>> {
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => !name.startsWith('state'));
  return Object.fromEntries(
    names.sort().map((name) => {
      const path = join(home, name);
      return [name, statSync(path).isDirectory() ? '' : readFileSync(path, 'utf8')];
    }),
  );
}

/** One of each kind: replaced, new, moved. */
function threeChanges(): readonly FileChange[] {
  return [
    { target: put('config/.env', 'old'), source: { text: 'new' }, replaces: sha256('old') },
    { target: join(home, 'deep/er/copy'), source: { file: put('elsewhere/a', 'A') } },
    { target: join(home, 'files/session_1/b'), source: { file: put('files/b', 'BB') }, removesSource: true },
  ];
}

/** What a kill leaves that came when everything was in place, and nothing decided. @returns what was there before. */
function killedBeforeTheDecision(): Readonly<Record<string, string>> {
  const source = put('files/b', 'BB');
  put('config/.env', 'old');
  const before = everything();
  const moved = put('files/session_1/b', 'BB');
  const replaced = put('config/.env', 'new');
  const backup = put('state/migrations/unfinished/1-old-.env', 'old');
  const made = { bytes: 2, original: null };
  const journal = {
    ...{ version: 1, state: 'applying', mark: '0123456789ab', backup: join(own(), 'backup-1') },
    directories: [dirname(moved)],
    changes: [
      { ...made, target: moved, source, sha256: sha256('BB'), replaces: null, removesSource: true },
      {
        ...{ ...made, target: replaced, source: join(own(), 'unfinished/1-new-.env'), sha256: sha256('new') },
        ...{ replaces: { sha256: sha256('old'), backup }, removesSource: true },
      },
    ],
  };
  put('state/migrations/journal.json', JSON.stringify(journal));
  return before;
}

function failureOf(action: () => unknown): BridgeError {
  try {
    action();
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('several files as one step', () => {
  it('MS-12: replaces, copies and moves, keeps what was there, and tells how much it read back', () => {
    const { backup, ...made } = changes.make(threeChanges(), at);
    expect(made).toEqual({ files: 3, bytes: 'new'.length + 'A'.length + 'BB'.length, left: [] });
    expect(everything()).toEqual({
      config: '',
      'config/.env': 'new',
      deep: '',
      'deep/er': '',
      'deep/er/copy': 'A',
      elsewhere: '',
      'elsewhere/a': 'A',
      files: '',
      'files/session_1': '',
      'files/session_1/b': 'BB',
    });
    for (const name of ['config/.env', 'deep/er/copy', 'files/session_1/b']) {
      expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
    }
    expect(statSync(join(home, 'files/session_1')).mode & 0o777).toBe(0o700);
    expect(statSync(own()).mode & 0o777).toBe(0o700);
    expect(readdirSync(own())).toHaveLength(1);
    expect(readFileSync(join(backup, '0-old-.env'), 'utf8')).toBe('old');
    expect(readFileSync(join(backup, '2-moved-b'), 'utf8')).toBe('BB');
    expect(JSON.parse(readFileSync(join(backup, 'manifest.json'), 'utf8'))).toMatchObject([
      { replaced: '0-old-.env' },
      { file: join(home, 'deep/er/copy') },
      { movedFrom: join(home, 'files/b'), copy: '2-moved-b' },
    ]);
    // The new settings may hold a token: they are at their place only.
    expect(readdirSync(backup).filter((name) => name.includes('new'))).toEqual([]);
  });

  it('I11: keeps the newest three backups', () => {
    const made = [1, 2, 3, 4, 5].map((number) =>
      changes.make([{ target: join(home, `f${number}`), source: { text: 'x' } }], at + number * 60_000),
    );
    expect(readdirSync(own()).sort()).toEqual(made.slice(2).map(({ backup }) => backup.slice(own().length + 1)));
    // Also when the clock was set back.
    const { backup } = changes.make([{ target: join(home, 'f6'), source: { text: 'x' } }], at);
    expect(existsSync(backup)).toBe(true);
    expect(readdirSync(own())).toHaveLength(3);
  });
});

describe('MS-12: everything is as it was, when', () => {
  it.each<[string, string, () => FileChange]>([
    ['a file is in the way', 'file-in-the-way', () => ({ target: put('taken', 'mine'), source: { text: 'x' } })],
    [
      'what is replaced is another file by now',
      'file-changed-meanwhile',
      () => ({ target: put('edited', 'newest'), source: { text: 'x' }, replaces: sha256('what was planned for') }),
    ],
    ['a source is gone', 'ENOENT', () => ({ target: join(home, 'x'), source: { file: join(home, 'gone') } })],
    [
      'a source is a link',
      'file-irregular',
      () => {
        symlinkSync('/etc/passwd', join(home, 'link'));
        return { target: join(home, 'x'), source: { file: join(home, 'link') } };
      },
    ],
    [
      'a directory cannot be made',
      'ENOTDIR',
      () => ({ target: join(put('a-file', ''), 'below'), source: { text: 'x' } }),
    ],
    [
      'two files are to go to one place',
      'file-in-the-way',
      () => ({ target: join(home, 'deep/er/copy'), source: { text: 'another' } }),
    ],
  ])('%s', (_what, code, last) => {
    const all = [...threeChanges(), last()];
    const before = everything();
    const error = failureOf(() => changes.make(all, at));
    expect(error).toMatchObject({ code: 'changes-undone', happened: 'not-done' });
    expect(error.message).toMatch(/Everything is as it was before\.$/);
    expect(error.cause).toMatchObject({ code });
    expect(everything()).toEqual(before);
    expect(changes.isUnfinished).toBe(false);
    expect(readdirSync(own())).toEqual([]);
  });

  it('what was placed is not there any more when it is read back', () => {
    // Each is right when it is placed; the second one takes the place of the first.
    const [first, ...others] = threeChanges();
    const target = first?.target ?? '';
    const all = [
      { target, source: { text: 'old' }, replaces: sha256('old') },
      ...others,
      { target, source: { text: 'newest' }, replaces: sha256('old') },
    ];
    const before = everything();
    expect(failureOf(() => changes.make(all, at)).cause).toMatchObject({ code: 'file-changed-meanwhile' });
    expect(everything()).toEqual(before);
    expect(readdirSync(own())).toEqual([]);
  });

  it('it was killed before the write that decides, although everything was in place', () => {
    const before = killedBeforeTheDecision();
    expect(changes.isUnfinished).toBe(true);
    expect(changes.heal()).toBe('undone');
    expect(everything()).toEqual(before);
    expect(readdirSync(own())).toEqual([]);
  });

  it('it cannot be undone at first, and goes on where it stopped when it can', () => {
    const before = killedBeforeTheDecision();
    const inTheWay = join(home, 'config/.env.0123456789ab.tmp');
    mkdirSync(inTheWay);
    const error = failureOf(() => changes.heal());
    expect(error).toMatchObject({ code: 'changes-stuck', happened: 'unknown' });
    expect(error.message).toContain(inTheWay);
    expect(changes.isUnfinished).toBe(true);
    rmdirSync(inTheWay);
    expect(changes.heal()).toBe('undone');
    expect(everything()).toEqual(before);
    expect(readdirSync(own())).toEqual([]);
  });

  it.runIf(process.getuid?.() !== 0)('a directory cannot be written', () => {
    const all = [...threeChanges(), { target: join(home, 'closed/x'), source: { text: 'x' } }];
    mkdirSync(join(home, 'closed'), { mode: 0o500 });
    const before = everything();
    expect(failureOf(() => changes.make(all, at)).code).toBe('changes-undone');
    chmodSync(join(home, 'closed'), 0o700);
    expect(everything()).toEqual(before);
  });
});

describe('a move', () => {
  it('leaves a source that is another file by now, and says so', () => {
    const all = threeChanges();
    // What a kill between commit and removal leaves, and then somebody writes there.
    const source = join(home, 'files/b');
    const { backup } = changes.make(all, at);
    put('files/b', 'somebody else');
    writeFileSync(
      join(own(), 'journal.json'),
      JSON.stringify({
        version: 1,
        state: 'committed',
        mark: '0123456789ab',
        backup,
        directories: [],
        changes: [
          {
            target: join(home, 'files/session_1/b'),
            source,
            sha256: sha256('BB'),
            bytes: 2,
            replaces: null,
            removesSource: true,
            original: null,
          },
        ],
      }),
    );
    expect(changes.heal()).toBe('finished');
    expect(readFileSync(source, 'utf8')).toBe('somebody else');
    expect(changes.isUnfinished).toBe(false);
  });
});

describe('a journal that cannot be read', () => {
  it.each(['{', '{"version":2}', ''])('%j stops everything, and is left as it is', (text) => {
    mkdirSync(own(), { recursive: true });
    writeFileSync(join(own(), 'journal.json'), text);
    expect(changes.isUnfinished).toBe(true);
    expect(failureOf(() => changes.heal())).toMatchObject({ code: 'changes-journal-unreadable', happened: 'unknown' });
    expect(readFileSync(join(own(), 'journal.json'), 'utf8')).toBe(text);
  });
});

it('has nothing to heal where nothing was begun', () => {
  expect(changes.isUnfinished).toBe(false);
  expect(changes.heal()).toBeUndefined();
  expect(existsSync(own())).toBe(false);
});
