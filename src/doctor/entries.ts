import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The paths of what is in a directory; none when it is missing or may not be read, which the check of files tells. */
export function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}
