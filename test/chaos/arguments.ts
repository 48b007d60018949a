export interface ChaosArguments {
  readonly minutes: number;
  /** So many scenarios, instead of a time. */
  readonly count: number | undefined;
  /** The first seed. */
  readonly seed: number | undefined;
  readonly atOnce: number;
  readonly help: boolean;
}

const named = { '--minutes': 'minutes', '--count': 'count', '--seed': 'seed', '--at-once': 'atOnce' } as const;

/** Reads the arguments of `npm run chaos`. @throws Error naming an argument that is wrong. */
export function parseArguments(args: readonly string[]): ChaosArguments {
  const numbers: Partial<Record<(typeof named)[keyof typeof named], number>> = {};
  let help = false;
  for (let index = 0; index < args.length; index += 1) {
    const argument = args[index] ?? '';
    if (argument === '--help') {
      help = true;
      continue;
    }
    if (!isNamed(argument)) throw new Error(`"${argument}" is not an option. See: npm run chaos -- --help`);
    index += 1;
    const value = args[index] ?? '';
    const allowed = argument === '--minutes' ? /^\d+(\.\d+)?$/ : /^\d+$/;
    if (!allowed.test(value)) throw new Error(`${argument} needs a number, not "${value}".`);
    numbers[named[argument]] = Number(value);
  }
  const { minutes = 10, count, seed, atOnce = 2 } = numbers;
  if (atOnce < 1) throw new Error('--at-once needs at least 1.');
  return { minutes, count, seed, atOnce, help };
}

function isNamed(argument: string): argument is keyof typeof named {
  return Object.hasOwn(named, argument);
}
