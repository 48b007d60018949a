import { spawn } from 'node:child_process';

import { readProcessTable } from '../../../src/base/process-table.ts';
import { until } from '../../e2e/support/until.ts';
import type { BenchContext } from '../measurement.ts';

/**
 * Starts trees of three processes that do nothing, each in a session (`setsid`) of its own, as a terminal's are. Gives the
 * ids of their roots; they end with the scope.
 */
export async function startTrees(count: number, context: Pick<BenchContext, 'scope' | 'directory'>): Promise<number[]> {
  const pids: number[] = [];
  for (let number = 1; number <= count; number += 1) {
    const child = spawn('/bin/sh', ['-c', 'sleep 600 & sleep 600 & wait'], {
      detached: true,
      stdio: 'ignore',
      env: { PATH: process.env['PATH'] ?? '', TMPDIR: context.directory, BENCH_SESSION: String(number) },
    });
    const { pid } = child;
    if (pid === undefined) throw new Error('a process could not be started');
    context.scope.defer(`the tree of process ${pid}`, () => {
      // All of its group.
      process.kill(-pid, 'SIGKILL');
    });
    pids.push(pid);
  }
  const roots = new Set(pids);
  await until(async () => (await readProcessTable()).filter(({ parent }) => roots.has(parent)).length === 2 * count, {
    what: `${3 * count} processes`,
  });
  return pids;
}
