import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { claudeLogin, claudeVersion, isOlderThanTested } from '../../../src/agents/claude-code/diagnosis.ts';
import { claudeCommand, seedClaudeHome, whyNoClaude } from '../support/claude.ts';

let directory: string;
let environment: Record<string, string>;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bridge-login-'));
  for (const name of ['home', 'temporary']) mkdirSync(join(directory, name));
  environment = { PATH: process.env['PATH'] ?? '', HOME: join(directory, 'home') };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const login = (extra: Record<string, string> = {}): ReturnType<typeof claudeLogin> =>
  claudeLogin(claudeCommand, { ...environment, ...extra }, join(directory, 'temporary'));

describe.skipIf(whyNoClaude() !== undefined)('the real Claude Code CLI', () => {
  it('says its version', async () => {
    const answer = await claudeVersion(claudeCommand, environment);
    expect(answer).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect('version' in answer && isOlderThanTested(answer.version)).toBe(false);
  });

  it('says that nobody is logged in, and leaves nothing in a home where it was never started', async () => {
    expect(await login()).toEqual({ kind: 'logged-out' });
    expect(readdirSync(join(directory, 'home'))).toEqual([]);
    expect(readdirSync(join(directory, 'temporary'))).toEqual([]);
  });

  it('says how it is logged in: by a key, by a subscription', async () => {
    expect(await login({ ANTHROPIC_API_KEY: 'sk-ant-fake' })).toEqual({
      kind: 'logged-in',
      how: 'api_key, ANTHROPIC_API_KEY',
    });
    seedClaudeHome(join(directory, 'home'));
    expect(await login()).toEqual({ kind: 'logged-out' });
    const config = join(directory, 'home', '.claude');
    if (!existsSync(config)) mkdirSync(config);
    const claudeAiOauth = {
      accessToken: 'sk-ant-oat01-fake',
      refreshToken: 'sk-ant-ort01-fake',
      expiresAt: 9_999_999_999_999,
      scopes: ['user:inference', 'user:profile'],
      subscriptionType: 'max',
    };
    writeFileSync(join(config, '.credentials.json'), JSON.stringify({ claudeAiOauth }));
    expect(await login()).toEqual({ kind: 'logged-in', how: 'claude.ai' });
  });
});
