import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';

import { packageRoot } from '../base/own-files.ts';
import { shellWord } from '../base/shell-words.ts';

/** How one of this package's commands is typed in the person's shell: its name when it is on the PATH, else its path. */
export function ownCommand(name: string, environment: Readonly<Record<string, string | undefined>>): string {
  const own = join(packageRoot(), 'bin', name);
  if (!existsSync(own)) return name;
  const found = (environment['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
  if (found !== undefined && realpathSync(found) === realpathSync(own)) return name;
  if (isHere(packageRoot())) return relative(packageRoot(), own);
  return shellWord(own);
}

/** Whether the shell stands in that directory. */
function isHere(directory: string): boolean {
  try {
    return realpathSync(process.cwd()) === directory;
  } catch {
    return false; // Somebody removed the directory that the shell stands in; commands work there all the same.
  }
}
