import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DirectoryWatch } from '../../src/base/directory-watch.ts';
import type { Watch } from '../../src/base/directory-watch.ts';
import { silentLog } from '../../src/base/log.ts';
import { eventuallyTrue } from '../eventually.ts';

let base: string;
let path: string;
let heard: (string | undefined)[];
let warnings: object[];
let open: DirectoryWatch[];

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'bridge-watch-'));
  path = join(base, 'watched');
  heard = [];
  warnings = [];
  open = [];
});

afterEach(() => {
  for (const one of open) one.close();
  rmSync(base, { recursive: true });
});

function directoryWatch(watch?: Watch): DirectoryWatch {
  const log = { ...silentLog, warn: (fields: object) => void warnings.push(fields) };
  const one = new DirectoryWatch({ path, onChange: (name) => heard.push(name), log, ...(watch ? { watch } : {}) });
  open.push(one);
  return one;
}

describe('DirectoryWatch', () => {
  it('tells the names of what changes, and is silent after its end', async () => {
    mkdirSync(path);
    const one = directoryWatch();
    expect(one.keep()).toBe(true);
    writeFileSync(join(path, 'a'), '');
    await eventuallyTrue(() => heard.includes('a'));
    one.close();
    expect(one.isOn).toBe(false);
  });

  it('waits for a directory that is not there yet', async () => {
    const one = directoryWatch();
    expect(one.keep()).toBe(false);
    mkdirSync(path);
    expect(one.keep()).toBe(true);
    writeFileSync(join(path, 'a'), '');
    await eventuallyTrue(() => heard.includes('a'));
    expect(warnings).toEqual([]);
  });

  it.each([
    ['moved away', () => renameSync(path, join(base, 'old'))],
    ['removed', () => rmSync(path, { recursive: true })],
  ])('says that it ended when the directory was %s, and watches the next one', async (_how, lose) => {
    mkdirSync(path);
    const one = directoryWatch();
    one.keep();
    lose();
    await eventuallyTrue(() => heard.includes(undefined));
    expect(one.isOn).toBe(false);
    mkdirSync(path);
    expect(one.keep()).toBe(true);
    writeFileSync(join(path, 'a'), '');
    await eventuallyTrue(() => heard.includes('a'));
  });

  it('lives without a watch where the system has none left, says so once, and takes one as soon as it can', () => {
    mkdirSync(path);
    let isFull = true;
    const one = directoryWatch(() => {
      if (isFull) throw new Error('ENOSPC: System limit for number of file watchers reached');
      return { on: () => undefined, close: () => undefined };
    });
    expect([one.keep(), one.keep()]).toEqual([false, false]);
    expect(warnings).toHaveLength(1);
    isFull = false;
    expect(one.keep()).toBe(true);
  });

  it('says so when the system ends the watch', () => {
    mkdirSync(path);
    let fail: (error: Error) => void = () => undefined;
    const one = directoryWatch(() => ({ on: (_event, listener) => (fail = listener), close: () => undefined }));
    one.keep();
    fail(new Error('EIO'));
    expect({ isOn: one.isOn, heard }).toEqual({ isOn: false, heard: [undefined] });
    expect(warnings).toHaveLength(1);
  });
});
