import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runCommand } from '../../../src/base/run-command.ts';
import { Scope } from '../../../src/base/scope.ts';
import { completionScript } from '../../../src/cli/completion/scripts.ts';
import { shells } from '../../../src/cli/completion/shells.ts';
import type { Shell } from '../../../src/cli/completion/shells.ts';
import { parseSessionNumber } from '../../../src/model/session.ts';
import { permission } from '../../control/planted.ts';
import { CommandLine } from '../command-line.ts';
import { compiledSources } from '../compiled-sources.ts';
import { TmuxScreen } from '../tmux-screen.ts';

const missing = new Set(shells.filter((shell) => !isThere(shell)));
// On a developer's machine a shell may be missing; where everything is proved, none is.
if (process.env['CI'] !== undefined && missing.size > 0) throw new Error(`not installed: ${[...missing].join(', ')}`);
for (const shell of missing) console.warn(`${shell} is not installed: its completion is not tested here`);

let scope: Scope;
let line: CommandLine;
let bin: string;

beforeEach(async () => {
  scope = new Scope();
  line = new CommandLine(scope);
  bin = join(line.directory, 'tools');
  mkdirSync(bin);
  for (const program of ['vai', 'vexit', 'dp']) {
    const file = join(bin, program);
    writeFileSync(
      file,
      `#!/bin/sh\nexec '${process.execPath}' '${join(compiledSources(), 'cli', `${program}.js`)}' "$@"\n`,
    );
    chmodSync(file, 0o755);
  }
  mkdirSync(join(line.directory, 'projects', 'shop'), { recursive: true });
  mkdirSync(join(line.directory, '.config', 'fish'), { recursive: true });
  await line.serve();
  line.api.sessions[0] = { ...line.api.sessions[0]!, channelName: '一般' };
  line.api.sessions.push({ ...line.api.sessions[0], number: parseSessionNumber(2)!, channelName: 'x:y' });
  line.api.openPrompts = [{ ...permission, id: 'k3f9wq2a' }];
});

afterEach(() => scope.close());

/** How each shell is told to be plain, and to complete our words. */
const starts: Readonly<Record<Shell, { readonly command: readonly string[]; readonly setUp: string }>> = {
  bash: { command: ['bash', '--norc', '--noprofile', '-i'], setUp: 'eval "$(vai completion bash)"; PS1="$ "' },
  zsh: {
    command: ['zsh', '-f', '-i'],
    setUp: 'autoload -Uz compinit; compinit -D; eval "$(vai completion zsh)"; PS1="$ "; unsetopt beep',
  },
  fish: {
    command: ['fish', '--no-config', '-i'],
    setUp: 'vai completion fish | source; function fish_prompt; echo "\\$ "; end',
  },
};

async function open(shell: Shell): Promise<TmuxScreen> {
  const screen = new TmuxScreen(scope, {
    directory: line.directory,
    environment: { ...line.environment, PATH: [bin, line.environment['PATH']].join(delimiter) },
    command: starts[shell].command,
  });
  screen.type(`cd "${line.directory}"; ${starts[shell].setUp}; clear; echo rea''dy`);
  screen.press('Enter');
  await screen.waitFor(/^ready$/m);
  return screen;
}

describe.each(shells)('completion in %s', (shell) => {
  it.runIf(!missing.has(shell))(
    'completes commands, options, sessions, prompts and directories as one types them',
    async () => {
      const screen = await open(shell);
      /** Types words and Tab; the line becomes what is wanted; then the line is thrown away. */
      const completes = async (typed: string, wanted: string | RegExp): Promise<void> => {
        screen.type(typed);
        screen.press('Tab');
        await screen.waitFor(wanted);
        // Not Ctrl-C: the terminal throws away what was typed just after it.
        screen.press('C-u');
        screen.type('clear');
        screen.press('Enter');
        await screen.waitFor((text) => !text.includes(typed.slice(0, 8)));
      };
      await completes('vai list-', /\$ +vai list-sessions/);
      await completes('vai status --wa', /\$ +vai status --watch/);
      await completes('vai answer k', /\$ +vai answer k3f9wq2a/);
      await completes('vai add-session --agent scr', /\$ +vai add-session --agent scripted/);
      await completes('vai add-session --dir pro', /\$ +vai add-session --dir projects\//);
      await completes('vai add-session --dir projects/s', /\$ +vai add-session --dir projects\/shop/);
      await completes('vexit --k', /\$ +vexit --keep-sessions/);
      await completes('dp --js', /\$ +dp --json/);
      await completes('tools/vai rec', /tools\/vai recover/);
    },
    60_000,
  );

  it.runIf(!missing.has(shell))('shows the channels of sessions', async () => {
    const screen = await open(shell);
    screen.type('vai attach ');
    screen.press('Tab');
    if (shell === 'bash') screen.press('Tab');
    const text = await screen.waitFor('x:y');
    expect(text).toContain('#一般');
    expect(text).toMatch(/2 +.*#x:y/);
  });
});

describe('the scripts', () => {
  it.each(shells)('%s: say how to install them, and hold no list of their own', (shell) => {
    const script = completionScript(shell);
    expect(script).toMatch(/^#.*\n?.*To install it/m);
    expect(script).not.toMatch(/add-session|claude-code|--json/);
  });

  it.runIf(!missing.has('bash'))('bash: inserts no description where one of several is inserted', async () => {
    const ask = async (type: number): Promise<string> => {
      const { stdout } = await runCommand(
        'bash',
        [
          ...['--norc', '-c'],
          `eval "$(vai completion bash)"; COMP_WORDS=(vai attach ''); COMP_CWORD=2; COMP_TYPE=${type}; _claude_discord_bridge; printf '%s\\n' "\${COMPREPLY[@]}"`,
        ],
        { env: { ...line.environment, PATH: [bin, line.environment['PATH']].join(delimiter) } },
      );
      return stdout;
    };
    expect(await ask(9)).toBe('1  (#一般)\n2  (#x:y)\n');
    expect(await ask(37)).toBe('1\n2\n');
  });
});

function isThere(shell: string): boolean {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // Not installed: said above.
  }
}
