import { rmSync } from 'node:fs';
import { join } from 'node:path';

import type { BridgePaths } from '../config/paths.ts';
import { entriesOf } from './entries.ts';
import { rootsOf } from './layout.ts';

/** How many times what a restore replaced is kept. */
const kept = 3;

/**
 * Retention: removes what earlier restores replaced, but for the newest.
 *
 * @param latest what was replaced just now: it stays, whatever the clock says.
 */
export function removeOldReplaced(paths: BridgePaths, latest: readonly string[]): void {
  removeOldest(paths.replaced, (name) => /^\d{4}-/.test(name), latest);
  for (const { directory } of rootsOf(paths)) removeOldest(directory, (name) => name.startsWith('.replaced-'), latest);
}

function removeOldest(directory: string, isOurs: (name: string) => boolean, latest: readonly string[]): void {
  const old = (entriesOf(directory) ?? [])
    .filter(isOurs)
    .map((name) => join(directory, name))
    .filter((path) => !latest.includes(path))
    .reverse()
    .slice(kept - 1);
  for (const path of old) rmSync(path, { recursive: true, force: true });
}
