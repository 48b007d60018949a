import { describe, expect, it } from 'vitest';

import { canMove, isAlive, parseChannelId, parseSessionNumber } from '../../src/model/session.ts';
import type { Lifecycle } from '../../src/model/session.ts';

const states: readonly Lifecycle[] = ['starting', 'running', 'lost', 'failed', 'stopped'];

describe('parseSessionNumber', () => {
  it.each([
    ['1', 1],
    [42, 42],
    ['999999', 999_999],
  ])('reads %s', (value, expected) => {
    expect(parseSessionNumber(value)).toBe(expected);
  });

  it.each(['0', '01', '-1', '1.5', '1e3', ' 1', '1\n', '', '1000000', 'x', 0, -1, 1.5, NaN, Infinity])(
    'refuses %s',
    (value) => {
      expect(parseSessionNumber(value)).toBeUndefined();
    },
  );
});

describe('MS-01: parseChannelId', () => {
  it.each(['123456789012345', '12345678901234567890'])('reads %s', (value) => {
    expect(parseChannelId(value)).toBe(value);
  });

  it.each(['12345678901234', '123456789012345678901', '12345678901234x', ' 123456789012345', '123456789012345\n', ''])(
    'refuses "%s"',
    (value) => {
      expect(parseChannelId(value)).toBeUndefined();
    },
  );
});

describe('the life of a session', () => {
  it('moves as the table says, and never to where it is', () => {
    const moves = states.map((from) => [from, states.filter((to) => canMove(from, to))]);
    expect(Object.fromEntries(moves)).toEqual({
      starting: ['running', 'lost', 'failed', 'stopped'],
      running: ['starting', 'lost', 'failed', 'stopped'],
      lost: ['starting', 'failed', 'stopped'],
      failed: ['starting', 'stopped'],
      stopped: ['starting'],
    });
  });

  it('I8: never goes from stopped to lost: a recovery begins only after a death nobody asked for', () => {
    expect(canMove('stopped', 'lost')).toBe(false);
  });

  it('has a process while it starts and runs', () => {
    expect(states.filter(isAlive)).toEqual(['starting', 'running']);
  });
});
