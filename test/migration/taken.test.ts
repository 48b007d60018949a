import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { Taken } from '../../migration/taken.ts';
import { FileChanges } from '../../src/storage/file-changes.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

describe('what was taken over', () => {
  it('is known the next time; a file only as it was; and of what is gone there nothing is kept', () => {
    const directory = temporaryDirectory();
    const record = join(directory, 'state', 'taken.json');
    const changes = new FileChanges({ directory: join(directory, 'state') });
    const files = ['one', 'two'].map((name) => join(directory, name));
    for (const file of files) writeFileSync(file, file);
    const first = Taken.read(record).with({ settings: ['A'], channels: ['1'], files });
    changes.make([first], 0);
    const taken = Taken.read(record);
    expect([...taken.settings, ...taken.channels]).toEqual(['A', '1']);
    expect(files.map((file) => taken.hasFile(file))).toEqual([true, true]);
    utimesSync(files[0] ?? '', 1, 1);
    expect(taken.hasFile(files[0] ?? '')).toBe(false);

    rmSync(files[1] ?? '');
    changes.make([taken.with({ settings: ['B', 'A'], channels: [], files: [] })], 0);
    const later = Taken.read(record);
    expect([...later.settings]).toEqual(['A', 'B']);
    writeFileSync(files[1] ?? '', files[1] ?? '');
    expect(later.hasFile(files[1] ?? '')).toBe(false);
  });

  it.each(['{', '{"version":2}'])('a record like %j is not guessed at', (text) => {
    const file = join(temporaryDirectory(), 'taken.json');
    writeFileSync(file, text);
    expect(() => Taken.read(file)).toThrow(expect.objectContaining({ code: 'migration-record-unreadable' }));
  });
});
