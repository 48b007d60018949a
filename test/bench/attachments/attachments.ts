import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { daemonFlags } from '../../../src/cli/daemon-process.ts';
import type { BenchContext, Measurement } from '../measurement.ts';
import type { Fetched } from './fetch-files.ts';

const megabytes = 8;
const files = 20;
const plain = 'plain fetch to files';
const bridge = 'by the bridge';

/** MS-02, MS-11: many files at once come about as quickly as they can, and memory does not grow with them. */
export const attachments: Measurement = {
  name: 'attachments',
  title:
    `${files} files of ${megabytes} MB at once, 5 for each of 4 sessions, from a server on loopback that is a process of its ` +
    'own: until all are stored and their messages ready; memory is the most that was resident over that before',
  quantities: [
    { name: plain, unit: 'ms' },
    // 80 % of the rate.
    { name: bridge, unit: 'ms', baseline: plain, goals: [{ statistic: 'ratio', atMost: 1.25 }] },
    { name: `${plain}, memory`, unit: 'MB' },
    { name: `${bridge}, memory`, unit: 'MB', goals: [{ statistic: 'max', atMost: 60 }] },
  ],
  maxSeconds: 180,
  unavailable: () => (existsSync('/proc/self/status') ? undefined : 'this system has no /proc/PID/status'),
  async run(context) {
    const bytes = megabytes * 1024 ** 2;
    const source = fork(join(import.meta.dirname, 'file-source.ts'), [String(bytes), context.directory]);
    context.scope.defer('the server of files', async () => {
      const ended = once(source, 'exit');
      source.kill('SIGKILL');
      await ended;
    });
    const port = await answerOf<number>(source);
    const url = `http://127.0.0.1:${port}/file`;
    const rounds = context.quick ? 3 : 15;
    for (let round = -1; round < rounds && !context.signal.aborted; round += 1) {
      context.progress(`round ${round + 1} of ${rounds}`);
      for (const how of round % 2 === 0 ? (['plain', 'bridge'] as const) : (['bridge', 'plain'] as const)) {
        const { ms, growth } = await fetchOnce(context, how, [url, String(bytes)]);
        if (round < 0) continue; // to warm the file system up
        const name = how === 'plain' ? plain : bridge;
        context.record(name, ms);
        context.record(`${name}, memory`, growth);
      }
    }
    context.note(
      'Each round is two fresh processes, run as the daemon is. Neither waits for the disk to flush; the bridge looks at its start whether what it stored is whole.',
    );
  },
};

/** One process that fetches all files into a directory that is gone afterwards. */
async function fetchOnce(context: BenchContext, how: string, what: readonly string[]): Promise<Fetched> {
  const directory = join(context.directory, how);
  const program = join(import.meta.dirname, 'fetch-files.ts');
  const child = fork(program, [how, ...what, String(files), directory], { execArgv: [...daemonFlags] });
  try {
    return await answerOf<Fetched>(child);
  } finally {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as T));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a process ended with ${code ?? 'a signal'} before it was done`)));
  });
}
