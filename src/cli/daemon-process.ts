import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { makePrivateDirectory } from '../base/atomic-file.ts';
import { BridgeError } from '../base/errors.ts';
import { spawnProcess } from '../base/run-command.ts';
import { knownCode } from '../error-policy/policy.ts';
import { startReportSchema } from '../control/protocol.ts';
import type { StartReport } from '../control/protocol.ts';
import { startWords } from '../model/session.ts';
import type { StartWish } from '../model/session.ts';
import type { CliContext } from './context.ts';

const startTimeoutMs = 60_000;

/**
 * What Node is told when it becomes the daemon; `bin/launch` says the same for the foreground. V8 lets the space for new
 * objects grow to 32 MB, half of it idle, while a program loads; a bridge needs next to none of it.
 */
export const daemonFlags: readonly string[] = ['--max-semi-space-size=2'];

/** The program of the daemon: as bundled, as compiled or as much a source as this file is. */
const mainUrl = new URL(
  { '.cjs': 'main.cjs', '.js': '../main.js', '.ts': '../main.ts' }[extname(import.meta.url)] ?? '',
  import.meta.url,
);

/**
 * Starts the daemon as a process of its own that outlives this one, and waits for its report. What it says before its
 * log is open goes to `logs/start.log`.
 *
 * @param wish which sessions it shall bring up.
 * @param program what the daemon runs.
 * @throws BridgeError with the daemon's own code and words when it fails; `start-failed`, `start-timeout`, `not-built`.
 */
export async function spawnDaemon(context: CliContext, wish: StartWish, program: URL = mainUrl): Promise<void> {
  demandBuilt(program);
  const { home, logs, bridgeLog } = context.paths;
  const { startLog: outputFile } = context;
  makePrivateDirectory(home);
  makePrivateDirectory(logs);
  const output = openSync(outputFile, 'w', 0o600);
  const child = spawnProcess(process.execPath, [...daemonFlags, fileURLToPath(program), ...startWords(wish)], {
    cwd: home,
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
    env: { ...context.environment, BRIDGE_HOME: home },
  });
  closeSync(output);

  const report = await reportOf(child, context);
  if (child.connected) child.disconnect();
  child.unref();
  switch (report.kind) {
    case 'ready':
      return;
    case 'failed':
      throw new BridgeError(
        knownCode(report.code),
        report.message,
        report.advice === undefined ? {} : { advice: report.advice },
      );
    case 'ended':
      throw new BridgeError(
        'start-failed',
        `The bridge ended while it started (${report.how}): ${lastLine(outputFile)}`,
        {
          advice: `More may be in ${outputFile} and ${bridgeLog}.`,
        },
      );
    case 'silent':
      throw new BridgeError('start-timeout', `The bridge (process ${child.pid ?? 0}) is not ready after 60 s.`, {
        advice: `It is still trying: see "vai status" and ${bridgeLog}, or end it with: kill ${child.pid ?? 0}`,
      });
  }
}

/** Runs the daemon in this process until it ends. */
export async function runInForeground(context: CliContext, wish: StartWish): Promise<void> {
  demandBuilt(mainUrl);
  const { home } = context.paths;
  makePrivateDirectory(home);
  process.env['BRIDGE_HOME'] = home;
  process.chdir(home);
  const main = (await import(mainUrl.href)) as {
    runDaemon(options: { readonly echoLog: boolean; readonly start: StartWish }): Promise<void>;
  };
  await main.runDaemon({ echoLog: true, start: wish });
  context.exitCode = Number(process.exitCode ?? 0);
}

type Outcome = StartReport | { readonly kind: 'ended'; readonly how: string } | { readonly kind: 'silent' };

function reportOf(child: ReturnType<typeof spawnProcess>, { clock }: CliContext): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(startTimeoutMs, () => resolve({ kind: 'silent' }));
    const settle = (outcome: Outcome): void => {
      cancel();
      resolve(outcome);
    };
    child.on('message', (message) => {
      const report = startReportSchema.safeParse(message);
      if (report.success) settle(report.data);
    });
    child.on('exit', (code, signal) => settle({ kind: 'ended', how: signal ?? `exit code ${code ?? 'unknown'}` }));
    child.on('error', (error) => {
      cancel();
      reject(error);
    });
  });
}

function demandBuilt(program: URL): void {
  if (existsSync(program)) return;
  throw new BridgeError('not-built', 'The bridge is not built yet.', {
    advice: 'Run ./start-bridge.sh (or: npm run build).',
  });
}

function lastLine(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) || 'it said nothing.';
}
