import { existsSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { removeOldFiles, removeUnfinishedFiles } from '../../src/attachments/tidy.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

const name = (digit: number): string => `IMG_20261122_010203_a1b2c${digit}.png`;

/** Two sessions' folders, with files that were changed at a time. */
function folders(files: Readonly<Record<string, number>>): string {
  const root = temporaryDirectory();
  for (const [path, changed] of Object.entries(files)) {
    const whole = join(root, path);
    mkdirSync(join(whole, '..'), { recursive: true });
    writeFileSync(whole, 'x');
    utimesSync(whole, changed / 1000, changed / 1000);
  }
  return root;
}

describe('tidying', () => {
  it('MS-02: old files go, but those that somebody needs, young ones, and what is not ours', () => {
    const [old, young] = [1_000_000, 9_000_000];
    const root = folders({
      [`session_1/${name(1)}`]: old,
      [`session_1/${name(2)}`]: old,
      [`session_1/${name(3)}`]: young,
      'session_1/notes.md': old,
      [`session_1/sub/${name(4)}`]: old,
      [`session_27/${name(5)}`]: old,
      [`other/${name(6)}`]: old,
      [name(7)]: old,
    });
    symlinkSync('/etc/passwd', join(root, 'session_1', name(8)));
    const needed = new Set([join(root, 'session_1', name(2))]);
    expect([...removeOldFiles(root, 5_000_000, () => needed)].reduce((sum, one) => sum + one, 0)).toBe(2);
    expect(readdirSync(join(root, 'session_1')).sort()).toEqual([name(2), name(3), name(8), 'notes.md', 'sub']);
    expect(readdirSync(join(root, 'session_27'))).toEqual([]);
    expect(existsSync(join(root, 'other', name(6)))).toBe(true);
    expect(existsSync(join(root, name(7)))).toBe(true);
  });

  it('half-written files go, however young', () => {
    const root = folders({ [`session_1/${name(1)}.part`]: 9, [`session_1/${name(1)}`]: 9, 'session_1/x.part': 9 });
    expect(removeUnfinishedFiles(root)).toBe(1);
    expect(readdirSync(join(root, 'session_1')).sort()).toEqual([name(1), 'x.part']);
  });

  it('nothing is there yet', () => {
    const root = join(temporaryDirectory(), 'missing');
    expect(removeUnfinishedFiles(root)).toBe(0);
    expect([...removeOldFiles(root, 1, () => new Set())]).toEqual([]);
  });
});
