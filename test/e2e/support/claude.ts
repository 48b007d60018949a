import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { join } from 'node:path';

import { until } from './until.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** The Claude Code CLI that `npm run setup:claude` installs for the tests. */
export const claudeCommand = join(
  root,
  `.claude-cli/node_modules/@anthropic-ai/claude-code-${platform()}-${arch()}/claude`,
);

/**
 * Why tests with the real CLI cannot run here, or undefined when they can. In CI a missing CLI is a failure.
 */
export function whyNoClaude(): string | undefined {
  if (existsSync(claudeCommand)) return undefined;
  const why = `skipped: the Claude Code CLI is not installed (${claudeCommand}); run: npm run setup:claude`;
  if (process.env['CI']) throw new Error(why);
  console.warn(why);
  return why;
}

/** A key that no service knows. */
const fakeKey = 'sk-ant-fake-000000000000000000000000000000000000';

/** The agent's environment for a local stand-in of its API. */
export function claudeEnvironment(apiUrl: string): Record<string, string> {
  return {
    AGENT: 'claude-code',
    CLAUDE_COMMAND: claudeCommand,
    ANTHROPIC_BASE_URL: apiUrl,
    ANTHROPIC_API_KEY: fakeKey,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  };
}

/** What a person who has used the CLI before has in their home: onboarding done, the key approved. */
export function seedClaudeHome(home: string): void {
  const seed = {
    hasCompletedOnboarding: true,
    customApiKeyResponses: { approved: [fakeKey.slice(-20)], rejected: [] },
  };
  writeFileSync(join(home, '.claude.json'), JSON.stringify(seed), { mode: 0o600 });
}

/** Waits until the CLI has written down that its agent said these words: a moment after it spoke. */
export async function wroteDown(home: string, words: string): Promise<void> {
  const projects = join(home, '.claude', 'projects');
  const isAnswer = (line: string): boolean => line.includes('"type":"assistant"') && line.includes(words);
  await until(
    () =>
      readdirSync(projects, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.jsonl'))
        .some((name) => readFileSync(join(projects, name), 'utf8').split('\n').some(isAnswer)),
    { what: `"${words}" in what the agent keeps` },
  );
}
