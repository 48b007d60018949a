import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { configDirectory, readStateFile } from '../../../src/agents/claude-code/state-file.ts';
import { deriveState } from '../../../src/agents/claude-code/state-keeper.ts';
import type { StateFacts } from '../../../src/agents/claude-code/state-keeper.ts';
import { fixture } from './fixtures.ts';

describe('state files', () => {
  let config: string;
  beforeEach(() => {
    config = mkdtempSync(join(tmpdir(), 'bridge-state-'));
    mkdirSync(join(config, 'sessions'));
  });
  afterEach(() => {
    rmSync(config, { recursive: true });
  });

  function write(pid: number, change: object): string {
    const path = join(config, 'sessions', `${pid}.json`);
    const recorded = JSON.parse(fixture('state-file-busy.json')) as object;
    writeFileSync(path, JSON.stringify({ ...recorded, pid, ...change }));
    return path;
  }

  it('reads a recorded file', () => {
    expect(readStateFile(write(5, {}))).toMatchObject({ pid: 5, status: 'busy', waitingFor: undefined });
  });

  it.each(['', '{"pid":', '{"pid":"x"}', '[]'])('does without a file that says %j', (content) => {
    const path = join(config, 'sessions', '5.json');
    writeFileSync(path, content);
    expect(readStateFile(path)).toBeUndefined();
  });

  it('knows a status it has never heard of as something else', () => {
    expect(readStateFile(write(5, { status: 'dreaming' }))?.status).toBe('other');
  });

  it('takes an agent whose command runs on in the background as idle', () => {
    expect(readStateFile(write(5, { status: 'shell' }))?.status).toBe('idle');
  });

  it('looks where the agent would look', () => {
    expect(configDirectory({ HOME: '/h' })).toBe('/h/.claude');
    expect(configDirectory({ HOME: '/h', CLAUDE_CONFIG_DIR: '/c' })).toBe('/c');
  });
});

describe('deriveState', () => {
  const file = { path: '', pid: 1, procStart: undefined, sessionId: '', waitingFor: undefined, statusUpdatedAt: 0 };
  const facts: StateFacts = {
    starting: false,
    dead: false,
    desk: undefined,
    prompts: [],
    turnIsOpen: false,
    file: { ...file, status: 'idle' },
    retry: undefined,
  };

  it.each<[string, Partial<StateFacts>, string, string | null, string]>([
    ['idle', {}, 'idle', null, 'state-file'],
    ['idle without a state file', { file: undefined }, 'idle', null, 'hook'],
    ['an open turn before the state file knows of it', { turnIsOpen: true }, 'busy', null, 'hook'],
    ['busy by the state file', { file: { ...file, status: 'busy' } }, 'busy', null, 'state-file'],
    ['a held request', { prompts: ['plan', 'permission'], turnIsOpen: true }, 'waiting', 'plan', 'hook'],
    ['a dialog without a hook', { file: { ...file, status: 'waiting' } }, 'waiting', null, 'state-file'],
    [
      'a request without a hook',
      { file: { ...file, status: 'waiting', waitingFor: 'permission prompt' }, turnIsOpen: true },
      'waiting',
      'permission',
      'state-file',
    ],
    ['starting', { starting: true }, 'initializing', null, 'process'],
    ['dead', { dead: true, turnIsOpen: true }, 'unknown', null, 'process'],
    ['a login', { desk: { waitingFor: 'login', detail: 'x' }, starting: true }, 'waiting', 'login', 'screen'],
  ])('%s', (_name, change, activity, waitingFor, source) => {
    expect(deriveState({ ...facts, ...change })).toMatchObject({ activity, waitingFor, source });
  });
});
