import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { diagnoseTmux, isKnownBad, viewTmuxServer } from '../../src/terminal/diagnosis.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { makeTmuxWorld } from './tmux-world.ts';

describe('diagnoseTmux', () => {
  it('names the real one', async () => {
    expect(await diagnoseTmux(process.env)).toMatchObject({ version: expect.stringMatching(/^tmux /) });
  });

  it('sees a locale that only the bridge itself would use', async () => {
    // A machine whose shell has a UTF-8 locale of its own, and no C.UTF-8.
    const directory = temporaryDirectory();
    const script =
      '#!/bin/sh\nif [ "$LANG" = C.UTF-8 ]; then echo "invalid LC_ALL, LC_CTYPE or LANG" >&2; exit 1; fi\necho tmux 3.4\n';
    writeFileSync(join(directory, 'tmux'), script, { mode: 0o755 });
    const previous = process.env['LANG'];
    process.env['LANG'] = 'de_DE.UTF-8';
    try {
      expect(await diagnoseTmux({ PATH: directory })).toMatchObject({ kind: 'locale' });
    } finally {
      if (previous === undefined) delete process.env['LANG'];
      else process.env['LANG'] = previous;
    }
  });
});

it.each([
  ['tmux 3.0', true],
  ['tmux 3.0a', true],
  ['tmux 3.1', true],
  ['tmux 3.1b', true],
  ['tmux 3.1c', false],
  ['tmux 3.2', false],
  ['tmux 3.3a', false],
  ['tmux next-3.7', false],
])('knows whether %s is one of the bad ones', (version, bad) => {
  expect(isKnownBad(version)).toBe(bad);
});

describe('viewTmuxServer', () => {
  it('sees the sessions of a server, without the hub', async () => {
    const world = await makeTmuxWorld();
    try {
      await world.terminal.create(world.talker('claude-session-1'));
      expect(await viewTmuxServer(world.socket, process.env)).toEqual(['claude-session-1']);
    } finally {
      await world.dispose();
    }
  });

  it('sees nothing where nobody answers, and starts nothing', async () => {
    const directory = temporaryDirectory();
    expect(await viewTmuxServer(join(directory, 'none.sock'), process.env)).toBeUndefined();
    mkdirSync(join(directory, 'dir'));
    writeFileSync(join(directory, 'file'), '');
    expect(await viewTmuxServer(join(directory, 'file'), process.env)).toBeUndefined();
  });

  it('does not take silence for absence', async () => {
    const directory = temporaryDirectory();
    const socket = join(directory, 'file');
    writeFileSync(socket, '');
    await expect(viewTmuxServer(socket, { PATH: '/nowhere' })).rejects.toMatchObject({
      code: 'command-failed-to-start',
    });
    writeFileSync(join(directory, 'tmux'), '#!/bin/sh\necho "need UTF-8 locale" >&2; exit 1', { mode: 0o755 });
    const environment = { PATH: `${directory}:${process.env['PATH'] ?? ''}` };
    await expect(viewTmuxServer(socket, environment)).rejects.toMatchObject({ code: 'tmux-silent' });
  });
});
