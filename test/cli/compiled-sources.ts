import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import ts from 'typescript';
import { inject } from 'vitest';

import { systemErrorCode } from '../../src/base/errors.ts';
import './compiled-place.ts';

const root = join(import.meta.dirname, '../..');
/** What the command line is made of. */
const folders = ['base', 'cli', 'config', 'contracts', 'control', 'error-policy', 'model', 'observe', 'view'];

/**
 * The command line as JavaScript, without the rest of the product: a process that compiles TypeScript for itself takes
 * three times as long to start. Made once for all tests of a run.
 *
 * @returns the directory that stands for `dist`.
 */
export function compiledSources(): string {
  const compiled = join(inject('compiledPlace'), 'checkout');
  if (!existsSync(compiled)) compile(compiled);
  return join(compiled, 'dist');
}

/** A copy of it in another place. */
export function copyCompiledSources(target: string): void {
  cpSync(join(compiledSources(), '..'), target, { recursive: true, verbatimSymlinks: true });
}

/** Compiles one file to where it is told. */
export function compileFile(from: string, to: string, edit: (source: string) => string = (source) => source): void {
  mkdirSync(dirname(to), { recursive: true });
  const { outputText } = ts.transpileModule(edit(readFileSync(from, 'utf8')), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
    },
  });
  writeFileSync(to, outputText);
}

function compile(compiled: string): void {
  const target = mkdtempSync(`${compiled}-`);
  for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || !folders.includes(name.split('/')[0] ?? '')) continue;
    compileFile(join(root, 'src', name), join(target, 'dist', name.replace(/\.ts$/, '.js')));
  }
  writeFileSync(join(target, 'package.json'), '{"type":"module"}');
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
  try {
    renameSync(target, compiled);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOTEMPTY') throw error;
    rmSync(target, { recursive: true }); // Another test file was faster.
  }
}
