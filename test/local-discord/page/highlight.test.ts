import { describe, expect, it } from 'vitest';

import { highlight } from '../../../src/local-discord/page/highlight.ts';

describe('colours of code', () => {
  it('come in pieces that are the code again, none of them HTML', () => {
    const code = 'const a = "<b>"; // <script>';
    const tokens = highlight(code, 'ts') ?? [];
    expect(tokens.map(({ text }) => text).join('')).toBe(code);
    expect(tokens).toContainEqual({ scope: 'keyword', text: 'const' });
    expect(tokens).toContainEqual({ scope: 'string', text: '"<b>"' });
  });

  it('reach into languages within languages', () => {
    const code = '<script>let a = 1;</script>';
    const tokens = highlight(code, 'html') ?? [];
    expect(tokens.map(({ text }) => text).join('')).toBe(code);
    expect(tokens).toContainEqual({ scope: 'keyword', text: 'let' });
  });

  it.each(['ts', 'js', 'py', 'sh', 'json', 'yaml', 'rs', 'go', 'diff', 'sql', 'md', 'toml', 'kt', 'rb', 'cs', 'html'])(
    'are there for %s',
    (language) => {
      expect(highlight('a', language)).toBeDefined();
    },
  );

  it('are not there for what is unknown or too long', () => {
    expect(highlight('a', 'no-such-language')).toBeUndefined();
    expect(highlight('a'.repeat(50_001), 'ts')).toBeUndefined();
  });
});
