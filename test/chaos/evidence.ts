import type { Plan, PlannedMessage } from './plan.ts';

/** One message as it stands in a channel. */
export interface ChatLine {
  readonly id: string;
  readonly bot: boolean;
  readonly text: string;
  /** Id of the message that it answers. */
  readonly replyTo: string | undefined;
  readonly reactions: readonly string[];
}

/** Something that a person really said. */
export interface Said {
  readonly message: PlannedMessage;
  /** The server's id. */
  readonly id: string;
  /** Milliseconds by the test's own clock when the server had it. */
  readonly at: number;
  /** What it was changed to, and when. */
  readonly edited: { readonly text: string; readonly mark: string; readonly at: number } | undefined;
  /** When it was taken back. */
  readonly removedAt: number | undefined;
}

/** Something that was asked for at the machine's shell. */
export interface Asked {
  readonly kind: 'send' | 'post';
  readonly session: number;
  readonly mark: string;
  /** `yes`: the bridge said that it is stored; `no`: it said that it is not; `unknown`: no answer came. */
  readonly stored: 'yes' | 'no' | 'unknown';
}

/** Something that was done to the system, and when by the test's own clock. */
export interface Happening {
  readonly at: number;
  readonly what:
    | 'daemon ended'
    | 'daemon starts'
    | 'agent killed'
    | 'interrupt'
    | 'clock moved'
    | 'chat trouble'
    | 'reorder'
    | 'late'
    | 'disk full'
    | 'channel closed'
    | 'channel open'
    | 'archived'
    | 'faults over';
  /** Undefined for all of them. */
  readonly session?: number;
  /** Of a channel that the bot may not enter, or may again, and of a thread that was archived. */
  readonly place?: number;
}

/** A text that the agent of a session read. */
export interface Received {
  /** Milliseconds by the agent's clock. */
  readonly at: number;
  readonly text: string;
}

/** One row of the bridge's inbox. */
export interface InboxRow {
  readonly id: string;
  readonly messageId: string | null;
  readonly session: number;
  readonly state: string;
}

/** One row of the bridge's outbox. */
export interface OutboxRow {
  readonly key: string;
  readonly channel: string;
  readonly kind: string;
  readonly state: string;
  readonly detail: string | null;
  /** The server's ids of its parts. */
  readonly sent: readonly string[];
}

/** Everything that is known about a scenario when it is over. */
export interface Evidence {
  readonly plan: Plan;
  readonly said: readonly Said[];
  readonly asked: readonly Asked[];
  readonly happenings: readonly Happening[];
  /** What each session's agent read, in its order; session 1 first. */
  readonly received: readonly (readonly Received[])[];
  /** The channels' ids, by place. */
  readonly channels: readonly string[];
  /** What stands in each place, oldest first. */
  readonly lines: readonly (readonly ChatLine[])[];
  readonly inbox: readonly InboxRow[];
  readonly outbox: readonly OutboxRow[];
  /** Sessions that were not running at the end. */
  readonly sessionsDown: readonly string[];
  /** How many turns were still open. */
  readonly openTurns: number;
  /** Command lines of processes that were left when everything was stopped. */
  readonly leftovers: readonly string[];
  /** Requests that the chat server has no route for. */
  readonly unknownRoutes: readonly string[];
  /** How the daemon ended without being asked to, and what else went wrong with the scenario itself. */
  readonly mishaps: readonly string[];
}
