import type { AgentActivity, WaitingFor } from '../model/agent.ts';
import type { Actor } from '../model/access.ts';
import type { PromptAnswer, PromptKind } from '../model/prompt.ts';
import type { ChannelId, Lifecycle, SessionNumber } from '../model/session.ts';
import type { ChatConnection } from './chat.ts';

export interface SessionStatus {
  readonly number: SessionNumber;
  readonly channel: ChannelId;
  /** As the chat server shows it; missing when it is not known. */
  readonly channelName?: string;
  readonly tmux: string;
  readonly agent: string;
  readonly lifecycle: Lifecycle;
  readonly state: AgentActivity;
  readonly waitingFor: WaitingFor | null;
  /** More for a person: `retrying in 8 s`, the reason of a failure. */
  readonly detail?: string;
  /** ISO 8601. */
  readonly since: string;
  readonly pid: number | null;
  readonly generation: number;
  readonly queued: number;
  readonly agentSession: string | null;
  /** The shell line that shows this session's terminal. */
  readonly attach: string;
}

export interface BridgeStatus {
  readonly version: string;
  readonly pid: number;
  readonly home: string;
  readonly tmuxSocket: string;
  readonly chat: {
    readonly kind: 'local' | 'discord';
    readonly state: ChatConnection;
    readonly detail?: string;
    /** The chat page, local server only. */
    readonly url?: string;
    /** Base address of the server's REST interface. */
    readonly api?: string;
    /** The page's user on the local server. */
    readonly userToken?: string;
    /** Whether somebody owns the bridge; without an owner nothing from chat is run. */
    readonly owned: boolean;
  };
  /** Which agent new sessions get, and why. */
  readonly agent: { readonly name: string; readonly why: string };
  readonly sessions: readonly SessionStatus[];
  /** Names of tmux sessions of a predecessor on the user's own tmux server. */
  readonly foreignSessions: readonly string[];
}

export interface SessionListing {
  readonly number: SessionNumber;
  readonly channel: ChannelId;
  /** As the chat server shows it; missing when it is not known. */
  readonly channelName?: string;
  readonly workDir: string;
  readonly agent: string;
}

export interface PromptListing {
  readonly id: string;
  readonly session: SessionNumber;
  readonly kind: PromptKind;
  readonly tool: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** ISO 8601. */
  readonly since: string;
}

export interface AddSessionRequest {
  /** A channel id, or `new` for a channel made by the bridge (local server only). */
  readonly channel: string;
  readonly workDir?: string;
  readonly agent?: string;
  readonly trust?: boolean;
}

/** Where `dp` posts: a session's channel, or any channel. */
export type PostTarget =
  | { readonly kind: 'default' }
  | { readonly kind: 'session'; readonly session: number }
  | { readonly kind: 'channel'; readonly channel: string };

/** Why what was stored will not be posted until somebody does something, in words for a person; missing when it will. */
export interface Stored {
  readonly obstacle?: string;
}

/**
 * What a person at the machine, or a program, can ask of the bridge. Every call names who asks and is refused with
 * BridgeError `forbidden` when `may` says no (I9). Bad values are refused with an error that names them.
 */
export interface BridgeApi {
  status(actor: Actor): Promise<BridgeStatus>;
  listSessions(actor: Actor): Promise<readonly SessionListing[]>;
  /** Returns when the session's terminal and directories exist. */
  addSession(actor: Actor, request: AddSessionRequest): Promise<SessionListing>;
  /** Ends the agent, removes the mapping, keeps its files. */
  removeSession(actor: Actor, session: number): Promise<void>;
  /** Brings a session that is not running back; does nothing to a healthy one. Says what it did. */
  recover(actor: Actor, session: number): Promise<'running' | 'restarted'>;
  /** Gives a text to a session's agent as a message. Returns its id once it is stored. */
  send(actor: Actor, session: number, text: string): Promise<Stored & { readonly id: string }>;
  /** Posts to a channel as the bot. Returns once it is stored. */
  post(actor: Actor, target: PostTarget, text: string): Promise<Stored & { readonly channel: ChannelId }>;
  prompts(actor: Actor): Promise<readonly PromptListing[]>;
  answer(actor: Actor, promptId: string, answer: PromptAnswer): Promise<void>;
  /** A code that makes the chat user who types it to the bot the owner. Valid for ten minutes. */
  pair(actor: Actor): Promise<{ readonly code: string; readonly expires: string }>;
  /** Begins the stop and returns; the process ends by itself. `keepSessions` leaves the agents running. */
  stop(actor: Actor, options: { readonly keepSessions: boolean }): Promise<void>;
  /** Who a session token belongs to; undefined when it is not a valid one. */
  paneActor(token: string): Actor | undefined;
}
