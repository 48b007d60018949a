import type { DatabaseSync } from 'node:sqlite';

import { newSecret } from '../../base/ids.ts';
import type { Snowflakes } from './snowflakes.ts';

/** What is made once per installation and lasts. */
export interface Settings {
  readonly guildId: string;
  readonly botId: string;
  readonly userId: string;
  readonly botToken: string;
  readonly userToken: string;
  /** Opens the page: `?key=…`. */
  readonly pageKey: string;
  /** Signs attachment addresses. */
  readonly signingKey: string;
}

/** Reads the settings, making each one that is not there yet. */
export function loadSettings(database: DatabaseSync, ids: Snowflakes): Settings {
  const read = database.prepare('SELECT value FROM settings WHERE name = ?');
  const write = database.prepare('INSERT INTO settings (name, value) VALUES (?, ?)');
  const lasting = (name: string, make: () => string): string => {
    const known = read.get(name)?.['value'];
    if (typeof known === 'string') return known;
    const value = make();
    write.run(name, value);
    return value;
  };
  return {
    guildId: lasting('guildId', () => ids.next()),
    botId: lasting('botId', () => ids.next()),
    userId: lasting('userId', () => ids.next()),
    botToken: lasting('botToken', () => newToken('local')),
    userToken: lasting('userToken', () => newToken('user')),
    pageKey: lasting('pageKey', () => newSecret(18)),
    signingKey: lasting('signingKey', () => newSecret(32)),
  };
}

/** A fresh token. discord.js cuts a leading "bot" or "bearer" off a token, so none begins like that. */
export function newToken(prefix: 'local' | 'user'): string {
  return `${prefix}-${newSecret(32)}`;
}
