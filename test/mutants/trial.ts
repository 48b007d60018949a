import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';

import { z } from 'zod';

import { runCommand } from '../../src/base/run-command.ts';

/** Milliseconds for the tests of one project; a mutant may make them wait for what never comes. */
const patienceMs = 600_000;

const report = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

/** How the tests of some files went. */
export interface Trial {
  readonly passed: number;
  /** Whole names of the tests that failed. */
  readonly failed: readonly string[];
  /** Files that could not even be loaded: what was planted is no mistake, but nonsense. */
  readonly unusable: readonly string[];
}

/** Runs test files in a tree. @param failFast ends at the first failure. */
export async function tryTests(tree: string, files: readonly string[], failFast: boolean): Promise<Trial> {
  const trials: Trial[] = [];
  for (const project of ['unit', 'e2e'] as const) {
    const wanted = files.filter((file) => file.startsWith('test/e2e/') === (project === 'e2e'));
    if (wanted.length > 0) trials.push(await tryProject(tree, project, wanted, failFast));
  }
  return {
    passed: trials.reduce((sum, { passed }) => sum + passed, 0),
    failed: trials.flatMap(({ failed }) => failed),
    unusable: trials.flatMap(({ unusable }) => unusable),
  };
}

async function tryProject(tree: string, project: string, files: readonly string[], failFast: boolean): Promise<Trial> {
  const output = join(tree, 'trial.json');
  rmSync(output, { force: true });
  const vitest = join(tree, 'node_modules/vitest/vitest.mjs');
  const options = ['--reporter=json', `--outputFile=${output}`, ...(failFast ? ['--bail=1'] : [])];
  const { stdout, stderr } = await runCommand(execPath, [vitest, 'run', '--project', project, ...options, ...files], {
    cwd: tree,
    timeoutMs: patienceMs,
  });
  const { numPassedTests, testResults } = readReport(output, `${stdout}${stderr}`);
  return {
    passed: numPassedTests,
    failed: testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ),
    unusable: testResults
      .filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
      .map(({ name, message }) => `${name}: ${message ?? 'no reason given'}`),
  };
}

function readReport(path: string, said: string): z.infer<typeof report> {
  try {
    return report.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new Error(`the tests gave no report:\n${said}`, { cause });
  }
}
