import { readdirSync } from 'node:fs';

import { systemErrorCode } from '../base/errors.ts';

/** The names in a directory, sorted; undefined when there is no such directory. */
export function entriesOf(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
