import { join } from 'node:path';

import { runCommand } from '../../src/base/run-command.ts';

const root = join(import.meta.dirname, '../..');

/** Builds dist/ once before the end-to-end tests, which run what ships. */
export default async function buildOnce(): Promise<void> {
  const { exitCode, stdout, stderr } = await runCommand(process.execPath, ['build.mjs'], {
    cwd: root,
    timeoutMs: 180_000,
  });
  if (exitCode !== 0) throw new Error(`the build failed with exit code ${String(exitCode)}:\n${stdout}${stderr}`);
}
