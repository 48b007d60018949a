import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { chooseAgent, createDriverRegistry } from '../../src/agents/registry.ts';
import type { AgentDriver } from '../../src/contracts/agent.ts';

function driver(name: string): AgentDriver {
  const unused = (): never => {
    throw new Error('not called here');
  };
  return {
    name,
    capabilities: { resume: true, prompts: true, interrupt: true, steer: false, standIn: false },
    launch: unused,
    recover: unused,
  };
}

describe('driver registry', () => {
  it('BX-08: finds a driver by its name', () => {
    const scripted = driver('scripted');
    const registry = createDriverRegistry([driver('claude-code'), scripted]);
    expect(registry.get('scripted')).toBe(scripted);
    expect(registry.names()).toEqual(['claude-code', 'scripted']);
  });

  it('names the unknown agent and the known ones', () => {
    const registry = createDriverRegistry([driver('claude-code'), driver('scripted')]);
    expect(() => registry.get('hal')).toThrow(
      expect.objectContaining({
        code: 'agent-unknown',
        message: 'There is no agent named "hal".',
        advice: 'Known agents: claude-code, scripted.',
      }),
    );
  });

  it('refuses two drivers of one name', () => {
    expect(() => createDriverRegistry([driver('a'), driver('a')])).toThrow('same name: a, a');
  });
});

describe('choosing the agent', () => {
  const installed = (path: string): boolean => path === '/opt/bin/claude';

  it('takes Claude Code from the first place on the path that has it', () => {
    const choice = chooseAgent({ claudeCommand: 'claude', path: '/usr/bin:/opt/bin', isExecutable: installed });
    expect(choice).toMatchObject({ name: 'claude-code', command: '/opt/bin/claude' });
    expect(choice.why).toContain('/opt/bin/claude');
  });

  it('takes an absolute command without looking at the path', () => {
    expect(chooseAgent({ claudeCommand: '/opt/bin/claude', path: '', isExecutable: installed }).name).toBe(
      'claude-code',
    );
  });

  it('falls back to the practice agent and says why', () => {
    const choice = chooseAgent({ claudeCommand: 'claude', path: '/usr/bin', isExecutable: installed });
    expect(choice.name).toBe('scripted');
    expect(choice.why).toContain('"claude" was not found on the PATH');
  });

  it('never takes a program relative to where the daemon stands', () => {
    for (const command of ['./claude', 'bin/claude']) {
      expect(chooseAgent({ claudeCommand: command, path: '/opt', isExecutable: () => true }).name).toBe('scripted');
    }
    expect(chooseAgent({ claudeCommand: 'claude', path: ':.:bin', isExecutable: () => true }).name).toBe('scripted');
  });

  it('does what the configuration says', () => {
    const found = { claudeCommand: 'claude', path: '/opt/bin', isExecutable: installed };
    expect(chooseAgent({ ...found, wanted: 'scripted' }).name).toBe('scripted');
    expect(chooseAgent({ ...found, wanted: 'claude-code', path: '/usr/bin' })).toEqual({
      name: 'claude-code',
      command: 'claude',
      why: 'The configuration asks for Claude Code, but "claude" was not found on the PATH.',
    });
  });

  describe('on a real disk', () => {
    let directory: string;
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'bridge-registry-'));
    });
    afterEach(() => {
      rmSync(directory, { recursive: true });
    });

    it('wants a file that may be run, not a directory of that name', () => {
      mkdirSync(join(directory, 'a', 'claude'), { recursive: true });
      mkdirSync(join(directory, 'b'));
      writeFileSync(join(directory, 'b', 'claude'), '#!/bin/sh\n');
      const path = `${directory}/a:${directory}/b`;
      expect(chooseAgent({ claudeCommand: 'claude', path }).name).toBe('scripted');
      chmodSync(join(directory, 'b', 'claude'), 0o755);
      expect(chooseAgent({ claudeCommand: 'claude', path })).toMatchObject({ command: join(directory, 'b', 'claude') });
    });
  });
});
