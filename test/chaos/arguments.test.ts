import { describe, expect, it } from 'vitest';

import { parseArguments } from './arguments.ts';

describe('the arguments of chaos', () => {
  it('have defaults', () => {
    expect(parseArguments([])).toEqual({ minutes: 10, count: undefined, seed: undefined, atOnce: 2, help: false });
  });

  it('are numbers by name', () => {
    const wanted = parseArguments(['--minutes', '0.5', '--seed', '7', '--count', '3', '--at-once', '1']);
    expect(wanted).toEqual({ minutes: 0.5, count: 3, seed: 7, atOnce: 1, help: false });
  });

  it.each([[['--seed']], [['--seed', 'x']], [['--count', '1.5']], [['--at-once', '0']], [['--fast']]])(
    'are refused when they are wrong: %j',
    (args) => {
      expect(() => parseArguments(args)).toThrow(args[0]);
    },
  );
});
