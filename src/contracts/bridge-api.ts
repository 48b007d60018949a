import type { AgentActivity, TurnOutcome, WaitingFor } from '../model/agent.ts';
import type { AccessKind, Actor, Role } from '../model/access.ts';
import type { PromptAnswer, PromptGrant, PromptKind, PromptQuestion } from '../model/prompt.ts';
import type { InboxState, MessageSource } from '../model/message.ts';
import type { OutboxState } from '../model/outbound.ts';
import type { BusyMode, ChannelId, Lifecycle, SessionNumber, StaysDown } from '../model/session.ts';
import type { LogTrouble } from './log-trouble.ts';
import type { ChatConnection } from './chat.ts';
import type { Metrics } from './metrics.ts';
import type { Recovery } from './recovery.ts';
import type { MessageDetail, OutboundKind } from './stores.ts';

export interface SessionStatus {
  readonly number: SessionNumber;
  readonly channel: ChannelId;
  /** As the chat server shows it; missing when it is not known. */
  readonly channelName?: string;
  readonly tmux: string;
  readonly agent: string;
  readonly lifecycle: Lifecycle;
  /** Why only a person brings it back; missing when it runs, or is brought up by itself. */
  readonly staysDown?: StaysDown;
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
  /** What waits to be put into channels, and how many channels refuse the bot. */
  readonly outbox: { readonly pending: number; readonly parked: number };
  /** Where programs read health and figures; missing when that is not configured. */
  readonly metrics?: {
    /** Of the page with the figures. */
    readonly url?: string;
    /** Why there is none at the moment, in words for a person. */
    readonly detail?: string;
  };
  /** Names of tmux sessions of a predecessor on the user's own tmux server. */
  readonly foreignSessions: readonly string[];
  /** Logs and the audit, where they cannot be written now; missing when all can. */
  readonly logTroubles?: readonly LogTrouble[];
}

export interface SessionListing {
  readonly number: SessionNumber;
  readonly channel: ChannelId;
  /** As the chat server shows it; missing when it is not known. */
  readonly channelName?: string;
  readonly workDir: string;
  readonly agent: string;
}

/** What a start made of a session. */
export interface SessionStart {
  readonly session: SessionNumber;
  readonly outcome: 'started' | 'was-running' | 'failed';
  /** Why it failed, for a person. */
  readonly problem?: string;
}

/** What a stop made of a session. `failed`: `problem` says why; its agent may live. */
export interface SessionStop {
  readonly session: SessionNumber;
  readonly outcome: 'stopped' | 'was-stopped' | 'failed';
  /** Why it failed, for a person. */
  readonly problem?: string;
}

export interface PromptListing {
  readonly id: string;
  readonly session: SessionNumber;
  readonly kind: PromptKind;
  readonly tool: string;
  /** Whole. */
  readonly input: Readonly<Record<string, unknown>>;
  /** What a yes may grant beyond this request. */
  readonly grants: readonly PromptGrant[];
  /** What is to be answered by a question or a form. */
  readonly questions: readonly PromptQuestion[];
  /** ISO 8601. */
  readonly since: string;
  /** Where its card is, or will be; missing when nobody was asked in chat. */
  readonly channel?: ChannelId;
  /** The chat server's id of its card, once it is out. */
  readonly messageId?: string;
}

export interface AddSessionRequest {
  /** A channel id, or `new` for a channel made by the bridge (local server only). */
  readonly channel: string;
  readonly workDir?: string;
  readonly agent?: string;
  readonly trust?: boolean;
  /** Default `queue`. */
  readonly whileBusy?: BusyMode;
}

/** A message that is on its way to a session's agent, or held back. */
export interface QueuedMessage {
  readonly id: string;
  readonly state: Exclude<InboxState, 'acknowledged' | 'withdrawn' | 'failed'>;
  readonly source: MessageSource;
  /** The author's name. */
  readonly author: string;
  /** ISO 8601: when it was written. */
  readonly sentAt: string;
  /** Its first words, in one line. */
  readonly beginning: string;
  /** What the next message waits for, in a word or two. */
  readonly waitsFor?: string;
}

export interface SessionQueue {
  readonly session: SessionNumber;
  readonly agent: string;
  /** What is configured for messages that come while the agent is busy. */
  readonly mode: BusyMode;
  /** What is done with them: `queue` for an agent that cannot do what is configured. */
  readonly effective: BusyMode;
  /** In the order in which the agent gets them. */
  readonly messages: readonly QueuedMessage[];
}

/** A message that was missed for so long that a person decides whether it is run. */
export interface HeldMessage {
  readonly id: string;
  readonly channel: ChannelId;
  /** As the chat server shows it; missing when it is not known. */
  readonly channelName?: string;
  /** The author's name. */
  readonly author: string;
  /** ISO 8601: when it was written. */
  readonly sentAt: string;
  /** Its first words, in one line. */
  readonly beginning: string;
}

/** What becomes of held messages: given to the agent, or given up. */
export type CatchUpDecision = 'run' | 'drop';

/** One step in the life of a message. */
export interface TracedStep {
  /** ISO 8601. */
  readonly at: string;
  /** Milliseconds since the step before; 0 for the first. */
  readonly afterMs: number;
  /** The name of a transition (`inbox:queued>sending`), or of what else happened. */
  readonly event: string;
  readonly detail: MessageDetail;
}

/** Something that was put into the channel because of a message. */
export interface TracedPost {
  readonly key: string;
  readonly kind: OutboundKind;
  readonly state: OutboxState;
  /** The chat server's ids of what is out. */
  readonly messageIds: readonly string[];
}

/** The life of one message. */
export interface MessageTrace {
  readonly id: string;
  readonly session: SessionNumber;
  readonly source: MessageSource;
  readonly channel: ChannelId;
  /** The chat server's id of it; missing when it did not come from there. */
  readonly messageId?: string;
  readonly author: string;
  readonly state: InboxState;
  readonly beginning: string;
  /** ISO 8601: when it was written. */
  readonly sentAt: string;
  /** What it waits for now, in a word or two. */
  readonly waitsFor?: string;
  /** How the agent confirmed it, and how long that took after the last key, in milliseconds. */
  readonly confirmed?: { readonly by: string; readonly afterMs: number };
  /** The turn that it started or joined last. */
  readonly turn?: { readonly id: string; readonly startedAt: string; readonly outcome?: TurnOutcome };
  /** From its writing until it was stored, until the agent had it, until its turn ended; milliseconds. */
  readonly durations: { readonly storedMs: number; readonly deliveredMs?: number; readonly endedMs?: number };
  readonly steps: readonly TracedStep[];
  readonly posted: readonly TracedPost[];
}

/** Something that waits to be put into a channel. */
export interface OutboxEntry {
  readonly key: string;
  readonly channel: ChannelId;
  /** As the chat server shows it; missing when it is not known. */
  readonly channelName?: string;
  readonly kind: OutboundKind;
  /** The first words of it in one line; of a reaction its name. */
  readonly beginning: string;
  /** How many files go with it. */
  readonly files?: number;
  /** How many chat messages it is, once that is known. */
  readonly parts?: number;
  /** How many of these are out. */
  readonly sent?: number;
  /** The message that it belongs to, for `trace`. */
  readonly message?: string;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** What waits to be put into channels. */
export interface OutboxListing {
  /** Channels that refuse the bot: nothing is tried there. */
  readonly parked: readonly {
    readonly channel: ChannelId;
    readonly channelName?: string;
    /** `chat-forbidden` or `chat-not-found`. */
    readonly code: string;
    /** ISO 8601. */
    readonly since: string;
    readonly pending: number;
  }[];
  /** How many items wait. */
  readonly total: number;
  /** The first of them, by channel, in the order in which they go out. */
  readonly items: readonly OutboxEntry[];
}

/** Of whom it is said what they may do, and where. */
export interface AccessTarget {
  readonly kind: AccessKind;
  /** At the chat server. */
  readonly id: string;
  /** Missing: in all sessions. */
  readonly session?: number;
}

/** What somebody is to be from now on. */
export interface AccessGrant extends AccessTarget {
  readonly role: Role;
  /** Whether they may decide what the agent asks; missing: as their role says. */
  readonly decide?: boolean;
}

/** What somebody is. */
export interface AccessEntry extends AccessGrant {
  /** Whether they may decide what the agent asks. */
  readonly decides: boolean;
  /** Where it is said: in bridge.json; in OWNER_USER_ID, or by being at the machine; or by pairing. */
  readonly from: 'file' | 'configured' | 'paired';
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
  /**
   * Brings a session back that is not running, and sets one going that is stuck, by the next step; does nothing to a
   * healthy one. Looks for ten seconds where that is not plain. Says what it found and did.
   */
  recover(actor: Actor, session: number): Promise<Recovery>;
  /**
   * Brings sessions up that are not, also those that stay down; all of them when `sessions` is missing. Returns when each is
   * up or has been tried. @throws BridgeError `session-unknown`; nothing is begun then.
   */
  startSessions(actor: Actor, sessions?: readonly number[]): Promise<readonly SessionStart[]>;
  /**
   * Ends the agents of sessions so that they can be resumed. They stay down, also over restarts of the bridge, until
   * somebody asks for their start. @throws BridgeError `session-unknown`; nothing is begun then.
   */
  stopSessions(actor: Actor, sessions: readonly number[]): Promise<readonly SessionStop[]>;
  /**
   * Ends a session's agent and brings it up again, with its history.
   *
   * @param options.whenIdle cuts no turn: waits up to 10 s for the end of one. Meanwhile, and for some seconds more, the agent
   * is given no message, so that it is idle at the next call.
   * @throws BridgeError `agent-busy` when the turn still runs, `restart-failed`, `recover-failed`.
   */
  restartSession(actor: Actor, session: number, options: { readonly whenIdle: boolean }): Promise<void>;
  /** Gives a text to a session's agent as a message. Returns its id once it is stored. */
  send(actor: Actor, session: number, text: string): Promise<Stored & { readonly id: string }>;
  /**
   * Posts to a channel as the bot. Returns once it is stored.
   *
   * @param files absolute paths; then the text may be empty. They are copied before it resolves, and go out as they were.
   */
  post(
    actor: Actor,
    target: PostTarget,
    text: string,
    files?: readonly string[],
  ): Promise<Stored & { readonly channel: ChannelId }>;
  /** What waits to be put into channels. */
  outbox(actor: Actor): Promise<OutboxListing>;
  /** Tries a channel that refused the bot again, or all such; returns them. @throws BridgeError `channel-not-parked`. */
  retryOutbox(actor: Actor, channel?: string): Promise<{ readonly channels: readonly ChannelId[] }>;
  /** Gives up what waits to be put into a channel. @throws BridgeError `outbox-item-unknown`, `outbox-item-settled`. */
  dropOutbox(actor: Actor, key: string): Promise<void>;
  /** The messages of a session that are too old to be run unasked, as they were before anything was decided. */
  catchUp(actor: Actor, session: number, decision?: CatchUpDecision): Promise<readonly HeldMessage[]>;
  prompts(actor: Actor): Promise<readonly PromptListing[]>;
  answer(actor: Actor, promptId: string, answer: PromptAnswer): Promise<void>;
  /** What is on its way to a session's agent. */
  queue(actor: Actor, session: number): Promise<SessionQueue>;
  /**
   * Takes a message out of a session's queue; its author sees it by a reaction. `message` is an id or a link.
   * @throws BridgeError `message-unknown`, `message-not-removable`.
   */
  withdraw(actor: Actor, session: number, message: string): Promise<{ readonly id: string }>;
  /** Configures what a session does with messages while its agent is busy. It counts at once. */
  setBusyMode(actor: Actor, session: number, mode: BusyMode): Promise<void>;
  /** Stops the running turn of a session. Says what it did. @throws BridgeError `agent-not-ready`, `interrupt-failed`. */
  interrupt(actor: Actor, session: number): Promise<'interrupted' | 'idle'>;
  /** The life of one message: by its id, its chat message's id, or a link. @throws BridgeError `message-unknown`. */
  trace(actor: Actor, message: string): Promise<MessageTrace>;
  /** What the sessions and the machine take. */
  metrics(actor: Actor): Promise<Metrics>;
  /** A code that makes the chat user who types it to the bot the owner. Valid for ten minutes. */
  pair(actor: Actor): Promise<{ readonly code: string; readonly expires: string }>;
  /** Who may do what. */
  access(actor: Actor): Promise<readonly AccessEntry[]>;
  /**
   * Says what somebody is from now on, on disk and at once.
   * @throws BridgeError `access-invalid`, `session-unknown`, and as `AccessBook.update`.
   */
  grantAccess(actor: Actor, grant: AccessGrant): Promise<AccessEntry>;
  /** Takes back what was said there of somebody. @throws BridgeError `access-unknown`, `access-fixed`, and as `AccessBook.update`. */
  revokeAccess(actor: Actor, target: AccessTarget): Promise<void>;
  /**
   * Begins the stop and returns; the process ends by itself. `keepSessions` leaves the agents running.
   * @throws BridgeError `agent-busy` with `whenIdle` while an agent works; nothing is begun then.
   */
  stop(actor: Actor, options: { readonly keepSessions: boolean; readonly whenIdle?: boolean }): Promise<void>;
  /** Who a session token belongs to; undefined when it is not a valid one. */
  paneActor(token: string): Actor | undefined;
}
