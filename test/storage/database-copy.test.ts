import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { copyDatabase, inspectDatabase } from '../../src/storage/database-copy.ts';
import { Database, stateVersion } from '../../src/storage/database.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function place(): { readonly from: string; readonly to: string } {
  const directory = temporaryDirectory();
  return { from: join(directory, 'from.db'), to: join(directory, 'to.db') };
}

describe('MS-15: the copy of a database', () => {
  it('has what was committed, while it is open and in the middle of a transaction', () => {
    const { from, to } = place();
    const database = Database.open(from);
    database.run("INSERT INTO facts (name, value) VALUES ('a', '1')");
    database.run('BEGIN IMMEDIATE');
    database.run("INSERT INTO facts (name, value) VALUES ('b', '2')");
    expect(copyDatabase(from, to)).toMatchObject({ version: stateVersion, rows: { facts: 1 } });
    database.run('COMMIT');
    database.close();
    expect(statSync(to).mode & 0o777).toBe(0o600);
    const copy = Database.open(to);
    expect(copy.all('SELECT name FROM facts')).toMatchObject([{ name: 'a' }]);
    copy.close();
  });

  it('is refused of what is damaged, or none; the file stays as it is', () => {
    const { from, to } = place();
    writeFileSync(from, 'x'.repeat(5000));
    expect(() => copyDatabase(from, to)).toThrow(expect.objectContaining({ code: 'state-unreadable' }));
    expect(readFileSync(from, 'utf8')).toBe('x'.repeat(5000));
    expect(existsSync(to)).toBe(false);
  });

  it('is noticed when a page of it is overwritten', () => {
    const { from, to } = place();
    const database = Database.open(from);
    for (let index = 0; index < 300; index += 1) {
      database.run('INSERT INTO facts (name, value) VALUES (?, ?)', `name ${index}`, 'x'.repeat(200));
    }
    database.close();
    copyDatabase(from, to);
    const bytes = readFileSync(to);
    // The end of the file is full of rows of that table.
    bytes.fill(0x5a, bytes.length - 3 * 4096);
    writeFileSync(to, bytes);
    expect(() => inspectDatabase(to)).toThrow(expect.objectContaining({ code: 'state-unreadable' }));
  });
});
