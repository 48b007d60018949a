import type { Action } from '../model/access.ts';
import type { ChannelId } from '../model/session.ts';
import type { BridgeApi } from './bridge-api.ts';
import type { ChatDeed, ChatHandlers } from './chat.ts';

/** Every way in on which somebody can ask for something: what a chat tells, what people do there, and the API. */
export type Surface = keyof ChatHandlers | ChatDeed['kind'] | keyof BridgeApi;

interface Line {
  /** ISO 8601. */
  readonly at: string;
  readonly session?: number;
  readonly channel?: ChannelId;
  /** What it was about: a message, a request, a person. An id. */
  readonly about?: string;
  readonly reason?: string;
}

/** Who asked for what, and what was decided. */
export interface AuditedRequest extends Line {
  /** `local`, `session 2` (a process inside it), `user 123…`, `bot 123…` or `webhook 123…`. */
  readonly who: string;
  readonly surface: Surface;
  readonly action: Action;
  readonly outcome: 'allowed' | 'refused';
  /** How many of the kind this line stands for, when more than one. */
  readonly count?: number;
}

/** What the bridge did in consequence. */
export type Deed =
  | 'message-given' // the agent has the message
  | 'message-rejected' // it will not get it
  | 'prompt-decided' // a permission request, question or plan: by `who`, for `tool`
  | 'posted' // a text, file or card, at the chat
  | 'session-added'
  | 'session-removed'
  | 'session-moved'; // started, stopped, lost, given up: `state` says what it is now

/** Something that was done. */
export interface AuditedDeed extends Line {
  /** As above where a person or a process is behind it; else `bridge`. */
  readonly who: string;
  readonly deed: Deed;
  readonly outcome: 'done' | 'failed';
  /** Of the agent, that was asked for. */
  readonly tool?: string;
  /** `allow`, `deny`, `choose`. */
  readonly answer?: string;
  /** Of a session. */
  readonly state?: string;
}

/** One line of the audit. Never a word of what was said. */
export type AuditEntry = AuditedRequest | AuditedDeed;

/** Where what was decided and done is kept. */
export interface Audit {
  /** Never throws: what cannot be kept is said loudly elsewhere. */
  note(entry: AuditEntry): void;
}
