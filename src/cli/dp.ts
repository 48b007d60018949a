import { systemClock } from '../base/clock.ts';
import { resolvePaths } from '../config/paths.ts';
import { openWire } from '../control/wire.ts';
import { parsePost } from './dp-arguments.ts';
import { exitCodeOf, failureLine, usageError } from './failure.ts';
import { paneToken, reachDaemon } from './reach-daemon.ts';

const postTimeoutMs = 20_000;

const help = `Usage: dp [N | channel id] "message"

Posts to a session's channel as the bot. It never reaches the agent; for that there is: vai send N "text"

With one argument it is the message, for the default session; inside a session's terminal, for that session.
With more, a leading number is a session, or with 15 to 20 digits a channel.
"\\n" in the message is a newline. "-" reads the message from standard input, as it is.

Examples:
  dp "the build is green"
  dp 2 "first line\\nsecond line"
  dp 123456789012345678 "to any channel"
  git log -1 | dp 2 -
`;

/** Everything that `dp` loads is on its way to the screen: no schema library, no command-line library. */
async function runDp(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<void> {
  const post = parsePost(args, environment);
  if (post.kind === 'help') {
    process.stdout.write(help);
    return;
  }
  const text = post.text ?? (await readInput());
  if (text.trim() === '') throw usageError('The message is empty.', 'Example: dp "the build is green"');
  const token = paneToken(environment);
  const wire = await reachDaemon(resolvePaths({ environment }), (socket) =>
    openWire({ socket, clock: systemClock, ...(token === undefined ? {} : { token }) }),
  );
  try {
    await wire.call('post', { target: post.target, text }, postTimeoutMs);
  } finally {
    wire.close();
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
}

runDp(process.argv.slice(2), process.env).catch((error: unknown) => {
  process.stderr.write(failureLine('dp', error));
  process.exitCode = exitCodeOf(error);
});
