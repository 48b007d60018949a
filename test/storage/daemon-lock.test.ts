import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { takeDaemonLock } from '../../src/storage/daemon-lock.ts';
import { killHard, sourceModule, startChild } from './child-process.ts';
import { refusal } from './refusal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const alreadyRunning = refusal('already-running');

describe('daemon lock', () => {
  it('is held by one at a time, and free after the release', () => {
    const path = join(temporaryDirectory(), 'daemon.lock');
    const release = takeDaemonLock(path);
    expect(() => takeDaemonLock(path)).toThrow(alreadyRunning);
    expect(() => takeDaemonLock(path)).toThrow(path);
    release();
    takeDaemonLock(path)();
  });

  it('a second process is refused while another holds it, and gets it once that one was killed', async () => {
    const path = join(temporaryDirectory(), 'daemon.lock');
    const child = await startChild(`
      import { takeDaemonLock } from ${sourceModule('storage/daemon-lock.ts')};
      // Kept, as the daemon does: a lock that nobody can release is released when the memory is tidied.
      const release = takeDaemonLock(${JSON.stringify(path)});
      console.log('ready');
      setInterval(() => void release, 1000);
    `);
    expect(() => takeDaemonLock(path)).toThrow(alreadyRunning);
    await killHard(child);
    takeDaemonLock(path)();
  });

  it('does not blame another bridge for a file that cannot be a lock', () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'daemon.lock');
    writeFileSync(path, 'not a lock of ours '.repeat(20));
    const unusable = refusal('lock-unusable');
    expect(() => takeDaemonLock(path)).toThrow(unusable);
    expect(() => takeDaemonLock(join(directory, 'nowhere', 'daemon.lock'))).toThrow(unusable);
  });
});
