import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished } from 'vitest';

import { JournalFlush } from '../../src/storage/journal-flush.ts';
import { refusal } from './refusal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** The flushes of a journal that is a file, or a device that cannot be flushed. */
function flushesOf(journal: 'file' | 'unflushable'): JournalFlush {
  const path = join(temporaryDirectory(), 'bridge.db');
  if (journal === 'file') writeFileSync(`${path}-wal`, 'steps');
  else symlinkSync('/dev/null', `${path}-wal`);
  const flushes = new JournalFlush(path);
  onTestFinished(() => flushes.close());
  return flushes;
}

/** Whether a promise is settled before anything else happens in this process. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  const unsettled = Symbol();
  return (await Promise.race([promise, Promise.resolve(unsettled)])) !== unsettled;
}

describe('the flushes of a journal', () => {
  it('where nothing was written, nobody waits', async () => {
    const flushes = flushesOf('unflushable');
    flushes.now();
    expect(await isSettled(flushes.done())).toBe(true);
  });

  it('all who wait share one, and then nobody waits', async () => {
    const flushes = flushesOf('file');
    flushes.wrote();
    const first = flushes.done();
    expect(await isSettled(first)).toBe(false);
    flushes.wrote();
    const [one, other] = [flushes.done(), flushes.done()];
    expect(one).toBe(other);
    await Promise.all([first, one]);
    expect(await isSettled(flushes.done())).toBe(true);
  });

  it('I1: a step that is written while one runs waits for the next one', async () => {
    const flushes = flushesOf('file');
    flushes.wrote();
    const first = flushes.done();
    await Promise.resolve();
    flushes.wrote();
    const second = flushes.done();
    expect(second).not.toBe(first);
    await first;
    expect(await isSettled(flushes.done())).toBe(false);
    await second;
  });

  it('one that waits for the disk spares the others the wait', async () => {
    const flushes = flushesOf('file');
    flushes.wrote();
    flushes.now();
    expect(await isSettled(flushes.done())).toBe(true);
  });

  it('I1: what the disk refused is never taken for flushed', async () => {
    const flushes = flushesOf('unflushable');
    flushes.wrote();
    await expect(flushes.done()).rejects.toThrow(refusal('state-unwritable', 'bridge.db', 'EINVAL'));
    expect(() => flushes.now()).toThrow(refusal('state-unwritable'));
    await expect(flushes.done()).rejects.toMatchObject({ happened: 'unknown' });
  });

  it('may be closed while one runs', async () => {
    const path = join(temporaryDirectory(), 'bridge.db');
    writeFileSync(`${path}-wal`, 'steps');
    const flushes = new JournalFlush(path);
    flushes.wrote();
    const running = flushes.done();
    await Promise.resolve();
    flushes.close();
    await running;
  });
});
