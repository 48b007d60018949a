import { describe, expect, it } from 'vitest';

import { LineSplitter } from '../../src/control/line-splitter.ts';

describe('LineSplitter', () => {
  it('puts a text together again however it was cut, also inside a character', () => {
    const bytes = Buffer.from('こんにちは 👋\n\n{"a":1}\nrest');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const splitter = new LineSplitter(100);
      const lines = [...splitter.push(bytes.subarray(0, cut))!, ...splitter.push(bytes.subarray(cut))!];
      expect(lines).toEqual(['こんにちは 👋', '', '{"a":1}']);
    }
  });

  it('takes a line of exactly the limit and refuses one byte more', () => {
    expect(new LineSplitter(5).push(Buffer.from('12345\n'))).toEqual(['12345']);
    expect(new LineSplitter(5).push(Buffer.from('123456\n'))).toBeUndefined();
    const splitter = new LineSplitter(5);
    expect(splitter.push(Buffer.from('123'))).toEqual([]);
    expect(splitter.push(Buffer.from('456'))).toBeUndefined();
  });
});
