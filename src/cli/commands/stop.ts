import type { Command } from 'commander';

import { BridgeError } from '../../base/errors.ts';
import { WatchedTime } from '../../base/watched-time.ts';
import type { BridgeStatus, SessionStop } from '../../contracts/bridge-api.ts';
import { isDaemonAlive, readDaemonRecord } from '../../control/daemon-record.ts';
import type { Output } from '../../control/outputs.ts';
import { isAlive } from '../../model/session.ts';
import type { SessionNumber } from '../../model/session.ts';
import { jsonOption, sessionsArgument } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';
import { untilIdle } from '../until-idle.ts';

/** How long the daemon may take to end its sessions and itself, in milliseconds. */
const stopTimeoutMs = 60_000;
const lookEveryMs = 50;

/** What a stop ended, and what it left. */
export interface Stopped {
  readonly pid: number;
  /** Those whose agents ran. */
  readonly sessions: readonly number[];
  /** The agents run on. */
  readonly kept: boolean;
}

interface Options {
  readonly keepSessions?: true;
  readonly json?: true;
}

export function addStop(program: Command, context: CliContext): void {
  const command = program
    .command('stop')
    .description(
      'Ends all sessions safely (their agents can resume), then the bridge; or some sessions alone. "vexit" is the same.',
    )
    .addArgument(sessionsArgument('only these sessions; the bridge and the others run on'))
    .option('--keep-sessions', 'leave the agents running; the next start finds them again')
    .addOption(jsonOption())
    .action(async (sessions: readonly SessionNumber[], { keepSessions, json }: Options) => {
      if (sessions.length > 0) {
        if (keepSessions) throw usageError('--keep-sessions does not go with numbers.', 'Give one of them.');
        return stopSessions(context, sessions, json === true);
      }
      const stopped = await stopBridge(context, keepSessions === true);
      if (json) context.printJson(stopped satisfies Output<'stop'>);
      else context.print(stoppedWords(stopped));
    });
  explain(command, {
    notes: [
      'A full stop ends every agent so that it can be resumed, then tmux, then the daemon. It returns when the process is gone. `vexit` and `./stop-bridge.sh` are the same.',
      'With numbers: ends the agents of these sessions so that they can be resumed. They stay stopped, over every restart and a plain `vai start`, until `vai start N` (or `vai recover N`, `vai start --all`); their messages wait, and their channels are told. An unknown number is refused before anything is done.',
      'With `--json`: `pid`, `sessions` (the numbers of those whose agents ran), and `kept`: whether they run on. With numbers: `stops[]`: `session`, `outcome` (`stopped`, `was-stopped`, `failed`), `problem`.',
    ],
    examples: ['vai stop', ['vai stop 4', 'session 4 alone'], ['vai stop --keep-sessions', 'the agents run on']],
  });
}

/** Ends some sessions, and says what became of each. @throws BridgeError `sessions-not-stopped` when it said so. */
async function stopSessions(context: CliContext, sessions: readonly SessionNumber[], json: boolean): Promise<void> {
  const stops = await context.progress(`Stopping session ${sessions.join(', ')}`, (say) => {
    say('waiting for the agents to end');
    return context.withBridge((bridge) => bridge.stopSessions(sessions));
  });
  const named = (outcome: SessionStop['outcome']): string =>
    stops
      .filter((stop) => stop.outcome === outcome)
      .map(({ session }) => session)
      .join(', ');
  const [stopped, before] = [named('stopped'), named('was-stopped')];
  if (json) context.printJson({ stops } satisfies Output<'stop'>);
  else {
    const start = `${context.vai} start`;
    if (stopped !== '')
      context.print(`Stopped session ${stopped}. It stays so until: ${start} ${stopped.replaceAll(',', '')}`);
    if (before !== '') context.print(`Stopped already: session ${before}.`);
  }
  const failed = stops.filter(({ outcome }) => outcome === 'failed');
  if (failed.length === 0) return;
  const reasons = failed.map(
    ({ session, problem = 'unknown' }) => `session ${session} (${problem.replace(/\.$/, '')})`,
  );
  throw new BridgeError('sessions-not-stopped', `Not ended: ${reasons.join(', ')}.`, {
    advice: `Try again: ${context.vai} stop ${failed.map(({ session }) => session).join(' ')}`,
  });
}

/**
 * Stops the daemon and waits until its process is gone.
 *
 * @param whenIdle whether to wait until no agent works; however long that takes.
 * @throws BridgeError `no-daemon` when none runs, `stop-timeout`.
 */
export async function stopBridge(context: CliContext, keepSessions: boolean, whenIdle = false): Promise<Stopped> {
  const begin = async (): Promise<{ readonly status: BridgeStatus; readonly started: string | undefined }> => {
    const record = readDaemonRecord(context.paths.daemonRecord);
    const status = await context.withBridge(async (bridge) => {
      const before = await bridge.status();
      await bridge.stop({ keepSessions, ...(whenIdle ? { whenIdle } : {}) });
      return before;
    });
    return { status, started: record?.pid === status.pid ? record.started : undefined };
  };
  const begun = whenIdle ? await untilIdle(context, begin) : undefined;
  return context.progress(
    'Stopping the bridge',
    async (say) => {
      say(keepSessions ? 'waiting until its process is gone' : 'waiting for the agents to end');
      const { status, started } = begun ?? (await begin());
      const { pid, sessions } = status;
      await waitForEnd(context, { pid, started });
      const ran = sessions.filter(({ lifecycle }) => isAlive(lifecycle)).map(({ number }) => number);
      return { pid, sessions: ran, kept: keepSessions };
    },
    async () => {
      const status = await context.withBridge((bridge) => bridge.status());
      return keepSessions ? 'waiting until its process is gone' : stopWords(status);
    },
  );
}
/** What ended, for a person. */
export function stoppedWords({ pid, sessions, kept }: Stopped): string {
  const names = sessions.map((session) => `session ${session}`).join(', ');
  if (names === '') return `Stopped the bridge (process ${pid}).`;
  return kept
    ? `Stopped the bridge (process ${pid}). Still running: ${names}.`
    : `Stopped ${names} and the bridge (process ${pid}).`;
}

function stopWords({ sessions }: BridgeStatus): string {
  const left = sessions.filter(({ lifecycle }) => lifecycle !== 'stopped').map(({ number }) => number);
  return left.length === 0
    ? 'waiting until its process is gone'
    : `waiting for the agents of session ${left.join(', ')} to end`;
}

async function waitForEnd(
  { clock, paths }: CliContext,
  daemon: { readonly pid: number; readonly started: string | undefined },
): Promise<void> {
  const waited = new WatchedTime(clock);
  while (isDaemonAlive(daemon)) {
    if (waited.elapsed() > stopTimeoutMs) {
      throw new BridgeError('stop-timeout', `The bridge (process ${daemon.pid}) has not ended after 60 s.`, {
        advice: `Look at ${paths.bridgeLog}, or end it with: kill ${daemon.pid}`,
      });
    }
    await clock.sleep(lookEveryMs);
  }
}
