import { describe, expect, it } from 'vitest';

import { dealTiles, tilesPerWindow } from '../../src/view/tile-layout.ts';

describe('tilesPerWindow', () => {
  it.each([
    [80, 23, 4],
    [120, 39, 9],
    [200, 49, 16],
    [300, 80, 56],
    [20, 5, 1],
    [1, 1, 1],
  ])('%d x %d holds %d', (columns, rows, expected) => {
    expect(tilesPerWindow({ columns, rows })).toBe(expected);
  });
});

describe('dealTiles', () => {
  it('fills windows in order', () => {
    expect(dealTiles([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(dealTiles([1, 2], 9)).toEqual([[1, 2]]);
    expect(dealTiles([], 4)).toEqual([]);
  });
});
