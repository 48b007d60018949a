import { isDeepStrictEqual } from 'node:util';

import { isWritable, withVariable } from '../src/config/env-file.ts';
import { describeSource } from '../src/config/load-config.ts';
import type { LoadedConfig } from '../src/config/load-config.ts';
import { configSchema, settingNames, settings } from '../src/config/settings.ts';
import type { SettingName } from '../src/config/settings.ts';

export interface SettingsPlan {
  /** `config/.env` as it is to be; undefined when nothing is added. */
  readonly text: string | undefined;
  readonly added: readonly string[];
  readonly notes: readonly string[];
}

export interface SettingsPlanOptions {
  /** What the predecessor's `.env` holds. */
  readonly theirs: ReadonlyMap<string, string>;
  /** The text of our `config/.env`, or what a new one begins with. */
  readonly text: string;
  /** What our files set; the environment of this shell is no part of the configuration. */
  readonly ours: Pick<LoadedConfig, 'config' | 'sources'>;
  /** Names of settings that were taken over before. */
  readonly taken: ReadonlySet<string>;
  /** Our numbers of their sessions. */
  readonly numbers: ReadonlyMap<number, number>;
}

/** What the predecessor's installer writes where the token belongs. */
const placeholder = 'your_token_here';

/**
 * The predecessor's `.env`, as it reads it itself: a line is `KEY=value` to its end, and nothing is a comment but a line
 * that begins with #. The last of two equal keys counts. Quotes around a whole value are left out: no setting has them.
 */
export function readPredecessorEnv(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.replace(/^\u{feff}/u, '').split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?(?<key>[^#=\s][^=]*?)\s*=(?<value>.*)$/.exec(line);
    const value = match?.groups?.['value']?.trim() ?? '';
    if (match?.groups?.['key'] !== undefined) {
      values.set(match.groups['key'], /^(["'])(?<inner>.*)\1$/.exec(value)?.groups?.['inner'] ?? value);
    }
  }
  return values;
}

/** Which of the predecessor's settings are added to ours. What is set here stays, whatever it is. Pure. */
export function planSettings({ theirs, text, ours, taken, numbers }: SettingsPlanOptions): SettingsPlan {
  const added: string[] = [];
  const notes: string[] = [];
  let result = text;
  for (const [key, there] of theirs) {
    if (there === '' || there === placeholder) continue;
    const name = settingNames.find((one) => settings[one].variables.includes(key));
    if (name === undefined) {
      notes.push(`${shownKey(key)} of there is no setting here, and is left out.`);
      continue;
    }
    const value = name === 'defaultSession' ? String(numbers.get(Number(there)) ?? there) : there;
    const obstacle = obstacleTo(name, value, ours);
    if (obstacle === 'same') continue;
    if (obstacle !== undefined) {
      notes.push(`${key} ${obstacle}`);
      continue;
    }
    if (taken.has(key)) {
      notes.push(`${key} was taken over before, and is not set here any more: so it stays.`);
      continue;
    }
    result = withVariable(result, key, value);
    added.push(key);
  }
  return { text: added.length === 0 ? undefined : result, added, notes };
}

/** Why a value is not added; `same` when it is here already. */
function obstacleTo(
  name: SettingName,
  value: string,
  { config, sources }: SettingsPlanOptions['ours'],
): string | undefined {
  const { expected, secret } = settings[name];
  const shown = secret ? '' : ` (${JSON.stringify(value)} there)`;
  const parsed = configSchema.shape[name].safeParse(value);
  if (!parsed.success) return `is left out${shown}: it must be ${expected}.`;
  if (sources[name].from !== 'default') {
    if (isDeepStrictEqual(parsed.data, config[name])) return 'same';
    return `is another one here, and stays as it is${shown}: ${describeSource(sources[name])}.`;
  }
  return isWritable(value) ? undefined : `is left out: it cannot be written into a .env file. Set it in bridge.json.`;
}

/** A key, unless it looks like something that was pasted in the wrong place. */
function shownKey(key: string): string {
  return /^(?:[A-Z_][A-Z\d_]*|[a-z_][a-z\d_]*)$/.test(key) ? key : 'A line';
}
