import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { z } from 'zod';

import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { shellWord } from '../base/shell-words.ts';
import { accessKey } from './access-rules.ts';
import { nearestName } from './nearest-name.ts';
import { ownSecretNames } from './secrets.ts';
import { settingNames, settings } from './settings.ts';
import type { SettingName } from './settings.ts';

type Json = z.infer<ReturnType<typeof z.json>>;

/** What a `.env` file may set. */
const knownVariables: readonly string[] = [
  ...settingNames.flatMap((name) => settings[name].variables),
  ...ownSecretNames,
];

/** The variables of a `.env` file, and what a person should know about it. A missing file has none. */
export function readEnvFile(file: string): {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly warnings: readonly string[];
} {
  const text = readText(file);
  if (text === undefined) return { values: {}, warnings: [] };
  const values = parseEnv(text);
  const lines = text.split('\n');
  const warnings = lines.flatMap((line, index) => {
    const warning = lineWarning(line, index + 1, file);
    return warning !== undefined && isLineOfItsOwn(lines, index) ? [warning] : [];
  });
  if (ownSecretNames.some((name) => values[name]) && isOpenToOthers(file)) {
    warnings.push(`${file} holds secrets and other users can read it; run: chmod 600 ${shellWord(file)}`);
  }
  return { values, warnings };
}

/** What stands in a bridge.json, not yet checked. */
export interface BridgeJson {
  /** The settings, by name. */
  readonly settings: ReadonlyMap<SettingName, Json>;
  readonly access: Json | undefined;
}

/**
 * What stands in a bridge.json, not yet checked. A missing file has nothing.
 *
 * @throws BridgeError `config-invalid` for a broken file or an unknown key.
 */
export function readBridgeJson(file: string): BridgeJson {
  const text = readText(file);
  const values = new Map<SettingName, Json>();
  if (text === undefined || text.trim() === '') return { settings: values, access: undefined };
  const { [accessKey]: access, ...rest } = objectAt(parseJson(text, file), '', file);
  collect(rest, '', file, values);
  return { settings: values, access };
}

/**
 * What is wrong with a line of a `.env` file; undefined for one that sets something, a comment and a blank one. It shows
 * no more of the line than a name: somebody may have pasted a secret there.
 */
function lineWarning(line: string, number: number, file: string): string | undefined {
  if (/^\s*(?:#|$)/.test(line)) return undefined;
  const name = /^\s*(?:export\s+)?([^=]*?)\s*=/.exec(line)?.[1];
  if (name === undefined) return `Line ${number} of ${file} has no "=" and is ignored; a setting is NAME=value.`;
  if (knownVariables.includes(name)) return undefined;
  // Both cases mixed, or other characters: that may be a token or a key as well.
  const isName = /^(?:[A-Z_][A-Z\d_]*|[a-z_][a-z\d_]*)$/.test(name);
  if (!isName) return `Line ${number} of ${file} begins with no name of a setting and is ignored.`;
  return `${name} in ${file} is not a setting of the bridge and is ignored${suggestion(name, knownVariables)}`;
}

/** Whether a line is read by itself, and not as a part of a value in quotes: the reader is asked with one before it. */
function isLineOfItsOwn(lines: readonly string[], index: number): boolean {
  const probe = 'LINE_OF_ITS_OWN';
  return probe in parseEnv(lines.toSpliced(index, 0, `${probe}=`).join('\n'));
}

function collect(value: Json, path: string, file: string, values: Map<SettingName, Json>): void {
  for (const [key, inner] of Object.entries(objectAt(value, path, file))) {
    const innerPath = path === '' ? key : `${path}.${key}`;
    const name = settingNames.find((candidate) => settings[candidate].json === innerPath);
    if (name !== undefined) values.set(name, inner);
    else if (settingNames.some((candidate) => settings[candidate].json.startsWith(`${innerPath}.`))) {
      collect(inner, innerPath, file, values);
    } else {
      throw invalid(`${file}: "${innerPath}" is not a setting of the bridge${suggestJsonKey(innerPath)}`);
    }
  }
}

function objectAt(value: Json, path: string, file: string): Readonly<Record<string, Json>> {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  throw invalid(`${file}: ${path === '' ? 'its content' : `"${path}"`} must be an object in braces.`);
}

function suggestJsonKey(path: string): string {
  const paths = [...settingNames.map((name) => settings[name].json), accessKey];
  const last = path.slice(path.lastIndexOf('.') + 1);
  const same = settingNames.find(
    (name) =>
      name === last ||
      settings[name].variables.includes(last) ||
      settings[name].json.endsWith(`.${last.toLowerCase()}`),
  );
  if (same !== undefined) return `; did you mean "${settings[same].json}"?`;
  const near = nearestName(path, paths);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return `; the settings are ${paths.join(', ')}.`;
}

function suggestion(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near === undefined ? '.' : `; did you mean ${near}?`;
}

function parseJson(text: string, file: string): Json {
  try {
    return z.json().parse(JSON.parse(text));
  } catch (error) {
    // The parser's own message quotes the text around the mistake, which may be a secret.
    const position = error instanceof Error ? /line \d+ column \d+/.exec(error.message) : null;
    throw invalid(`${file} is not valid JSON${position === null ? '' : ` (${position[0]})`}.`);
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').replace(/^\u{feff}/u, '');
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT') return undefined;
    throw new BridgeError('config-invalid', `${file} cannot be read (${code ?? 'unknown error'}).`, {
      advice: 'It must be a file that this user may read.',
      cause,
    });
  }
}

function isOpenToOthers(file: string): boolean {
  return process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0;
}

function invalid(message: string): BridgeError {
  return new BridgeError('config-invalid', message, { advice: 'Correct the file and start again.' });
}
