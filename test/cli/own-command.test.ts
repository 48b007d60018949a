import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { runCommand } from '../../src/base/run-command.ts';
import { Scope } from '../../src/base/scope.ts';
import { CommandLine } from './command-line.ts';
import { copyCompiledSources } from './compiled-sources.ts';

let scope: Scope;
let line: CommandLine;
let checkout: string;

beforeEach(() => {
  scope = new Scope();
  line = new CommandLine(scope);
  checkout = join(line.directory, 'a checkout');
  copyCompiledSources(checkout);
  mkdirSync(join(checkout, 'bin'));
  writeFileSync(join(checkout, 'bin/vai'), '#!/bin/sh\n');
  chmodSync(join(checkout, 'bin/vai'), 0o755);
});

afterEach(() => scope.close());

/** How the advice of `vai status` names `vai`, from a directory, after `before` was done there. */
async function advised(directory: string, before: string, path = ''): Promise<string | undefined> {
  mkdirSync(directory, { recursive: true });
  const vai = join(checkout, 'dist/cli/vai.js');
  const { stdout, stderr, exitCode } = await runCommand(
    'sh',
    ['-c', `${before}; exec "$@"`, 'sh', process.execPath, vai, 'status'],
    { cwd: directory, env: { ...line.environment, PATH: `${line.environment['PATH'] ?? ''}:${path}` } },
  );
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 3 });
  return /Start it: (.*) start$/m.exec(stdout)?.[1];
}

it('is the name on the PATH, the short path in the checkout, else the whole path', async () => {
  expect(await advised(line.directory, ':', join(checkout, 'bin'))).toBe('vai');
  expect(await advised(checkout, ':')).toBe('bin/vai');
  expect(await advised(line.directory, ':')).toBe(`'${checkout}/bin/vai'`);
});

it('is the whole path in a directory that somebody removed', async () => {
  expect(await advised(join(line.directory, 'gone'), 'rmdir "$PWD"')).toBe(`'${checkout}/bin/vai'`);
});
