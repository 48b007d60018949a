import { describe, expect, it } from 'vitest';

import { editDistance, nearestName } from '../../src/config/nearest-name.ts';

describe('nearestName', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['same', 'same', 0],
  ])('the distance from %j to %j is %d', (left, right, distance) => {
    expect(editDistance(left, right)).toBe(distance);
    expect(editDistance(right, left)).toBe(distance);
  });

  it('finds a slip of the finger, whatever the case', () => {
    expect(nearestName('LOCAL_PROT', ['LOG_LEVEL', 'LOCAL_PORT'])).toBe('LOCAL_PORT');
    expect(nearestName('log_level', ['LOG_LEVEL', 'LOCAL_PORT'])).toBe('LOG_LEVEL');
  });

  it('does not guess at what is like nothing', () => {
    expect(nearestName('EDITOR', ['LOG_LEVEL', 'LOCAL_PORT'])).toBeUndefined();
    expect(nearestName('x', [])).toBeUndefined();
  });
});
