import { join } from 'node:path';

export interface BenchArguments {
  /** Names of measurements; empty for all. */
  readonly names: readonly string[];
  readonly quick: boolean;
  readonly list: boolean;
  readonly help: boolean;
  /** Where the JSON goes, relative to the project. */
  readonly output: string;
}

export const helpText = `Usage: npm run bench [-- [options] [NAME ...]]

Measures what is named, or everything (up to ten minutes), and writes a table and a JSON file.

  --quick        fewer samples: to try it out, not for figures to be kept
  --output FILE  where the JSON goes; default bench/results.json for everything, bench/partial.json otherwise
  --list         says what there is to measure
  --help         this text
`;

/**
 * Reads the arguments of the bench.
 *
 * @throws Error naming an argument that is not known.
 */
export function parseArguments(args: readonly string[], known: readonly string[]): BenchArguments {
  const names: string[] = [];
  const flags = { quick: false, list: false, help: false };
  let output: string | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '--quick' || argument === '--list' || argument === '--help') {
      flags[argument === '--quick' ? 'quick' : argument === '--list' ? 'list' : 'help'] = true;
    } else if (argument === '--output') {
      index += 1;
      output = args[index];
      if (output === undefined || output === '') throw new Error('--output needs a file name.');
    } else if (argument.startsWith('-')) {
      throw new Error(`"${argument}" is not an option. See: npm run bench -- --help`);
    } else if (!known.includes(argument)) {
      throw new Error(`"${argument}" is not a measurement. There are: ${known.join(', ')}.`);
    } else if (!names.includes(argument)) {
      names.push(argument);
    }
  }
  const isWhole = names.length === 0 && !flags.quick;
  return { names, ...flags, output: output ?? join('bench', isWhole ? 'results.json' : 'partial.json') };
}
