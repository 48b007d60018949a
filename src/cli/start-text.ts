import { BridgeError } from '../base/errors.ts';
import type { BridgeStatus, SessionStart, SessionStatus } from '../contracts/bridge-api.ts';
import type { SessionNumber, StartWish } from '../model/session.ts';
import type { Line } from './style.ts';

/** A session that was to run, and does not. */
export interface NotRunning {
  readonly session: SessionNumber;
  /** Why, for a person. */
  readonly problem: string;
}

/** What a start came to: what there is now, and what it made of the sessions that were asked for by number. */
export interface StartOutcome {
  readonly status: BridgeStatus;
  /** The bridge was started, and not only asked. */
  readonly isFresh: boolean;
  /** Missing for a plain start. */
  readonly starts?: readonly SessionStart[];
}

/** What a fresh bridge made of the sessions that it was started for. */
export function startsOf({ sessions }: BridgeStatus, wish: StartWish): readonly SessionStart[] | undefined {
  if (wish === 'usual') return undefined;
  return sessions
    .filter(({ number }) => wish === 'all' || wish.includes(number))
    .map((session) =>
      session.lifecycle === 'running'
        ? { session: session.number, outcome: 'started' }
        : { session: session.number, outcome: 'failed', problem: problemOf(session) },
    );
}

/** The sessions that were to run and do not: of a plain start all but those that stay down. */
export function notRunning({ status, isFresh, starts }: StartOutcome): readonly NotRunning[] {
  if (starts !== undefined) {
    return starts
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ session, problem = 'it did not start' }) => ({ session, problem }));
  }
  return status.sessions
    .filter(({ lifecycle, staysDown }) => {
      if (lifecycle === 'running' || staysDown !== undefined) return false;
      // Another start may be bringing it up just now.
      return isFresh || lifecycle !== 'starting';
    })
    .map((session) => ({ session: session.number, problem: problemOf(session) }));
}

/** What became of the sessions that were asked for, and which stay down and how they are started. */
export function startLines({ status, starts = [] }: StartOutcome, vai: string): readonly Line[] {
  const named = (outcome: SessionStart['outcome']): readonly number[] =>
    starts.filter((start) => start.outcome === outcome).map(({ session }) => session);
  const down = (why: SessionStatus['staysDown']): readonly number[] =>
    status.sessions.filter(({ staysDown }) => staysDown === why).map(({ number }) => number);
  const [asked, ended] = [down('asked'), down('ended-at-terminal')];
  return [
    ...line(named('started'), (which) => `Started ${which}.`),
    ...line(named('was-running'), (which) => `Running already: ${which}.`),
    ...line(asked, (which) => `Stopped on request, and not started: ${which}. Start: ${vai} start ${asked.join(' ')}`),
    ...line(
      ended,
      (which) => `Ended at the terminal, and not started: ${which}. Start: ${vai} start ${ended.join(' ')}`,
    ),
  ];
}

/** @throws BridgeError `sessions-not-running` naming each with its reason, and those that run. */
export function demandRunning(outcome: StartOutcome, vai: string): void {
  const missing = notRunning(outcome);
  if (missing.length === 0) return;
  const reasons = missing.map(({ session, problem }) => `session ${session} (${problem.replace(/\.$/, '')})`);
  const running = outcome.status.sessions.filter(({ lifecycle }) => lifecycle === 'running');
  const rest = running.length === 0 ? 'None runs.' : `Running: ${running.map(({ number }) => number).join(', ')}.`;
  throw new BridgeError('sessions-not-running', `Not running: ${reasons.join(', ')}. ${rest}`, {
    advice: `When the cause is mended: ${vai} start ${missing.map(({ session }) => session).join(' ')}`,
  });
}

function problemOf({ detail, lifecycle }: SessionStatus): string {
  return detail ?? (lifecycle === 'starting' ? 'its start is tried again' : `it is ${lifecycle}`);
}

function line(sessions: readonly number[], words: (which: string) => string): readonly string[] {
  return sessions.length === 0 ? [] : [words(`session ${sessions.join(', ')}`)];
}
