import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { brokenMailboxParts, tryHook } from '../../../src/agents/mailbox/diagnosis.ts';
import { openMailbox } from '../../../src/agents/mailbox/mailbox.ts';
import { temporaryDirectory } from '../../storage/temporary-directory.ts';

const script = join(import.meta.dirname, '../../../src/agents/mailbox/hook.sh');

describe('tryHook', () => {
  it('runs the shipped hook and leaves nothing behind', async () => {
    const directory = temporaryDirectory();
    expect(await tryHook(script, directory, { PATH: process.env['PATH'] ?? '' })).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('says what went wrong', async () => {
    const directory = temporaryDirectory();
    const programs = join(directory, 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'sh'), '#!/bin/sh\necho "no luck" >&2; exit 4\n', { mode: 0o755 });
    expect(await tryHook(script, directory, { PATH: programs })).toBe('it left no event (exit code 4, "no luck")');
    expect(await tryHook(script, directory, { PATH: join(directory, 'nowhere') })).toContain('could not be started');
  });
});

describe('brokenMailboxParts', () => {
  it('finds nothing wrong with a mailbox as the daemon makes it, nor with none', async () => {
    const directory = temporaryDirectory();
    expect(brokenMailboxParts(directory)).toEqual([]);
    const mailbox = openMailbox({ directory: join(directory, 'mailbox'), clock: systemClock, log: silentLog });
    expect(brokenMailboxParts(directory)).toEqual([]);
    await mailbox.close();
  });

  it('names what is missing', () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, 'mailbox', 'events'), { recursive: true });
    writeFileSync(join(directory, 'mailbox', 'tmp'), 'a file');
    expect(brokenMailboxParts(directory)).toEqual([
      join(directory, 'mailbox', 'answers'),
      join(directory, 'mailbox', 'tmp'),
    ]);
  });
});
