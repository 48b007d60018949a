import { join, resolve } from 'node:path';

/** TypeScript finds what belongs to it in `src/`, what was compiled or bundled in `dist/`. */
const isSource = import.meta.url.endsWith('.ts');

/** The directory that holds this program's package.json: two above this file in `src/`, in `dist/` and in a bundle. */
export function packageRoot(): string {
  return resolve(import.meta.dirname, '..', '..');
}

/**
 * Where a file lies that is not code and belongs to some.
 *
 * @param path from `src/` on: `agents/mailbox/hook.sh`.
 */
export function ownFile(path: string): string {
  return join(packageRoot(), isSource ? 'src' : 'dist', path);
}

/**
 * Where a module lies that is to be run as a program of its own.
 *
 * @param path from `src/` on, without its ending: `agents/scripted/program`.
 */
export function ownProgram(path: string): string {
  return ownFile(`${path}.${isSource ? 'ts' : 'js'}`);
}
