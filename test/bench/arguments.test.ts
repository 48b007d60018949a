import { describe, expect, it } from 'vitest';

import { parseArguments } from './arguments.ts';

const known = ['delivery', 'memory'];

describe('the arguments of the bench', () => {
  it('without any, everything is measured and kept', () => {
    expect(parseArguments([], known)).toEqual({
      names: [],
      quick: false,
      list: false,
      help: false,
      output: 'bench/results.json',
    });
  });

  it('what is not the whole does not replace it', () => {
    expect(parseArguments(['memory', 'memory'], known)).toMatchObject({
      names: ['memory'],
      output: 'bench/partial.json',
    });
    expect(parseArguments(['--quick'], known)).toMatchObject({ quick: true, output: 'bench/partial.json' });
    expect(parseArguments(['--output', 'a.json', 'delivery'], known)).toMatchObject({ output: 'a.json' });
  });

  it.each([
    [['--fast'], '"--fast" is not an option'],
    [['speed'], '"speed" is not a measurement. There are: delivery, memory.'],
    [['--output'], '--output needs a file name'],
  ])('refuses %j', (args, words) => {
    expect(() => parseArguments(args, known)).toThrow(words);
  });

  it('takes --help and --list', () => {
    expect(parseArguments(['--help'], known).help).toBe(true);
    expect(parseArguments(['--list'], known).list).toBe(true);
  });
});
