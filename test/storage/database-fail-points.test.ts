import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { Database } from '../../src/storage/database.ts';
import { sourceModule } from './child-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Adds apple, then (in one step, nested) pear and plum, then fig; dies at the fail point that is given. */
const script = (path: string): string => `
  import { Database } from ${sourceModule('storage/database.ts')};
  const database = Database.open(${JSON.stringify(path)});
  database.run('CREATE TABLE fruit (name TEXT PRIMARY KEY) STRICT');
  const add = (name) => database.pass('fruit:' + name, () => database.run('INSERT INTO fruit (name) VALUES (?)', name));
  add('apple');
  database.transaction(() => {
    try {
      database.transaction(() => {
        add('pear');
        throw new Error('undone');
      });
    } catch {}
    database.transaction(() => add('plum'));
    add('fig');
  });
  console.log('survived');
`;

function runUntil(point: string | undefined): { readonly signal: string | null; readonly fruit: readonly unknown[] } {
  const path = join(temporaryDirectory(), 'fruit.db');
  const { BRIDGE_FAIL_POINT: _, ...environment } = process.env;
  const { signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script(path)], {
    env: { ...environment, ...(point === undefined ? {} : { BRIDGE_FAIL_POINT: point }) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const database = Database.open(path);
  const fruit = database.all('SELECT name FROM fruit ORDER BY rowid').map((row) => row['name']);
  database.close();
  return { signal, fruit };
}

describe('a fail point kills the process', () => {
  it.each([
    ['before a transition is on disk', 'fruit:apple:before', []],
    ['after it', 'fruit:apple:after', ['apple']],
    ['before a nested one', 'fruit:plum:before', ['apple']],
    ['after a nested one: when all of what is around it is on disk', 'fruit:plum:after', ['apple', 'plum', 'fig']],
  ])('%s', (_when, point, fruit) => {
    expect(runUntil(point)).toEqual({ signal: 'SIGKILL', fruit });
  });

  it('not after a step that was undone, nor when none is named', () => {
    const everything = { signal: null, fruit: ['apple', 'plum', 'fig'] };
    expect(runUntil('fruit:pear:after')).toEqual(everything);
    expect(runUntil('fruit:apple:before#2')).toEqual(everything);
    expect(runUntil(undefined)).toEqual(everything);
  });
});
