import type { BridgeStatus, SessionStatus } from '../../contracts/bridge-api.ts';
import type { Alert, AlertKind } from '../../contracts/metrics.ts';

/** Something that is not as it should be. Never words of an agent, of people or of a server: everybody may read it. */
export interface Ailment {
  /** As `vai doctor` calls it. */
  readonly code: string;
  /** `problem`: it does not work until somebody does something. `warning`: it may pass. */
  readonly level: 'problem' | 'warning';
  readonly says: string;
  readonly session?: number;
}

/** What `/health` answers. */
export interface HealthReport {
  /** `failing`: there is a problem, and the answer is 503. `degraded`: there are warnings only. */
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly version?: string;
  readonly problems: readonly Omit<Ailment, 'level'>[];
  readonly warnings: readonly Omit<Ailment, 'level'>[];
}

/** For how long the chat may be away before somebody should look, in milliseconds: a new connection takes seconds. */
const longAwayMs = 120_000;

/** What the bridge knows of itself at one moment. */
export interface Condition {
  readonly status: BridgeStatus;
  /** Undefined when it could not be measured. */
  readonly alerts: readonly Alert[] | undefined;
  /** For how long the chat is known not to be connected, in milliseconds. */
  readonly awayMs: number;
}

/** What is wrong with the bridge. */
export function ailmentsOf({ status, alerts, awayMs }: Condition): readonly Ailment[] {
  const { chat, outbox, sessions } = status;
  const ailments: (Ailment | undefined)[] = [
    chat.state === 'failed'
      ? problem('chat-failed', 'The chat connection failed for good: see vai status.')
      : undefined,
    chat.state === 'connecting' || chat.state === 'reconnecting' ? away(awayMs) : undefined,
    chat.owned
      ? undefined
      : warning('nobody-owns', 'Nobody owns the bridge, so nothing from the chat is run: vai pair'),
    outbox.parked > 0
      ? warning('channel-parked', `Channels that refuse the bot: ${outbox.parked}; what is for them waits: vai outbox`)
      : undefined,
    alerts === undefined ? warning('measuring-failed', 'What the sessions take could not be measured.') : undefined,
    ...(alerts ?? []).map((alert) => crossed(alert)),
    ...sessions.map((session) => ailmentOf(session)),
  ];
  return ailments.filter((ailment) => ailment !== undefined);
}

/** What is said about them. */
export function healthReport(ailments: readonly Ailment[], version?: string): HealthReport {
  const of = (wanted: Ailment['level']): Omit<Ailment, 'level'>[] =>
    ailments.filter(({ level }) => level === wanted).map(({ level: _, ...rest }) => rest);
  const problems = of('problem');
  const warnings = of('warning');
  const status = problems.length > 0 ? 'failing' : warnings.length > 0 ? 'degraded' : 'ok';
  return { status, ...(version === undefined ? {} : { version }), problems, warnings };
}

function away(awayMs: number): Ailment {
  const says = 'The chat server is not reached at the moment.';
  return awayMs < longAwayMs
    ? warning('chat-away', says)
    : problem('chat-away', `${says} It has been so for over ${Math.floor(awayMs / 60_000)} minutes.`);
}

function ailmentOf({ number, lifecycle, state, waitingFor }: SessionStatus): Ailment | undefined {
  const about = { session: number };
  if (lifecycle === 'failed') {
    return { ...problem('session-failed', `Session ${number} was given up: vai recover ${number}`), ...about };
  }
  if (lifecycle === 'lost') {
    return { ...warning('session-lost', `Session ${number} died and is being restarted.`), ...about };
  }
  if (lifecycle !== 'running') return undefined;
  if (state === 'error') {
    return { ...warning('session-error', `The agent of session ${number} reports an error.`), ...about };
  }
  if (waitingFor === 'login') {
    return { ...problem('session-wants-login', `Session ${number} wants a login: vai attach ${number}`), ...about };
  }
  if (waitingFor === 'trust') {
    const says = `Session ${number} asks whether it may trust its directory: vai prompts`;
    return { ...warning('session-wants-trust', says), ...about };
  }
  return undefined;
}

const crossings: Readonly<Record<AlertKind, string>> = {
  memory: 'takes nearly all the memory that it may',
  disk: 'has nearly all the disk in use that it may',
  response: 'answers slowly',
  'total-memory': 'take nearly all the memory that they may',
  throttled: 'takes more memory than it may, and its new messages wait',
};

function crossed({ session, kind }: Alert): Ailment {
  const code = kind === 'throttled' ? 'session-throttled' : 'over-threshold';
  if (session !== undefined) return { ...warning(code, `Session ${session} ${crossings[kind]}: vai top`), session };
  return warning(
    code,
    `${kind === 'total-memory' ? 'All sessions together' : 'The machine'} ${crossings[kind]}: vai top`,
  );
}

function problem(code: string, says: string): Ailment {
  return { code, level: 'problem', says };
}

function warning(code: string, says: string): Ailment {
  return { code, level: 'warning', says };
}
