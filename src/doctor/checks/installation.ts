import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { systemErrorCode } from '../../base/errors.ts';
import { shellLine, shellWord } from '../../base/shell-words.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** npm's lock file, version 3, and its own copy of what it installed. */
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      dev: z.boolean().optional(),
      optional: z.boolean().optional(),
      link: z.boolean().optional(),
    }),
  ),
});

/** How many names are listed before "and N more". */
const mostNamed = 5;

/** Whether what is installed is what is meant to be: compiled code, packages. */
export function installationCheck({ packageRoot }: Surroundings): Check {
  return {
    name: 'the installation',
    group: 'installation',
    run: () => [buildFinding(packageRoot), ...packageFindings(packageRoot)],
  };
}

/** When the newest of the sources was changed and when `dist/` was made, in milliseconds; what is not there is 0. */
export function buildTimes(root: string): { readonly sources: number; readonly built: number } {
  const files = existsSync(join(root, 'src'))
    ? readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => join('src', name))
    : [];
  return {
    sources: newest(root, files),
    built: newest(root, ['dist/.built', 'dist/.tsbuildinfo', 'dist/main.js']),
  };
}

function buildFinding(root: string): Finding {
  const start = `${shellWord(join(root, 'start-bridge.sh'))}   (it builds what is missing or changed)`;
  const { sources, built } = buildTimes(root);
  if (!existsSync(join(root, 'dist', 'main.js'))) {
    return fault('not-built', `There is no ${join(root, 'dist', 'main.js')}: the bridge is not built.`, start);
  }
  if (sources > built) {
    return fault('build-stale', `The sources in ${join(root, 'src')} are newer than what was built of them.`, start);
  }
  return good('installation', `The compiled code in ${join(root, 'dist')} is up to date.`);
}

function packageFindings(root: string): readonly Finding[] {
  const lockFile = join(root, 'package-lock.json');
  if (!existsSync(lockFile)) return []; // Installed as a package: npm's own business.
  const lock = readLock(lockFile);
  if (!lock) {
    const says = `${lockFile} cannot be read, so the packages were not compared with it.`;
    return [fault('packages-differ', says, shellLine(['git', '-C', root, 'checkout', 'package-lock.json']))];
  }
  const wanted = Object.entries(lock).filter(
    ([path, { dev, optional, link }]) => path !== '' && !dev && !optional && !link,
  );
  const missing = wanted.filter(([path]) => !existsSync(join(root, path, 'package.json')));
  const install = `npm --prefix ${shellWord(root)} run setup`;
  if (missing.length > 0) {
    const names = missing.map(([path]) => path.replace(/^.*node_modules\//, ''));
    return [
      fault(
        'packages-missing',
        `${join(root, 'node_modules')} lacks ${missing.length} of ${wanted.length} packages: ${list(names)}.`,
        `rm -f ${shellWord(join(root, 'node_modules/.package-lock.json'))}; ${install}`,
      ),
    ];
  }
  const installed = readLock(join(root, 'node_modules', '.package-lock.json')) ?? {};
  const differing = wanted.filter(([path, { version }]) => installed[path]?.version !== version);
  if (differing.length > 0) {
    const names = differing.map(
      ([path, { version = '?' }]) =>
        `${path.replace(/^.*node_modules\//, '')} ${installed[path]?.version ?? 'none'} instead of ${version}`,
    );
    return [fault('packages-differ', `The packages are not those of the lock file: ${list(names)}.`, install)];
  }
  return [good('installation', `All ${wanted.length} packages are there, in the versions of the lock file.`)];
}

/** Undefined when the file is missing, or half a file, or none of npm's. */
function readLock(file: string): z.infer<typeof lockSchema>['packages'] | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).packages;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError || systemErrorCode(error) !== undefined)
      return undefined;
    throw error;
  }
}

function newest(root: string, files: readonly string[]): number {
  const times = files
    .map((file) => statSync(join(root, file), { throwIfNoEntry: false }))
    .filter((file) => file?.isFile());
  return Math.max(0, ...times.map((file) => file?.mtimeMs ?? 0));
}

function list(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return more > 0 ? `${names.slice(0, mostNamed).join(', ')} and ${more} more` : names.join(', ');
}
