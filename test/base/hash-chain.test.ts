import { describe, expect, it } from 'vitest';

import { beginning, readLink, sealLine, sha256 } from '../../src/base/hash-chain.ts';

describe('hash chain', () => {
  it('BX-09: a line holds its number, the hash before it, its fields, and the hash of all that', () => {
    const first = sealLine(beginning, { who: 'local' });
    const second = sealLine(first.tip, {});
    const body = `{"seq":1,"prev":"${'0'.repeat(64)}","who":"local"`;
    expect(first.line).toBe(`${body},"hash":"${sha256(body)}"}`);
    expect(JSON.parse(second.line)).toEqual({ seq: 2, prev: first.tip.hash, hash: second.tip.hash });
    expect(readLink(second.line)).toEqual({ seq: 2, prev: first.tip.hash, hash: second.tip.hash, isWhole: true });
  });

  it('every other character makes another line of it', () => {
    const { line } = sealLine(beginning, { who: 'x' });
    for (let index = 0; index < line.length; index += 1) {
      const changed = `${line.slice(0, index)}${line[index] === '5' ? '6' : '5'}${line.slice(index + 1)}`;
      expect(readLink(changed)?.isWhole ?? false).toBe(false);
    }
    expect(readLink('')).toBeUndefined();
    expect(readLink('{"who":"local"}')).toBeUndefined();
  });

  it('a field with the name of its own cannot stand in for it', () => {
    const { line, tip } = sealLine(beginning, { about: '","hash":"0"}', hash: 'mine', seq: 9 });
    expect(readLink(line)).toMatchObject({ seq: 1, hash: tip.hash, isWhole: true });
  });
});
