import { describe, expect, it } from 'vitest';

import { runCommand } from '../../src/base/run-command.ts';
import { shellLine, shellWord } from '../../src/base/shell-words.ts';

describe('shellWord', () => {
  it('leaves plain words and quotes the rest', () => {
    expect(shellWord('/usr/bin/tmux')).toBe('/usr/bin/tmux');
    expect(shellWord('=claude-session-1')).toBe(`'=claude-session-1'`);
    expect(shellWord(`it's`)).toBe(`'it'\\''s'`);
    expect(shellWord('')).toBe(`''`);
  });

  it('gives what a real shell reads back', async () => {
    const words = ['printf', '%s\\n', '', 'a b', `quo'te`, '$HOME', '*', '~', '"', 'line\nbreak', '日本'];
    const { stdout } = await runCommand('/bin/sh', ['-c', shellLine(words)]);
    expect(stdout).toBe(words.slice(2).join('\n') + '\n');
  });
});
