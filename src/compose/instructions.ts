import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { packageRoot } from '../base/own-files.ts';
import type { Config } from '../config/settings.ts';

const pages: Readonly<Record<Config['language'], string>> = {
  en: 'inside-a-session.md',
  ja: 'inside-a-session.ja.md',
};

/**
 * The rules that every agent in a session is given, in the language of the bridge. A driver hands them over by the agent's
 * own means, beside what the user's own files say: no file of the user is read or written for it.
 */
export function instructionsIn(language: Config['language']): string {
  return readFileSync(join(packageRoot(), 'docs', pages[language]), 'utf8');
}
