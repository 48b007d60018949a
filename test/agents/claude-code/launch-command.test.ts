import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

import { launchArguments } from '../../../src/agents/claude-code/launch-command.ts';
import { settingsContent } from '../../../src/agents/claude-code/settings.ts';

describe('launchArguments', () => {
  const launch = {
    command: 'claude',
    extraArguments: ['--model', 'x'],
    permissionMode: 'default',
    settingsFile: '/s/settings.json',
    instructions: undefined,
  };

  it('names the new conversation, the settings and the permission mode', () => {
    expect(launchArguments({ ...launch, conversation: { kind: 'new', id: 'u' } })).toEqual([
      'claude',
      '--session-id',
      'u',
      '--settings',
      '/s/settings.json',
      '--permission-mode',
      'default',
      '--model',
      'x',
    ]);
  });

  it('resumes, and hands over instructions', () => {
    const line = launchArguments({ ...launch, instructions: 'two\nlines', conversation: { kind: 'resume', id: 'u' } });
    expect(line.slice(1, 3)).toEqual(['--resume', 'u']);
    expect(line.slice(-4)).toEqual(['--append-system-prompt', 'two\nlines', '--model', 'x']);
  });
});

describe('settingsContent', () => {
  interface Hook {
    readonly command: string;
    readonly timeout: number;
  }
  const settings = JSON.parse(settingsContent("/a b/it's/hook.sh", '/a b/mailbox')) as {
    readonly hooks: Readonly<Record<string, readonly { readonly hooks: readonly Hook[] }[]>>;
  };
  const hook = (kind: string): Hook => settings.hooks[kind]![0]!.hooks[0]!;

  it('sets hooks and nothing else', () => {
    expect(Object.keys(settings)).toEqual(['hooks']);
  });

  it('waits for the daemon 2 s with a prompt, and for a person 24 h with a request, longer than the hook does', () => {
    expect(hook('UserPromptSubmit').command).toMatch(/ UserPromptSubmit ask 2$/);
    expect(hook('PermissionRequest').command).toMatch(/ PermissionRequest ask 86400$/);
    expect(hook('PermissionRequest').timeout).toBeGreaterThan(86_400);
    expect(hook('Stop').command).toMatch(/ Stop tell$/);
  });

  it('quotes paths for any shell', () => {
    const words = hook('Stop').command.replace(/^exec sh /, 'printf "%s\\n" ');
    expect(spawnSync('sh', ['-c', words]).stdout.toString()).toBe("/a b/it's/hook.sh\n/a b/mailbox\nStop\ntell\n");
  });
});
