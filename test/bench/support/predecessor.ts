import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import type { BenchContext } from '../measurement.ts';

/** What the predecessor waits between a text and its Enter, in milliseconds. */
const pauseMs = 200;

/**
 * How the Python bridge that this one succeeds handed a message over: the bot posts it to a web server on loopback,
 * which runs `tmux send-keys` with the text, waits, and runs `tmux send-keys Enter`. Nothing is confirmed. The pane is
 * an idle one, and the server is in this very process: both are kind to it.
 */
export async function openPredecessor(
  context: BenchContext,
): Promise<{ /** Milliseconds until the second send-keys has returned. */ send(message: string): Promise<number> }> {
  const tmux = (...args: readonly string[]): Promise<void> =>
    runTmux(['-S', join(context.directory, 'old.sock'), '-f', '/dev/null', ...args], context.directory);
  await tmux('new-session', '-d', '-s', 'old', '-x', '120', '-y', '40', 'exec cat >/dev/null');
  context.scope.defer('the tmux server of the baseline', () => tmux('kill-server'));

  let returnedAt = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const { message } = JSON.parse(await text(request)) as { message: string };
      await tmux('send-keys', '-t', 'old', message);
      await sleep(pauseMs);
      await tmux('send-keys', '-t', 'old', 'Enter');
      returnedAt = performance.now();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"sent"}');
    })().catch((error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.scope.defer('the server of the baseline', () => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/discord-message`;

  return {
    async send(message) {
      const begin = performance.now();
      const response = await fetch(url, { method: 'POST', body: JSON.stringify({ message }) });
      if (!response.ok) throw new Error(`the baseline's server answered ${response.status}`);
      await response.text();
      return returnedAt - begin;
    },
  };
}

async function runTmux(args: readonly string[], directory: string): Promise<void> {
  const child = spawn('tmux', args, { stdio: 'ignore', env: { ...process.env, TMUX_TMPDIR: directory } });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  if (exitCode !== 0) throw new Error(`tmux ${args.slice(4).join(' ')} ended with ${String(exitCode)}`);
}
