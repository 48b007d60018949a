/* A stand-in for the daemon's program: it is compiled to `main.js` beside a copy of the command line. */
import { appendFileSync, linkSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { systemErrorCode } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { resolvePaths } from '../../src/config/paths.ts';
import { ownDaemonRecord, removeDaemonRecord, writeDaemonRecord } from '../../src/control/daemon-record.ts';
import { startControlServer } from '../../src/control/server.ts';
import { FakeBridgeApi } from '../control/fake-bridge-api.ts';

/** What the real one exports, with the bridge in memory; what it does is told by FAKE_MAIN. */
export async function runDaemon(
  options: { readonly echoLog: boolean; readonly start?: unknown } = { echoLog: false, start: process.argv.slice(2) },
): Promise<void> {
  const paths = resolvePaths({ environment: process.env });
  const told = process.env['FAKE_MAIN'] ?? 'ready';
  if (told === 'crash') throw new Error('out of luck');
  if (told === 'failed') {
    tell({ kind: 'failed', code: 'chat-token-invalid', message: 'The token is wrong.', advice: 'Correct it.' });
    process.exitCode = 1;
    return;
  }
  mkdirSync(paths.state, { recursive: true });
  if (!claim(paths.daemonRecord, paths.controlSocket)) {
    tell({ kind: 'failed', code: 'already-running', message: 'Another bridge already runs on this directory.' });
    return;
  }
  if (options.echoLog) process.stdout.write('{"msg":"log line"}\n');
  const note = (text: string): void => appendFileSync(join(dirname(paths.home), 'notes'), `${text}\n`);
  note(`cwd=${process.cwd()} home=${process.env['BRIDGE_HOME'] ?? ''} parent=${String(process.send !== undefined)}`);
  note(`start=${JSON.stringify(options.start)}`);
  const api = new FakeBridgeApi();
  if (told === 'broken') api.states.set(1, { lifecycle: 'lost', state: 'unknown', detail: 'no such file' });
  const stopped = new Promise<void>((resolve) => {
    api.onStop = (keepSessions) => {
      note(`stop keepSessions=${String(keepSessions)}`);
      resolve();
    };
  });
  const server = await startControlServer({ socket: paths.controlSocket, api, log: silentLog });
  tell({ kind: 'ready' });
  await stopped;
  await server.close();
  removeDaemonRecord(paths.daemonRecord, process.pid);
}

/** Writes the record unless there is one, as one step: of two that start at once, one gets it. */
function claim(record: string, socket: string): boolean {
  const own = `${record}.${process.pid}`;
  writeDaemonRecord(own, ownDaemonRecord(socket));
  try {
    linkSync(own, record);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own);
  }
}

function tell(report: object): void {
  process.send?.(report, () => process.disconnect());
}

if (process.argv[1]?.endsWith('main.js')) await runDaemon();
