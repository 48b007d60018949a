import { readFileSync, readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

import { describe, expect, it } from 'vitest';

import { findBreaches, pathOf } from './architecture-check.ts';
import type { Project } from './architecture-check.ts';
import { computedImports, exclusive, outsideOfSrc, rings, testsOfOthers } from './architecture-rules.ts';

const root = join(import.meta.dirname, '..');

/** Everything under `src/`, what is beside it, and `test/`. */
function readProject(): Project {
  const project = new Map<string, string>();
  for (const top of ['src', ...outsideOfSrc, 'test']) {
    for (const entry of readdirSync(join(root, top), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(root.length + 1);
      project.set(name, /\.tsx?$/.test(name) ? readFileSync(path, 'utf8') : '');
    }
  }
  return project;
}

interface Packages {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

describe('the architecture', () => {
  it('is kept by every file', () => {
    const project = readProject();
    // Were the walk broken, nothing would ever be found.
    expect(project.size).toBeGreaterThan(100);
    expect([...project.keys()]).toContain('src/base/clock.ts');
    expect(findBreaches(project)).toEqual([]);
  });

  it('has no exception that nobody needs any more', () => {
    const project = readProject();
    const excepted = [
      ...Object.keys(testsOfOthers).map((name) => `test/${name}`),
      ...Object.keys(computedImports).map((name) => `src/${name}`),
    ];
    expect(excepted.filter((path) => !project.has(path))).toEqual([]);
  });

  it('has a ring for every folder of src', () => {
    const known = Object.keys(rings).map((name) => name.split('/')[0]);
    const inSrc = [...readProject().keys()].filter((path) => path.startsWith('src/'));
    expect(inSrc.filter((path) => !known.includes(path.split('/')[1]))).toEqual([]);
  });

  it('has no rule about folders, files or packages that are not there', () => {
    const paths = [...readProject().keys()];
    const isThere = (name: string): boolean =>
      paths.some((path) => `${path}/`.startsWith(posix.join(pathOf(name.replace(/\/\*$/, '')), '/')));
    const named = [
      ...Object.entries(rings).flatMap(([name, { may }]) => [name, ...may]),
      ...Object.values(exclusive).flat(),
    ];
    expect(named.filter((name) => !isThere(name))).toEqual([]);
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Packages;
    const installed = Object.keys({ ...dependencies, ...devDependencies });
    const allowed = Object.values(rings).flatMap(({ packages }) => packages);
    expect(allowed.filter((name) => !installed.includes(name))).toEqual([]);
  });
});

describe('a breach is found when', () => {
  it.each([
    ['the ground knows the project', 'src/base/x.ts', `import { may } from '../model/access.ts';`],
    ['the model reads files', 'src/model/x.ts', `import { readFileSync } from 'node:fs';`],
    ['a contract runs code', 'src/contracts/x.ts', `export const x = 1;`],
    ['a contract imports a value', 'src/contracts/x.ts', `import { may } from '../model/access.ts';`],
    ['the bridge imports an adapter', 'src/bridge/x.ts', `import { X } from '../storage/stores.ts';`],
    ['the bridge imports only a type of an adapter', 'src/bridge/x.ts', `import type { X } from '../discord/x.ts';`],
    ['a room of the bridge imports a later one', 'src/bridge/replies/x.ts', `import { X } from '../session/x.ts';`],
    ['the bridge imports a library', 'src/bridge/x.ts', `import { Client } from 'discord.js';`],
    ['the bridge uses the file system', 'src/bridge/x.ts', `import { readFile } from 'node:fs/promises';`],
    ['the bridge imports the configuration', 'src/bridge/x.ts', `import type { S } from '../config/settings.ts';`],
    ['an adapter imports another', 'src/terminal/x.ts', `import { X } from '../storage/stores.ts';`],
    ['an adapter imports the bridge', 'src/discord/x.ts', `import { Bridge } from '../bridge/bridge.ts';`],
    ['a transport knows its server', 'src/discord/x.ts', `import { X } from '../local-discord/world.ts';`],
    ['a driver imports another', 'src/agents/codex/x.ts', `import { X } from '../scripted/script.ts';`],
    ['the mailbox imports a driver', 'src/agents/mailbox/x.ts', `import { X } from '../scripted/script.ts';`],
    ['the control server imports the bridge', 'src/control/x.ts', `import type { B } from '../bridge/bridge.ts';`],
    ['the command line imports the server', 'src/cli/x.ts', `import { X } from '../control/server.ts';`],
    ['the command line imports tmux', 'src/cli/x.ts', `import { openTmux } from '../terminal/tmux-manager.ts';`],
    ['discord.js is used elsewhere', 'src/control/x.ts', `import type { Client } from 'discord.js';`],
    ['SQLite is used elsewhere', 'src/observe/x.ts', `import { DatabaseSync } from 'node:sqlite';`],
    [
      'a child process is made elsewhere',
      'src/terminal/x.ts',
      `import type { ChildProcess } from 'node:child_process';`,
    ],
    ['a child process is made elsewhere in base', 'src/base/x.ts', `import { execa } from 'execa';`],
    ['time is taken elsewhere', 'src/bridge/x.ts', `import { setTimeout } from 'node:timers/promises';`],
    ['a built-in is loaded by the back door', 'src/bridge/x.ts', `process.getBuiltinModule('node:fs');`],
    ['something is imported late', 'src/bridge/x.ts', `const x = await import('../storage/stores.ts');`],
    ['something is required', 'src/bridge/x.ts', `const x = require('node:fs');`],
    ['a type is imported in passing', 'src/bridge/x.ts', `let x: import('../storage/stores.ts').Stores;`],
    ['something is passed on', 'src/bridge/x.ts', `export { X } from '../storage/stores.ts'; export const y = 1;`],
    ['a name is computed', 'src/bridge/x.ts', `const x = await import(name);`],
    ['something outside of src is imported', 'src/bridge/x.ts', `import { X } from '../../test/fakes/x.ts';`],
    ['a package is not in the table', 'src/terminal/x.ts', `import x from '@scope/left-pad/deep';`],
    ['a file only passes on', 'src/bridge/x.ts', `export * from './intake.ts';`],
    ['a file is called index', 'src/bridge/index.ts', `export const x = 1;`],
    ['a folder is called utils', 'src/base/utils/x.ts', `export const x = 1;`],
    ['a file is called helpers', 'src/base/helpers.ts', `export const x = 1;`],
    ['a name is in camel case', 'src/base/myThing.ts', `export const x = 1;`],
    ['a folder is in no ring', 'src/new-folder/x.ts', `import 'node:fs';`],
    ['a test mirrors nothing', 'test/bridge/nothing-like-it.test.ts', ''],
    ['a test has the name of half a file', 'test/base/cl-x.test.ts', ''],
    ['a test is in a folder of its own making', 'test/stuff/x.test.ts', ''],
  ])('%s', (_what, path, text) => {
    const project = new Map([
      [path, text],
      ['src/base/clock.ts', ''],
    ]);
    const breaches = findBreaches(project);
    expect(breaches).toHaveLength(1);
    expect(breaches[0]).toContain(path);
  });
});

describe('nothing is wrong when', () => {
  it.each([
    ['the bridge uses contracts', 'src/bridge/x.ts', `import type { Stores } from '../contracts/stores.ts';`],
    ['a room of the bridge uses an earlier one', 'src/bridge/desks/x.ts', `import { X } from '../session/x.ts';`],
    ['a contract imports types', 'src/contracts/x.ts', `import { type A, type B } from '../model/access.ts';`],
    ['a driver uses the mailbox', 'src/agents/codex/x.ts', `import { Mailbox } from '../mailbox/mailbox.ts';`],
    ['a driver uses its own folder', 'src/agents/codex/x.ts', `import { X } from './deep/x.ts';`],
    ['the registry knows the drivers', 'src/agents/registry.ts', `import { X } from './scripted/script.ts';`],
    ['those who compose know all', 'src/compose/start-daemon.ts', `import { X } from '../terminal/tmux-manager.ts';`],
    ['a test mirrors a file', 'test/base/clock.test.ts', ''],
    ['a test is about one side of a file', 'test/base/clock-after-a-jump.test.ts', ''],
    ['a test has a folder of the table', 'test/e2e/anything.test.ts', ''],
    ['a test has company', 'test/base/company.ts', ''],
  ])('%s', (_what, path, text) => {
    const project = new Map([
      [path, text],
      ['src/base/clock.ts', ''],
    ]);
    expect(findBreaches(project)).toEqual([]);
  });
});
