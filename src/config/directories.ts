import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A path as people write it, with `~` for the home of the user. */
export function expandHome(path: string, userHome = homedir()): string {
  return path === '~' || path.startsWith('~/') ? join(userHome, path.slice(1)) : path;
}

/** Whether a path leads to a directory; what cannot be looked at (no right to, too long, no path at all) does not. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // Whoever asked names the path, and what it must be.
  }
}
