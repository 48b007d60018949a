import { isDeepStrictEqual } from 'node:util';

import { BridgeError } from '../base/errors.ts';
import type { AccessPolicy } from '../model/access.ts';
import { parseAccess } from './access-rules.ts';
import { readBridgeJson, readEnvFile } from './read-files.ts';
import { configSchema, isSettingName, settingNames, settings } from './settings.ts';
import type { Config, SettingName } from './settings.ts';

/** Where a value was read. */
export type ValueSource =
  | { readonly from: 'environment'; readonly key: string }
  | { readonly from: 'file'; readonly key: string; readonly file: string }
  | { readonly from: 'default' };

export interface LoadedConfig {
  /** Frozen. */
  readonly config: Config;
  readonly sources: Readonly<Record<SettingName, ValueSource>>;
  /** Who may do what, as bridge.json says. */
  readonly access: AccessPolicy;
  /** What a person should know and the bridge can live with; whole sentences. */
  readonly warnings: readonly string[];
}

export interface ConfigFiles {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `config/.env`; may be missing. */
  readonly envFile: string;
  /** `config/bridge.json`; may be missing. */
  readonly bridgeJson: string;
}

/**
 * Reads the configuration: environment, then `.env`, then bridge.json, then defaults; the first that sets a value
 * wins. An empty text counts as not set.
 *
 * @throws BridgeError `config-invalid` naming every bad value, its key and where it was read; never a secret's value.
 */
export function loadConfig(files: ConfigFiles): LoadedConfig {
  const envFile = readEnvFile(files.envFile);
  const json = readBridgeJson(files.bridgeJson);
  const values: Partial<Record<SettingName, unknown>> = {};
  const sources: Partial<Record<SettingName, ValueSource>> = {};
  for (const name of settingNames) {
    const { variables, json: path } = settings[name];
    const [main, ...others] = variables;
    const places: readonly (readonly [unknown, ValueSource])[] = [
      ...fromVariable(main),
      [json.settings.get(name), { from: 'file', key: path, file: files.bridgeJson }],
      ...others.flatMap(fromVariable),
    ];
    const found = places.find(([value]) => isSet(value));
    if (found !== undefined) values[name] = found[0];
    sources[name] = found?.[1] ?? { from: 'default' };
  }

  const parsed = configSchema.safeParse(values);
  if (!parsed.success) {
    const names = new Set(parsed.error.issues.map((issue) => String(issue.path[0])).filter(isSettingName));
    throw new BridgeError(
      'config-invalid',
      [...names].map((name) => badValue(name, values[name], sources[name])).join(' '),
      { advice: 'Correct it and start again.' },
    );
  }
  Object.freeze(parsed.data.claudeOptions);
  return {
    config: Object.freeze(parsed.data),
    sources: Object.freeze(complete(sources)),
    access: parseAccess(json.access, files.bridgeJson),
    warnings: envFile.warnings,
  };

  function fromVariable(key: string): readonly (readonly [unknown, ValueSource])[] {
    return [
      [files.environment[key], { from: 'environment', key }],
      [envFile.values[key], { from: 'file', key, file: files.envFile }],
    ];
  }
}

/** Where a value comes from, in words: `DEFAULT_SESSION in /x/config/.env`. */
export function describeSource(source: ValueSource): string {
  switch (source.from) {
    case 'environment':
      return `${source.key} in the environment`;
    case 'file':
      return `${source.key} in ${source.file}`;
    case 'default':
      return 'the default';
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && !(typeof value === 'string' && value.trim() === '') && !isDeepStrictEqual(value, []);
}

function badValue(name: SettingName, value: unknown, source: ValueSource = { from: 'default' }): string {
  const { expected, secret } = settings[name];
  const shown = secret ? 'not valid' : JSON.stringify(value);
  return `${describeSource(source)} is ${shown}; it must be ${expected}.`;
}

function complete(sources: Partial<Record<SettingName, ValueSource>>): Record<SettingName, ValueSource> {
  const entries = settingNames.map((name): [SettingName, ValueSource] => [name, sources[name] ?? { from: 'default' }]);
  return Object.fromEntries(entries) as Record<SettingName, ValueSource>;
}
