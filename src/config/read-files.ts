import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { z } from 'zod';

import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { nearestName } from './nearest-name.ts';
import { ownSecretNames } from './secrets.ts';
import { settingNames, settings } from './settings.ts';
import type { SettingName } from './settings.ts';

type Json = z.infer<ReturnType<typeof z.json>>;

/** The variables of a `.env` file, and what a person should know about it. A missing file has none. */
export function readEnvFile(file: string): {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly warnings: readonly string[];
} {
  const text = readText(file);
  if (text === undefined) return { values: {}, warnings: [] };
  const values = parseEnv(text);
  const known = [...settingNames.flatMap((name) => settings[name].variables), ...ownSecretNames];
  const warnings = Object.keys(values)
    .filter((name) => !known.includes(name))
    .map((name) => `${name} in ${file} is not a setting of the bridge and is ignored${suggestion(name, known)}`);
  if (ownSecretNames.some((name) => values[name]) && isOpenToOthers(file)) {
    warnings.push(`${file} holds secrets and other users can read it; run: chmod 600 '${file}'`);
  }
  return { values, warnings };
}

/**
 * The settings in a bridge.json, by name, not yet checked. A missing file has none.
 *
 * @throws BridgeError `config-invalid` for a broken file or an unknown key.
 */
export function readBridgeJson(file: string): ReadonlyMap<SettingName, Json> {
  const text = readText(file);
  const values = new Map<SettingName, Json>();
  if (text === undefined || text.trim() === '') return values;
  collect(parseJson(text, file), '', file, values);
  return values;
}

function collect(value: Json, path: string, file: string, values: Map<SettingName, Json>): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const what = path === '' ? 'its content' : `"${path}"`;
    throw invalid(`${file}: ${what} must be an object in braces.`);
  }
  for (const [key, inner] of Object.entries(value)) {
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

function suggestJsonKey(path: string): string {
  const paths = settingNames.map((name) => settings[name].json);
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
