import type { Action } from '../model/access.ts';
import type { ChannelId } from '../model/session.ts';
import type { BridgeApi } from './bridge-api.ts';
import type { ChatDeed, ChatHandlers } from './chat.ts';

/** Every way in on which somebody can ask for something: what a chat tells, what people do there, and the API. */
export type Surface = keyof ChatHandlers | ChatDeed['kind'] | keyof BridgeApi;

/** One line of the audit: who asked for what, and what was decided. Never a word of what was said. */
export interface AuditEntry {
  /** ISO 8601. */
  readonly at: string;
  /** `local`, `session 2` (a process inside it), `probe`, `user 123…`, `bot 123…` or `webhook 123…`. */
  readonly who: string;
  readonly surface: Surface;
  readonly action: Action;
  readonly session?: number;
  readonly channel?: ChannelId;
  /** What it was about: a message, a request, a person. An id. */
  readonly about?: string;
  readonly outcome: 'allowed' | 'refused';
  readonly reason?: string;
  /** How many of the kind this line stands for, when more than one. */
  readonly count?: number;
}

/** Where what was decided is kept. */
export interface Audit {
  /** Never throws: what cannot be kept is said loudly elsewhere. */
  note(entry: AuditEntry): void;
}
