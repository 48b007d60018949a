import { describe, expect, it } from 'vitest';

import { oneLine } from '../../src/observe/one-line.ts';

describe('one line', () => {
  it('MS-09: nothing in a value ends the line or steers a terminal, and the value stays what it is', () => {
    const name = 'a\u2028{"level":50}\u2029\u0085\u009b2J\u202e\u2066\u200f\u007f\u001b[31m\n';
    const line = oneLine(JSON.stringify({ name }));
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(line)).toEqual({ name });
  });

  it('leaves what people write', () => {
    const line = JSON.stringify({ name: 'é 日本語 🙂 \\ "x"' });
    expect(oneLine(line)).toBe(line);
  });
});
