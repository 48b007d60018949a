import { describe, expect, it } from 'vitest';

import { redactor } from '../../src/observe/redact.ts';

/** Built at run time, so that no scanner takes this file for a leak. */
const discordToken = [`MTE5${'a'.repeat(20)}`, 'GhIjKl', 'x'.repeat(38)].join('.');
const agentKey = ['sk', 'ant', 'api03', 'Zz9_'.repeat(8)].join('-');

describe('redaction', () => {
  it('takes a known secret out, wherever it stands', () => {
    const redact = redactor(['correct-horse-battery']);
    expect(redact('{"env":"TOKEN=correct-horse-battery","again":"correct-horse-battery"}')).toBe(
      '{"env":"TOKEN=[redacted]","again":"[redacted]"}',
    );
  });

  it('finds a known secret in its escaped form', () => {
    const secret = 'line one\n"two"\\';
    expect(redactor([secret])(JSON.stringify({ value: secret }))).toBe('{"value":"[redacted]"}');
  });

  it('leaves nothing of a longer secret that begins with a shorter one', () => {
    const redact = redactor(['abcdefgh', 'abcdefgh-and-the-rest']);
    expect(redact('x abcdefgh-and-the-rest y')).toBe('x [redacted] y');
  });

  it('does not tear words apart for a short or empty secret', () => {
    expect(redactor(['', 'a', 'message'])('a message stored')).toBe('a message stored');
  });

  for (const [name, line, clean] of [
    ['a bot header', `"authorization":"Bot ${discordToken}"`, '"authorization":"Bot [redacted]"'],
    ['a bearer header', '"authorization":"Bearer abc.DEF-123_456~789+/=="', '"authorization":"Bearer [redacted]"'],
    ['a lower-case header', 'authorization: bearer abcdefgh12345678ZZ', 'authorization: bearer [redacted]'],
    ['an agent key', `ANTHROPIC_API_KEY=${agentKey} next`, 'ANTHROPIC_API_KEY=[redacted] next'],
    ['a bot token by its shape', `got ${discordToken}, sadly`, 'got [redacted], sadly'],
    ['a GitHub token', ['ghp', 'A1'.repeat(18)].join('_'), '[redacted]'],
    ['a fine-grained GitHub token', ['github', 'pat', 'A1'.repeat(11), 'B2'.repeat(20)].join('_'), '[redacted]'],
  ] as const) {
    it(`takes out ${name} that nobody told it of`, () => {
      expect(redactor([])(line)).toBe(clean);
    });
  }

  it('leaves what a log line is made of: ids, times, paths, sentences', () => {
    const line = JSON.stringify({
      time: '2026-01-01T00:00:00.000Z',
      session: 1,
      channel: '100000000000000001',
      message: 'discord:1190000000000000001',
      agentSession: '0b8f6b1e-7f0e-4f8e-9d53-0b6c3b3f7a11',
      path: '/home/someone/claude-discord-bridge/state/sessions/1',
      msg: 'Bot started; the bearer of good news waits',
    });
    expect(redactor([])(line)).toBe(line);
  });
});
