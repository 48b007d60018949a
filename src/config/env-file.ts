import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseEnv } from 'node:util';

import { claimPrivateDirectory, writeFileAtomic } from '../base/atomic-file.ts';
import { BridgeError } from '../base/errors.ts';

/**
 * The text of a `.env` file with one variable set. Every other line and comment stays; a line that sets the variable
 * is replaced, else one that would if it were no comment, else a line is added. A value that would be read otherwise
 * stands in quotes.
 *
 * @throws BridgeError `env-file-odd` when the result would not be read back as meant.
 */
export function withVariable(text: string, name: string, value: string): string {
  const line = `${name}=${written(value) ?? value}`;
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const isSet = lines.some((one) => setting(name).test(one));
  const commented = lines.findIndex((one) => comment(name).test(one));
  const changed = isSet
    ? lines.map((one) => (setting(name).test(one) ? line : one))
    : commented >= 0
      ? lines.map((one, index) => (index === commented ? line : one))
      : [...lines, line];
  const result = `${changed.join('\n')}\n`;
  const before = { ...parseEnv(text), [name]: value };
  const after = parseEnv(result);
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const odd = [...names].find((one) => before[one] !== after[one]);
  if (odd === undefined) return result;
  throw new BridgeError(
    'env-file-odd',
    `The settings file is written in a way that ${name} cannot be put into safely.`,
    {
      advice: `Look at its line with ${odd}, and write ${name} into it by hand.`,
    },
  );
}

/** Whether a value can be written into a `.env` file at all: no kind of quotes takes every text. */
export function isWritable(value: string): boolean {
  return written(value) !== undefined;
}

/**
 * Replaces a `.env` file as one step (0600), and keeps the old one beside it as `.env.backup`.
 *
 * @returns the backup's path, if there was an old one.
 */
export function replaceEnvFile(path: string, text: string): string | undefined {
  claimPrivateDirectory(dirname(path));
  const backup = `${path}.backup`;
  const wasThere = existsSync(path);
  if (wasThere) writeFileAtomic(backup, readFileSync(path));
  writeFileAtomic(path, text);
  return wasThere ? backup : undefined;
}

/** What a new file begins with: the shipped example, where each setting is explained. A byte order mark is dropped. */
export function readOrBegin(path: string, example: string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8').replace(/^\u{feff}/u, '');
  return existsSync(example) ? readFileSync(example, 'utf8') : '';
}

/** A value as it stands behind the `=`. */
function written(value: string): string | undefined {
  return ['', '"', "'", '`']
    .map((quote) => `${quote}${value}${quote}`)
    .find((text) => !/[\r\n]/.test(value) && parseEnv(`A=${text}\nB=1\n`)['A'] === value);
}

function setting(name: string): RegExp {
  return new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`);
}

function comment(name: string): RegExp {
  return new RegExp(`^\\s*#\\s*${name}\\s*=`);
}
