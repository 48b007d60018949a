import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { endStrangers } from '../../src/compose/strangers.ts';

let directory: string;
let serverFile: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'strangers-'));
  serverFile = join(directory, 'server');
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Which of these terminals are ended. */
async function endedOf(running: readonly string[], known: readonly string[], server = 'local'): Promise<string[]> {
  const killed: string[] = [];
  const terminal = {
    list: () => Promise.resolve(running.map((name) => ({ name, pid: 1 }))),
    kill: (name: string) => {
      killed.push(name);
      return Promise.resolve();
    },
  };
  await endStrangers({ terminal, known: new Set(known), serverFile, server });
  return killed;
}

describe('endStrangers', () => {
  it('ends what is in no map, and nothing else', async () => {
    expect(await endedOf(['claude-session-1', 'claude-session-2'], ['claude-session-1'])).toEqual(['claude-session-2']);
  });

  it('ends everything after the chat server changed: the same number is another session there', async () => {
    writeFileSync(serverFile, 'discord\n');
    expect(await endedOf(['claude-session-1'], ['claude-session-1'])).toEqual(['claude-session-1']);
    expect(readFileSync(serverFile, 'utf8')).toBe('local\n');
    expect(await endedOf(['claude-session-1'], ['claude-session-1'])).toEqual([]);
  });

  it('takes a first run for no change', async () => {
    expect(existsSync(serverFile)).toBe(false);
    expect(await endedOf(['claude-session-1'], ['claude-session-1'])).toEqual([]);
    expect(readFileSync(serverFile, 'utf8')).toBe('local\n');
  });
});
