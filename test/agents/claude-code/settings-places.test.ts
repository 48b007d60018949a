import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { settingsPlaces } from '../../../src/agents/claude-code/settings-places.ts';

describe('settingsPlaces', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bridge-places-'));
    mkdirSync(join(root, 'work', 'below'), { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const localIn = (...path: readonly string[]): unknown => settingsPlaces(join(root, ...path), '/c').localSettings;
  const local = (...path: readonly string[]): string => join(root, ...path, '.claude', 'settings.local.json');

  it('are in the working directory and in the configuration directory', () => {
    expect(settingsPlaces(join(root, 'work'), '/home/user/.claude')).toEqual({
      userSettings: '/home/user/.claude/settings.json',
      projectSettings: join(root, 'work', '.claude', 'settings.json'),
      localSettings: local('work'),
    });
  });

  it('are in the root of the repository, for the local ones', () => {
    mkdirSync(join(root, '.git'));
    expect(localIn('work', 'below')).toBe(local());
  });

  it('are in the main tree, for the local ones of another work tree', () => {
    const own = join(root, 'main', '.git', 'worktrees', 'tree');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'commondir'), '../..\n');
    writeFileSync(join(root, 'work', '.git'), `gitdir: ${own}\n`);
    expect(localIn('work', 'below')).toBe(local('main'));
  });

  it.each(['gitdir: /nowhere/at/all\n', 'something else'])('are not guessed at: %j', (content) => {
    writeFileSync(join(root, 'work', '.git'), content);
    expect(localIn('work')).toBeUndefined();
  });
});
