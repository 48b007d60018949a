import { resolve } from 'node:path';

import { systemClock } from '../base/clock.ts';
import { resolvePaths } from '../config/paths.ts';
import { openWire } from '../control/wire.ts';
import { parsePost } from './dp-arguments.ts';
import { endOnLostOutput, exitCodeOf, failureLine, obstacleNote, usageError } from './failure.ts';
import { reachDaemon } from './reach-daemon.ts';
import { readStandardInput } from './standard-input.ts';

const postTimeoutMs = 20_000;

/** What `dp` loads for a post is on its way to the chat: no schema library, no command-line library. */
async function runDp(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const post = parsePost(args, environment);
  if (post.kind === 'help') {
    const { describeDp } = await import('./dp-command.ts');
    describeDp().outputHelp();
    return;
  }
  const text = post.text ?? (await readStandardInput());
  const files = post.files?.map((path) => resolve(path));
  if (text.trim() === '' && (files === undefined || post.text === undefined))
    throw usageError('The message is empty.', 'Example: dp "the build is green"');
  const wire = await reachDaemon(resolvePaths({ environment }), environment, (address) =>
    openWire({ ...address, clock: systemClock }),
  );
  try {
    const stored = await wire.call(
      'post',
      { target: post.target, text, ...(files === undefined ? {} : { files }) },
      postTimeoutMs,
    );
    if (post.json) process.stdout.write(`${JSON.stringify(stored)}\n`);
    const obstacle = obstacleIn(stored);
    if (obstacle !== undefined) process.stderr.write(`${obstacleNote('dp', 'The message', obstacle)}\n`);
  } finally {
    wire.close();
  }
}

/** Why the message cannot be posted now, if the daemon says so. */
function obstacleIn(stored: unknown): string | undefined {
  if (typeof stored !== 'object' || stored === null || !('obstacle' in stored)) return undefined;
  return typeof stored.obstacle === 'string' ? stored.obstacle : undefined;
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => endOnLostOutput('dp', error));
runDp(process.argv.slice(2), process.env).catch((error: unknown) => {
  process.stderr.write(failureLine('dp', error));
  process.exitCode = exitCodeOf(error);
});
