import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { fileToOffer } from '../../src/storage/file-to-offer.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function world() {
  const base = temporaryDirectory();
  const home = join(base, 'work');
  const write = (path: string, content = 'x'): string => {
    mkdirSync(join(base, path, '..'), { recursive: true });
    writeFileSync(join(base, path), content);
    return join(base, path);
  };
  write('work/report.txt', 'words');
  write('elsewhere/passport.png');
  const offered = (path: string, closed: readonly string[] = []) => fileToOffer(path, home, closed);
  return { base, home, write, offered };
}

describe('MS-10: a file that an agent named', () => {
  it('is offered from inside the working directory, however it is called there', () => {
    const { home, write, offered } = world();
    const spaces = write('work/my files/the report (final).pdf');
    const report = { path: join(home, 'report.txt'), name: 'report.txt', size: 5 };
    for (const path of ['report.txt', './report.txt', 'my files/../report.txt', join(home, 'report.txt')]) {
      expect([path, offered(path)]).toEqual([path, report]);
    }
    for (const path of ['my files/the report (final).pdf', spaces]) {
      expect(offered(path)).toMatchObject({ path: spaces, name: 'the report (final).pdf' });
    }
  });

  it('is offered where the working directory is reached through a link', () => {
    const { base, home } = world();
    symlinkSync(home, join(base, 'alias'));
    for (const path of ['report.txt', join(base, 'alias', 'report.txt'), join(home, 'report.txt')]) {
      expect(fileToOffer(path, join(base, 'alias'), [])).toMatchObject({ path: join(home, 'report.txt') });
    }
  });

  it('a link inside is what it leads to, if that is inside as well', () => {
    const { home, offered } = world();
    symlinkSync('report.txt', join(home, 'latest.txt'));
    expect(offered('latest.txt')).toEqual({ path: join(home, 'report.txt'), name: 'latest.txt', size: 5 });
  });

  it('is not offered from outside, whatever the way there looks like', () => {
    const { base, home, offered } = world();
    symlinkSync(join(base, 'elsewhere'), join(home, 'pictures'));
    symlinkSync(join(base, 'elsewhere', 'passport.png'), join(home, 'picture.png'));
    symlinkSync(home, join(base, 'elsewhere', 'back'));
    for (const path of [
      '../elsewhere/passport.png',
      join(base, 'elsewhere', 'passport.png'),
      `${home}/../elsewhere/passport.png`,
      'pictures/passport.png',
      'picture.png',
      join(base, 'elsewhere', 'back', 'report.txt'),
      '/etc/hostname',
      '/proc/self/environ',
    ]) {
      expect([path, offered(path)]).toEqual([path, undefined]);
    }
  });

  it('is not offered under a name that looks like a secret, neither its own nor the one that was said', () => {
    const { home, write, offered } = world();
    for (const path of ['.env', '.git/config', 'sub/.ssh/id_rsa', 'tls.pem', 'secrets/a.txt']) {
      write(`work/${path}`);
      expect([path, offered(path)]).toEqual([path, undefined]);
    }
    symlinkSync('.env', join(home, 'notes.txt'));
    symlinkSync('.git', join(home, 'history'));
    symlinkSync('report.txt', join(home, 'token.txt'));
    for (const path of ['notes.txt', 'history/config', 'token.txt', 'sub/.ssh/../.ssh/id_rsa']) {
      expect([path, offered(path)]).toEqual([path, undefined]);
    }
  });

  it('is not offered when it is no regular file, empty, large, or has a second name', () => {
    const { base, home, write, offered } = world();
    execFileSync('mkfifo', [join(home, 'pipe.txt')]);
    mkdirSync(join(home, 'directory.d'));
    write('work/empty.txt', '');
    write('work/large.bin');
    truncateSync(join(home, 'large.bin'), 10 * 1024 * 1024 + 1);
    linkSync(join(base, 'elsewhere', 'passport.png'), join(home, 'hard.png'));
    symlinkSync('loop.txt', join(home, 'loop.txt'));
    for (const path of [
      'pipe.txt',
      'directory.d',
      'empty.txt',
      'large.bin',
      'hard.png',
      'loop.txt',
      'nothing.txt',
      '.',
    ]) {
      expect([path, offered(path)]).toEqual([path, undefined]);
    }
    truncateSync(join(home, 'large.bin'), 10 * 1024 * 1024);
    expect(offered('large.bin')).toMatchObject({ size: 10 * 1024 * 1024 });
  });

  it('odd names are only names', () => {
    const { offered } = world();
    for (const path of [
      'a\0b',
      'x'.repeat(5_000),
      `${'d/'.repeat(3_000)}a.txt`,
      'report.txt/a.txt',
      '',
      '~',
      '$(id)',
      '*',
    ]) {
      expect([path, offered(path)]).toEqual([path, undefined]);
    }
  });

  it('is not offered from directories of the bridge that lie in the working directory', () => {
    const { base, home, write, offered } = world();
    write('work/state/bridge.db');
    write('work/workspace/session_1/a.txt');
    expect(offered('state/bridge.db')).toBeDefined();
    const closed = [join(home, 'state'), join(base, 'nowhere')];
    expect(offered('state/bridge.db', closed)).toBeUndefined();
    expect(offered('workspace/session_1/a.txt', closed)).toBeDefined();
    // The working directory itself lies in one.
    expect(fileToOffer('a.txt', join(home, 'workspace/session_1'), [join(home, 'workspace')])).toBeDefined();
  });

  it('a working directory that is gone offers nothing', () => {
    const { home, offered } = world();
    rmSync(home, { recursive: true });
    expect(offered('report.txt')).toBeUndefined();
  });
});
