import { promptKinds } from './prompt.ts';
import type { PromptCloser, PromptGrant, PromptKind, PromptQuestion } from './prompt.ts';

/** What an agent is doing. `waiting` always says for what. */
export type AgentActivity = 'unknown' | 'initializing' | 'idle' | 'busy' | 'waiting' | 'error';

/** What a waiting agent needs from a person. A `login` can only be given at the terminal. */
export const waitingFors = [...promptKinds, 'login'] as const;

export type WaitingFor = (typeof waitingFors)[number];

/**
 * Where a piece of knowledge about an agent came from, best first. A lower source never overrules a higher one that
 * is as recent.
 */
export type StateSource = 'hook' | 'state-file' | 'transcript' | 'screen' | 'process';

export interface AgentState {
  readonly activity: AgentActivity;
  readonly waitingFor: WaitingFor | null;
  readonly source: StateSource;
  /** Epoch milliseconds since when it is so. */
  readonly since: number;
  /** More for a person, e.g. `retrying in 8 s (attempt 4 of 10)`. */
  readonly detail?: string;
}

/** Whether a message may be typed now. */
export function canAcceptMessage(state: AgentState): boolean {
  return state.activity === 'idle';
}

/** Whether the agent certainly works on nothing: ending it would cut no turn. */
export function isAtRest({ activity, waitingFor }: AgentState): boolean {
  if (activity === 'waiting') return waitingFor === 'trust' || waitingFor === 'login';
  return activity === 'idle' || activity === 'error';
}

/** Whether a message may be typed into the agent's own queue. */
export function canSteer(state: AgentState): boolean {
  return state.activity === 'busy';
}

/** How a turn (one prompt and everything the agent did for it) ended. */
export type TurnOutcome =
  | 'completed'
  /** Stopped by a person, here or at the desk. */
  | 'interrupted'
  | 'failed'
  /** The agent's provider takes no more for now. */
  | 'rate-limited'
  /** The agent ended in the middle of it. */
  | 'lost';

/**
 * What an agent tells the bridge. `turn` is the agent's id of the turn; `key` makes a repetition harmless: the bridge
 * keeps one event per session and key.
 */
export type AgentEvent =
  /** The agent accepted a prompt. `by` is what put it there; `message` is the id of the delivered message. */
  | { readonly kind: 'turn-started'; readonly turn: string; readonly by: 'bridge'; readonly message: string }
  | { readonly kind: 'turn-started'; readonly turn: string; readonly by: 'desk'; readonly text: string }
  | { readonly kind: 'turn-started'; readonly turn: string; readonly by: 'agent' }
  /** A message that lay in the agent's own queue became part of a turn. */
  | { readonly kind: 'message-taken'; readonly turn: string; readonly message: string }
  /** A message that lay in the agent's own queue was taken out of it at the desk: it is part of no turn. */
  | { readonly kind: 'message-returned'; readonly message: string }
  /** A whole piece of text that the agent said (Markdown). */
  | { readonly kind: 'text'; readonly turn: string; readonly key: string; readonly text: string }
  | {
      readonly kind: 'turn-ended';
      readonly turn: string;
      readonly outcome: TurnOutcome;
      /** Why, in words for a person, unless completed. */
      readonly reason?: string;
    }
  | {
      readonly kind: 'prompt-opened';
      readonly id: string;
      readonly turn: string | undefined;
      readonly prompt: PromptKind;
      readonly tool: string;
      /** What the tool was asked to do, as the agent gave it. */
      readonly input: Readonly<Record<string, unknown>>;
      /** What a yes may grant beyond this request. */
      readonly grants?: readonly PromptGrant[];
      /** What is to be answered by a question or a form. */
      readonly questions?: readonly PromptQuestion[];
    }
  /**
   * The agent no longer waits for this prompt, or cannot be answered from outside any more (`agent`). `by` says who decided,
   * as far as it is known.
   */
  | { readonly kind: 'prompt-closed'; readonly id: string; readonly by: PromptCloser }
  | { readonly kind: 'state'; readonly state: AgentState }
  /** Something a person should read that belongs to no turn (`login needed`, `retrying for 60 s`). */
  | { readonly kind: 'notice'; readonly key: string; readonly notice: AgentNotice }
  /** The agent's process ended. `exitCode` is undefined when nobody could tell. */
  | {
      readonly kind: 'died';
      readonly exitCode: number | undefined;
      readonly lastLines: string;
      /** A person ended it at its terminal on purpose (I8). */
      readonly asked: boolean;
    };

/** Notices are data; the words come from the catalogue. */
export type AgentNotice =
  | { readonly kind: 'needs-login' }
  | { readonly kind: 'needs-trust'; readonly workDir: string }
  | { readonly kind: 'needs-desk'; readonly what: string }
  | { readonly kind: 'retrying'; readonly detail: string }
  /** Its earlier conversation could not be continued: it has begun a new one and knows nothing of the old. */
  | { readonly kind: 'conversation-lost' };
