import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { packageRoot } from '../base/own-files.ts';

/**
 * The version of the program on disk; it may be newer than a daemon that runs.
 *
 * @param root the directory that holds package.json.
 */
export function productVersion(root = packageRoot()): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}
