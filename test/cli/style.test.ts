import { describe, expect, it } from 'vitest';

import { clip, isColoured, paint, styled } from '../../src/cli/style.ts';

const terminal = { isTTY: true };
const pipe = {};

describe('isColoured', () => {
  it.each([
    ['a terminal', terminal, {}, false, true],
    ['a pipe', pipe, {}, false, false],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, false, false],
    ['an empty NO_COLOR, which means nothing', terminal, { NO_COLOR: '' }, false, true],
    ['TERM=dumb', terminal, { TERM: 'dumb' }, false, false],
    ['FORCE_COLOR in a pipe', pipe, { FORCE_COLOR: '1' }, false, true],
    ['an empty FORCE_COLOR', pipe, { FORCE_COLOR: '' }, false, true],
    ['FORCE_COLOR over NO_COLOR', pipe, { FORCE_COLOR: '3', NO_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false, false],
    ['FORCE_COLOR=false', terminal, { FORCE_COLOR: 'false' }, false, false],
    ['--no-color over all', terminal, { FORCE_COLOR: '1' }, true, false],
  ])('%s', (_name, stream, environment, noColor, expected) => {
    expect(isColoured(stream, environment, noColor)).toBe(expected);
  });
});

describe('paint', () => {
  it('gives plain text without colours', () => {
    expect(paint(['a ', styled('good', 'b'), ' c'], false)).toBe('a b c');
  });

  it('styles a piece, and nothing after it', () => {
    expect(paint(['a ', styled('good', 'b'), ' c'], true)).toBe('a \u001b[32mb\u001b[39m c');
    expect(paint(styled('strong', ''), true)).toBe('');
  });

  it('lets nothing through that could steer the terminal', () => {
    expect(paint(['\u001b[2J', styled('bad', 'x\u0007\u009b31m')], false)).toBe('\u{fffd}[2Jx\u{fffd}\u{fffd}31m');
  });

  it('lets nothing through that turns the direction of the text or ends its line', () => {
    const turning = ['\u061c', '\u200e', '\u200f', '\u2028', '\u2029', '\u202e', '\u2066', '\u2069'];
    expect(paint(turning.map((one) => `a${one}`).join(''), false)).toBe('a\u{fffd}'.repeat(turning.length));
    expect(paint('zero\u200dwidth joiners make 👩\u200d💻', false)).toBe('zero\u200dwidth joiners make 👩\u200d💻');
  });
});

describe('clip', () => {
  it('cuts a line by display width, across its pieces', () => {
    const line = ['開発 ', styled('good', 'running'), ' on'];
    expect(paint(clip(line, 100), false)).toBe('開発 running on');
    expect(paint(clip(line, 9), false)).toBe('開発 run…');
    expect(paint(clip(line, 4), false)).toBe('開…');
  });
});
