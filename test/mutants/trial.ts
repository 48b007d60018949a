import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { z } from 'zod';

import { runCommand } from '../../src/base/run-command.ts';
import type { Killer } from './mutant.ts';

/** Milliseconds for the tests of one file; a mutant may make them wait for what never comes. */
const patienceMs = 600_000;

const report = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** How some tests went. */
export interface Trial {
  readonly passed: number;
  /** Whole names of the tests that failed. */
  readonly failed: readonly string[];
  /** Why no test ran at all: what was planted is no mistake, but nonsense. */
  readonly unusable: string | undefined;
}

/** Runs tests in a tree, and ends at the first failure. */
export async function tryTests(tree: string, { file, only }: Killer): Promise<Trial> {
  const output = join(tree, 'trial.json');
  rmSync(output, { force: true });
  const project = file.startsWith('test/e2e/') ? 'e2e' : 'unit';
  const { stdout, stderr } = await runCommand(
    execPath,
    [
      join(tree, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--project', project, '--bail=1', '--reporter=json', `--outputFile=${output}`],
      ...(only === undefined ? [] : ['-t', only.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')]),
      file,
    ],
    { cwd: tree, timeoutMs: patienceMs },
  );
  const { numPassedTests, testResults } = readReport(output, `${stdout}${stderr}`);
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
  );
  // Nothing ran: the code does not compile, or there is no such test.
  const hasRun = numPassedTests > 0 || failed.length > 0;
  return { passed: numPassedTests, failed, unusable: hasRun ? undefined : `${stdout}${stderr}`.slice(0, 2000) };
}

function readReport(path: string, said: string): z.infer<typeof report> {
  try {
    return report.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new Error(`the tests gave no report:\n${said}`, { cause });
  }
}
