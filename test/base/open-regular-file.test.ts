import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { openRegularFile } from '../../src/base/open-regular-file.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

describe('opening a file that was looked at before', () => {
  const place = (): string => realpathSync(temporaryDirectory());

  it('opens the file that lies there', async () => {
    const path = join(place(), 'a.txt');
    writeFileSync(path, 'words');
    const handle = await openRegularFile(path);
    expect(await handle.readFile('utf8')).toBe('words');
    await handle.close();
  });

  it('refuses a link in its place, and one in the place of its directory', async () => {
    const directory = place();
    mkdirSync(join(directory, 'real'));
    writeFileSync(join(directory, 'real', 'a.txt'), 'words');
    symlinkSync(join(directory, 'real', 'a.txt'), join(directory, 'link.txt'));
    await expect(openRegularFile(join(directory, 'link.txt'))).rejects.toThrow('it is a link');
    renameSync(join(directory, 'real'), join(directory, 'elsewhere'));
    symlinkSync(join(directory, 'elsewhere'), join(directory, 'real'));
    await expect(openRegularFile(join(directory, 'real', 'a.txt'))).rejects.toThrow('it is reached through a link');
  });

  it('refuses a directory and a pipe, and waits for neither', async () => {
    const directory = place();
    execFileSync('mkfifo', [join(directory, 'pipe')]);
    await expect(openRegularFile(join(directory, 'pipe'))).rejects.toThrow('it is not a regular file');
    await expect(openRegularFile(directory)).rejects.toThrow('it is not a regular file');
  });

  it('says what the system says of one that is not there', async () => {
    await expect(openRegularFile(join(place(), 'none'))).rejects.toThrow('ENOENT');
  });
});
