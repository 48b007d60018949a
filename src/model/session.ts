import type { Brand } from '../base/ids.ts';

/** A session's number: 1, 2, 3 … never given twice. */
export type SessionNumber = Brand<number, 'SessionNumber'>;

/** A chat channel's (or thread's) id: 15 to 20 digits. */
export type ChannelId = Brand<string, 'ChannelId'>;

/** Reads a session number, or undefined when the text is not a whole number from 1 to 999999. */
export function parseSessionNumber(value: string | number): SessionNumber | undefined {
  const text = String(value);
  return /^[1-9]\d{0,5}$/.test(text) ? (Number(text) as SessionNumber) : undefined;
}

/** Reads a channel id, or undefined when the text is not 15 to 20 digits. */
export function parseChannelId(value: string): ChannelId | undefined {
  return /^\d{15,20}$/.test(value) ? (value as ChannelId) : undefined;
}

/** What is done with a message that comes while the agent is busy: it waits, goes into the agent's own queue, or stops the turn. */
export const busyModes = ['queue', 'steer', 'interrupt'] as const;

export type BusyMode = (typeof busyModes)[number];

/** What the owner configured for one session: a line of sessions.json. */
export interface SessionEntry {
  readonly number: SessionNumber;
  readonly channel: ChannelId;
  /** Working directory of the agent; default `workspace/session_N` under BRIDGE_HOME. */
  readonly workDir?: string;
  /** Name of the agent driver; default: the bridge's. */
  readonly agent?: string;
  /** The owner's recorded consent that the agent may trust `workDir`. */
  readonly trusted?: boolean;
  /** Default `queue`. */
  readonly whileBusy?: BusyMode;
}

/** Where a session is in its life. `lost` is a death nobody asked for that recovery is working on. */
export type Lifecycle = 'starting' | 'running' | 'lost' | 'failed' | 'stopped';

const lifecycleMoves: Readonly<Record<Lifecycle, readonly Lifecycle[]>> = {
  starting: ['running', 'lost', 'failed', 'stopped'],
  running: ['lost', 'failed', 'stopped', 'starting'],
  lost: ['starting', 'failed', 'stopped'],
  failed: ['starting', 'stopped'],
  stopped: ['starting'],
};

/** Whether a session may go from one state to another. Staying is not a move. */
export function canMove(from: Lifecycle, to: Lifecycle): boolean {
  return lifecycleMoves[from].includes(to);
}

/** Whether an agent process exists or is being made. */
export function isAlive(lifecycle: Lifecycle): boolean {
  return lifecycle === 'starting' || lifecycle === 'running';
}

/** Why a session is not brought up by itself: somebody asked for its stop, or ended its agent at the terminal. */
export const staysDowns = ['asked', 'ended-at-terminal'] as const;

export type StaysDown = (typeof staysDowns)[number];

/** Which sessions a start brings up: all but those that stay down, all, or some, beside what is alive already. */
export type StartWish = 'usual' | 'all' | readonly SessionNumber[];

/** A wish as the words of a command line, for `readStartWish`. */
export function startWords(wish: StartWish): readonly string[] {
  if (wish === 'usual') return [];
  return wish === 'all' ? ['--all'] : wish.map(String);
}

/** Reads a wish from the words of a command line; undefined when they are none. */
export function readStartWish(words: readonly string[]): StartWish | undefined {
  if (words.length === 0) return 'usual';
  if (words.length === 1 && words[0] === '--all') return 'all';
  const numbers = words.map(parseSessionNumber);
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

/** What the bridge keeps about a session beside its entry; survives restarts. */
export interface SessionRecord {
  readonly number: SessionNumber;
  /** Counts the agent processes of this session: a late event of an older one is dropped. */
  readonly generation: number;
  readonly lifecycle: Lifecycle;
  /** Name of the driver that made this generation. */
  readonly agent: string;
  /** The agent's own id of the conversation, for resuming it. */
  readonly agentSession: string | undefined;
  /** The driver's own data about the running agent: stored, and handed back (I7). */
  readonly handle: string | undefined;
  /** Secret that a process in this session's pane shows to the control socket. */
  readonly token: string;
  /** Epoch milliseconds of the last change of lifecycle. */
  readonly since: number;
}
