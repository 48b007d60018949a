/** What a session does with messages that come while its agent works. */
export type BusyMode = 'queue' | 'steer' | 'interrupt';

/** How the turn of a message ends, when nothing goes wrong. */
export type Ending = 'completed' | 'failed' | 'lost';

/** Something that a person says. */
export interface PlannedMessage {
  /** Unique in the plan. */
  readonly name: string;
  /** Index of where it is said: see `placesOf`. */
  readonly place: number;
  readonly text: string;
  /** Words of it that nothing else in the plan has. */
  readonly mark: string;
  /** Words that stand once in the answer, and nowhere else. */
  readonly answer: string;
  readonly ending: Ending;
  readonly by: 'owner' | 'stranger';
}

/** What comes to a gateway's connections and is soon over. */
export const briefTroubles = [
  'drop',
  'close 1000',
  'close 1001',
  'close 4000',
  'close 4007',
  'close 4009',
  'reconnect',
  'invalid session',
  'invalid session, resumable',
] as const;

/** What the bridge needs its patience to notice: some 15 seconds. */
export const longTroubles = ['freeze', 'no acks', 'no hello', 'no resume', 'no identify'] as const;

export const requestTroubles = [
  '500',
  '502',
  '503',
  '500 afterwards',
  '429',
  '429, global',
  '429 as a page',
  'reset before',
  'reset after',
  'slow before',
  'slow after',
  'half an answer',
] as const;

/** What requests of the bridge a fault is for. */
export type RequestKind = 'post' | 'edit' | 'react' | 'history' | 'threads' | 'connect';

/** What becomes of them. */
export type RequestTrouble = (typeof requestTroubles)[number];

export type GatewayTrouble = (typeof briefTroubles)[number] | (typeof longTroubles)[number] | 'mute';

/** What becomes of the next events that the gateway tells. */
export type DispatchShape = 'duplicate' | 'reorder' | 'late';

export type Step =
  | { readonly do: 'say'; readonly message: PlannedMessage }
  /** Many at once, as fast as they can be said. */
  | { readonly do: 'flood'; readonly messages: readonly PlannedMessage[] }
  | { readonly do: 'edit'; readonly message: string; readonly text: string; readonly mark: string }
  | { readonly do: 'remove'; readonly message: string }
  | { readonly do: 'send'; readonly session: number; readonly mark: string }
  | { readonly do: 'post'; readonly session: number; readonly mark: string }
  | { readonly do: 'answer-prompts' }
  | { readonly do: 'interrupt'; readonly session: number }
  | { readonly do: 'archive'; readonly place: number }
  | { readonly do: 'end-daemon'; readonly signal: 'SIGKILL' | 'SIGTERM' }
  | { readonly do: 'start-daemon' }
  | { readonly do: 'kill-agent'; readonly session: number }
  | { readonly do: 'kill-tmux' }
  | { readonly do: 'fill-disk' }
  | { readonly do: 'free-disk' }
  | { readonly do: 'move-clock'; readonly byMs: number }
  | { readonly do: 'gateway'; readonly trouble: GatewayTrouble }
  | { readonly do: 'server-away' }
  | { readonly do: 'server-back' }
  | { readonly do: 'dispatches'; readonly shape: DispatchShape; readonly times: number }
  | {
      readonly do: 'requests';
      readonly kind: RequestKind;
      readonly trouble: RequestTrouble;
      readonly times: number;
    }
  | { readonly do: 'close-channel'; readonly place: number; readonly how: 'forbidden' | 'gone' }
  | { readonly do: 'open-channel'; readonly place: number }
  | { readonly do: 'read-only' }
  | { readonly do: 'read-and-write' }
  | { readonly do: 'forget-nonces' };

/** A step and when it is taken: milliseconds after the bridge was ready. */
export type TimedStep = Step & { readonly at: number };

export interface Plan {
  readonly seed: number;
  /** What each session does while busy; session 1 first. */
  readonly sessions: readonly BusyMode[];
  /** How many threads the first channel has. */
  readonly threads: number;
  /** Whether there is a channel without a session. */
  readonly elsewhere: boolean;
  /** In the order of their times. */
  readonly steps: readonly TimedStep[];
}

/** A place where things are said, and the session that serves it. */
export interface Place {
  readonly kind: 'channel' | 'thread' | 'elsewhere';
  readonly session: number;
}

/** The places of a plan in the order of their indexes: the sessions' channels, threads, and the channel without a session. */
export function placesOf(plan: Pick<Plan, 'sessions' | 'threads' | 'elsewhere'>): readonly Place[] {
  return [
    ...plan.sessions.map((_mode, index) => ({ kind: 'channel', session: index + 1 }) as const),
    ...Array.from({ length: plan.threads }, () => ({ kind: 'thread', session: 1 }) as const),
    ...(plan.elsewhere ? [{ kind: 'elsewhere', session: 1 } as const] : []),
  ];
}

/** Every message of a plan, in the order in which they are said. */
export function messagesOf(plan: Plan): readonly PlannedMessage[] {
  return plan.steps.flatMap((step) => (step.do === 'say' ? [step.message] : step.do === 'flood' ? step.messages : []));
}
