import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import type { SessionEntry } from '../../src/model/session.ts';
import { SessionDirectories } from '../../src/storage/session-directories.ts';
import { channelA, two } from './records.ts';
import { refusal } from './refusal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const entry: SessionEntry = { number: two, channel: channelA };

function directories(defaultWorkDir?: (home: string) => string) {
  const home = temporaryDirectory();
  return {
    home,
    workspace: new SessionDirectories({
      workspace: join(home, 'workspace'),
      attachments: join(home, 'attachments'),
      sessions: join(home, 'state/sessions'),
      defaultWorkDir: defaultWorkDir?.(home),
    }),
  };
}

function mode(path: string): number {
  return statSync(path).mode & 0o777;
}

describe('directories of sessions', () => {
  it('MS-10: makes working, private and attachment directory, each 0700, also under an open umask', () => {
    const { home, workspace } = directories();
    const before = process.umask(0);
    try {
      expect(workspace.prepare(entry)).toEqual({
        workDir: join(home, 'workspace/session_2'),
        ownWorkDir: true,
        directory: join(home, 'state/sessions/2'),
        attachments: join(home, 'attachments/session_2'),
      });
    } finally {
      process.umask(before);
    }
    for (const path of ['workspace/session_2', 'state/sessions/2', 'attachments/session_2']) {
      expect([path, mode(join(home, path))]).toEqual([path, 0o700]);
    }
  });

  it('MS-10: closes directories that a predecessor left open to others', () => {
    const { home, workspace } = directories();
    for (const path of ['attachments/session_2', 'state/sessions/2']) {
      mkdirSync(join(home, path), { recursive: true, mode: 0o755 });
    }
    workspace.prepare(entry);
    expect(['attachments/session_2', 'state/sessions/2'].map((path) => mode(join(home, path)))).toEqual([0o700, 0o700]);
  });

  it('keeps what is in them when asked again', () => {
    const { home, workspace } = directories();
    workspace.prepare(entry);
    writeFileSync(join(home, 'workspace/session_2/work'), 'x');
    workspace.prepare(entry);
    expect(readdirSync(join(home, 'workspace/session_2'))).toEqual(['work']);
  });

  it('takes a configured directory as it is, and does not call it its own', () => {
    const { home, workspace } = directories();
    const mine = join(home, 'mine');
    mkdirSync(mine, { mode: 0o755 });
    const configured = { ...entry, workDir: mine };
    expect(workspace.workDirOf(configured)).toBe(mine);
    expect(workspace.prepare(configured)).toMatchObject({ workDir: mine, ownWorkDir: false });
    expect(mode(mine)).toBe(0o755);
    expect(existsSync(join(home, 'workspace'))).toBe(false);
  });

  it('uses the default directory of all sessions, unless the session names one', () => {
    const { home, workspace } = directories((base) => join(base, 'shared'));
    mkdirSync(join(home, 'shared'));
    expect(workspace.prepare(entry)).toMatchObject({ workDir: join(home, 'shared'), ownWorkDir: false });
    expect(workspace.workDirOf({ ...entry, workDir: '/elsewhere' })).toBe('/elsewhere');
  });

  it('names a configured directory that is missing, or is a file, and makes nothing', () => {
    const { home, workspace } = directories();
    const missing = join(home, 'missing');
    const refused = refusal('work-dir-missing', missing);
    expect(() => workspace.prepare({ ...entry, workDir: missing })).toThrow(refused);
    writeFileSync(missing, '');
    expect(() => workspace.prepare({ ...entry, workDir: missing })).toThrow(refused);
    expect(readdirSync(home)).toEqual(['missing']);
  });

  it('tells the directory without touching the disk', () => {
    const { home, workspace } = directories();
    expect(workspace.workDirOf(entry)).toBe(join(home, 'workspace/session_2'));
    expect(readdirSync(home)).toEqual([]);
  });

  it('MS-01: tells the highest number that anything was ever kept for', () => {
    const { home, workspace } = directories();
    expect(workspace.highestNumber()).toBe(0);
    mkdirSync(join(home, 'attachments/session_7'), { recursive: true });
    mkdirSync(join(home, 'workspace/session_12'), { recursive: true });
    mkdirSync(join(home, 'workspace/session_99x'), { recursive: true });
    expect(workspace.highestNumber()).toBe(12);
  });
});
