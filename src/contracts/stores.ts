import type { ResponseTimes } from './metrics.ts';
import type { AccessPolicy } from '../model/access.ts';
import type { TurnOutcome } from '../model/agent.ts';
import type { AttachmentRef, InboxMessage, InboxState } from '../model/message.ts';
import type { FileOutcome, MessageFile } from '../model/message-file.ts';
import type { OutboundContent, OutboxItem, OutboxState, ParkedChannel } from '../model/outbound.ts';
import type {
  Decider,
  NewPrompt,
  Prompt,
  PromptAnswer,
  PromptCloser,
  PromptDraft,
  PromptState,
} from '../model/prompt.ts';
import type { ChannelId, SessionEntry, SessionNumber, SessionRecord } from '../model/session.ts';

/** The owner's map of channels to sessions: `sessions.json`. */
export interface SessionMap {
  /**
   * Reads the map as it is on disk.
   * @throws BridgeError `sessions-file-invalid` naming file and value, `sessions-file-unreadable`.
   */
  read(): Promise<readonly SessionEntry[]>;

  /**
   * Changes the map as one step, locked against other processes; the file is untouched when `change` throws or the
   * result is invalid.
   * @throws as `read`, and `sessions-file-locked`.
   */
  update(change: (entries: readonly SessionEntry[]) => readonly SessionEntry[]): Promise<readonly SessionEntry[]>;
}

/** Who was let in, as the owner wrote it: a part of bridge.json. */
export interface AccessBook {
  /**
   * Changes it as one step, locked against other processes; on disk when it resolves. The file is untouched when `change`
   * throws.
   * @returns what is in force now.
   * @throws BridgeError `config-invalid` naming the file, the place and the value; `config-locked`.
   */
  update(change: (policy: AccessPolicy) => AccessPolicy): Promise<AccessPolicy>;
}

/** One turn of an agent and where its answer goes. */
export interface TurnRecord {
  readonly session: SessionNumber;
  /** The agent's id of the turn; unique within the session. */
  readonly turn: string;
  readonly channel: ChannelId;
  /** The inbox message that started it; undefined for what was typed at the desk. */
  readonly message: string | undefined;
  readonly startedAt: number;
  readonly outcome: TurnOutcome | undefined;
}

/** One saying of a text within a turn. */
export interface TextClaim {
  readonly session: SessionNumber;
  readonly turn: string;
  /** Unique for ever, so that the same saying told twice counts once. */
  readonly key: string;
  /** Equal for texts that read the same. */
  readonly hash: string;
  readonly origin: 'agent' | 'dp';
}

export interface TurnStore {
  /** Adds a turn; false when it is known already. */
  begin(turn: Omit<TurnRecord, 'outcome'>): boolean;
  /** The agent took one more message into a turn that runs; false when that is known already. */
  join(session: SessionNumber, turn: string, message: string, at: number): boolean;
  get(session: SessionNumber, turn: string): TurnRecord | undefined;
  /** The turn started last that has not ended. */
  current(session: SessionNumber): TurnRecord | undefined;
  /** The turn that a message started or joined last. */
  byMessage(message: string): TurnRecord | undefined;
  /** The inbox messages of a turn: the one that started it, then those that joined, in order. */
  messagesOf(session: SessionNumber, turn: string): readonly string[];
  /** Ends a turn; false when it was ended already or is unknown. */
  end(session: SessionNumber, turn: string, outcome: TurnOutcome, at: number): boolean;
  /** Ends every open turn of a session and returns them. */
  endAll(session: SessionNumber, outcome: TurnOutcome, at: number): readonly TurnRecord[];
  /** The turn started last, ended or not. */
  latest(session: SessionNumber): TurnRecord | undefined;
  /**
   * How long the messages of turns took that ended well after `after` and not after `until`, from being stored; of each
   * session that had one.
   */
  responses(after: number, until: number): ReadonlyMap<SessionNumber, ResponseTimes>;
  /**
   * Remembers that a text was said in a turn and tells whether it is to be posted. An agent that says a text and also
   * posts the same words with `dp` is heard once; said twice the same way, it is heard twice. A known key is false.
   */
  claimText(claim: TextClaim): boolean;
  /**
   * Forgets at most so many turns that ended before `before` (I11); the last one of a session stays, since what its
   * agent begins by itself goes on where that was. Returns how many.
   */
  prune(before: number, atMost: number): number;
}

export interface Inbox {
  /** Stores a new message; false when its id is known (then nothing changes). */
  append(message: Omit<InboxMessage, 'state'>, state?: 'queued' | 'held'): boolean;
  get(id: string): InboxMessage | undefined;
  /** The oldest message of a session that is to be handed over or looked up: `queued` or `uncertain`. */
  next(session: SessionNumber): InboxMessage | undefined;
  /** Every unsettled message of a session, in order. */
  unsettled(session: SessionNumber): readonly InboxMessage[];
  /** How many messages of a session are unsettled, without those held back. */
  countUnsettled(session: SessionNumber): number;
  /** The messages of a channel that no agent is known to have, in order: their authors may still change them. */
  changeable(channel: ChannelId): readonly InboxMessage[];
  /** Moves a message along the state table. @throws when the move is not in the table. */
  move(id: string, to: InboxState, at: number, detail?: MessageDetail): void;
  /**
   * Its author gave a message another text. One that is being handed over keeps the text that the agent may have, and has
   * the new one as soon as it is `queued` again.
   */
  edit(id: string, text: string, at: number): 'edited' | 'noted' | 'unchanged' | 'too-late';
  /**
   * Its author deleted a message: it is withdrawn. One that is being handed over is withdrawn as soon as it is `queued`
   * again. False when an agent has it, it is settled, or that is known already.
   */
  takeBack(id: string, at: number): boolean;
  /** The text that its author gave a message while it was being handed over, if it was not deleted since. */
  amendment(id: string): string | undefined;
  /** What nobody can know any more becomes `uncertain`: of one session, or of all. Returns how many. */
  markUncertain(from: 'sending' | 'steered', at: number, session?: SessionNumber): number;
  /**
   * Forgets at most so many messages that were settled before `before`, with their traces (I11). Those that a reading of
   * the channel's history would meet again stay: they are what makes it harmless. Returns how many.
   */
  prune(before: number, atMost: number): number;
}

/** Files that came with inbox messages, in the order in which they stood there. They are forgotten with their message. */
export interface FileStore {
  /** Adds the files of a message that is being stored. Belongs into the same transaction. */
  add(message: string, files: readonly AttachmentRef[]): void;
  of(message: string): readonly MessageFile[];
  /** Whether some file of a message is still to be fetched. */
  isWaiting(message: string): boolean;
  /** What is to be fetched for messages on their way, in order; not for those that are held. */
  waiting(): readonly (MessageFile & { readonly session: SessionNumber })[];
  /** Files of messages that no agent has yet, which should lie in their places. */
  stored(): readonly MessageFile[];
  /** Notes what became of a file that waits; false when it does not, or is known no more. */
  settle(file: Pick<MessageFile, 'message' | 'id'>, outcome: FileOutcome, at: number): boolean;
  /** A file that was stored is not in its place: it waits again. */
  lost(file: Pick<MessageFile, 'message' | 'id'>, at: number): void;
  /** Only these files still belong to a message. Returns the paths of the stored ones that do not. */
  keepOnly(message: string, ids: readonly string[], at: number): readonly string[];
  /** Paths that an unsettled message or a running turn needs. */
  needed(): ReadonlySet<string>;
}

/** What is known about one step in a message's life, by name. */
export type MessageDetail = Readonly<Record<string, string | number | boolean>>;

/** One step in the life of a message. */
export interface TraceStep {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The name of a transition, or of what else happened. */
  readonly event: string;
  readonly detail: MessageDetail;
}

/**
 * The life of each inbox message. The other stores note their own transitions here, in the same step as those; a message
 * that nobody knows is not noted.
 */
export interface Traces {
  note(message: string, at: number, event: string, detail?: MessageDetail): void;
  /** In order; empty for a message that nobody knows. */
  of(message: string): readonly TraceStep[];
  /** The inbox message that a chat message is, or that it answers. */
  findByChatMessage(messageId: string): string | undefined;
}

/** How far a channel was read. */
export interface ChannelRecord {
  readonly channel: ChannelId;
  /** The channel that a thread belongs to. */
  readonly parent: ChannelId | undefined;
  /** The newest chat message that was taken in or refused; everything after it was missed. */
  readonly watermark: string;
}

export interface ChannelStore {
  get(channel: ChannelId): ChannelRecord | undefined;
  list(): readonly ChannelRecord[];
  /**
   * A chat message was dealt with: moves the watermark forward, never back. Belongs into the transaction of what the
   * message produced (I5).
   */
  advance(channel: ChannelId, messageId: string, parent?: ChannelId): void;
  forget(channel: ChannelId): void;
  /**
   * Forgets how far channels were read that have not moved since `before` and are not `served`, and threads likewise,
   * unless the history of their channel would be read from further back than theirs (I11). Returns how many.
   */
  prune(before: number, served: ReadonlySet<ChannelId>): number;
}

export interface NewOutboxItem {
  readonly key: string;
  readonly channel: ChannelId;
  readonly content: OutboundContent;
  readonly createdAt: number;
  /** The inbox message that it belongs to, for the trace. */
  readonly message?: string | undefined;
  /** Added to the outbox in the same step as this item is settled as posted. */
  readonly then?: readonly FollowingItem[];
}

/** An item that waits for another one. */
export type FollowingItem = Omit<NewOutboxItem, 'createdAt' | 'then'>;

export type OutboundKind = OutboundContent['kind'];

export interface Outbox {
  /**
   * Stores an item; false when its key is known (then nothing changes). Drops what it makes needless: an earlier edit of
   * the same text, an earlier reaction to the same message.
   */
  append(item: NewOutboxItem): boolean;
  get(key: string): OutboxItem | undefined;
  /** The first pending item of a lane. A channel's texts, its edits and its reactions are three lanes. */
  head(channel: ChannelId, kind: OutboundKind): OutboxItem | undefined;
  /** The last pending item of a lane. */
  tail(channel: ChannelId, kind: OutboundKind): OutboxItem | undefined;
  /** The pending items of a channel, or of one of its lanes, in the order they were added. */
  pending(channel: ChannelId, kind?: OutboundKind): readonly OutboxItem[];
  /** Lanes that have something pending and are not parked. */
  lanes(): readonly { readonly channel: ChannelId; readonly kind: OutboundKind }[];
  /** Adds an item that waits for this one; false when this one is not pending any more (then nothing changes). */
  follow(key: string, item: FollowingItem): boolean;
  /** Stores the rendered parts, before the first goes out. */
  plan(key: string, parts: readonly string[], at: number): void;
  /** Remembers that one more part is out. */
  partSent(key: string, messageId: string, at: number): void;
  /** How many items are pending in all channels, those that are parked among them. */
  countPending(): number;
  /** The paths of all files that wait to be posted. */
  filesPending(): ReadonlySet<string>;
  /** Whether a chat message is a part of something in the outbox. */
  hasSent(messageId: string): boolean;
  /**
   * Ends an item, unless it has ended. Adds what waited for it, or after a failure what takes its place. Returns the
   * added keys.
   */
  settle(key: string, outcome: Exclude<OutboxState, 'pending'>, at: number, detail?: string): readonly string[];
  /** Holds a channel's items back; false when they are already. */
  park(channel: ChannelId, code: string, at: number): boolean;
  /** Lets a channel's items go on; false when they were not held back. */
  unpark(channel: ChannelId): boolean;
  parked(): readonly ParkedChannel[];
  /**
   * Forgets at most so many items that were settled before `before`, but none that something pending depends on (I11).
   * Returns how many.
   */
  prune(before: number, atMost: number): number;
  /** Forgets that channels refused the bot which did so before `before` and for which nothing waits (I11). */
  pruneParked(before: number): number;
}

export interface PromptStore {
  /** Stores a new open prompt; false when its id is known. */
  open(prompt: NewPrompt): boolean;
  get(id: string): Prompt | undefined;
  /** Prompts that nobody has answered or overtaken: `open`, oldest first; of one session or of all. */
  listOpen(session?: SessionNumber): readonly Prompt[];
  /** Moves a prompt; false when the table does not allow it from its present state (somebody was first). */
  move(id: string, to: PromptState, at: number, by: PromptCloser): boolean;
  /** Keeps what is chosen so far of an open prompt; false when it is not open any more. */
  saveDraft(id: string, draft: PromptDraft): boolean;
  /** Moves an open prompt to `sent` and keeps the answer with it; false when somebody was first. */
  claimAnswer(id: string, answer: PromptAnswer, at: number, by: Decider): boolean;
  /** Answers that were sent and not yet proven, to be handed over again after a restart. */
  listSent(session: SessionNumber): readonly { readonly id: string; readonly answer: PromptAnswer }[];
  /** Closes every prompt of a session that is still open or sent. Returns their ids. */
  closeAll(session: SessionNumber, to: 'overtaken' | 'expired', at: number, by: PromptCloser): readonly string[];
  /** Forgets at most so many prompts that were decided before `before` (I11). Returns how many. */
  prune(before: number, atMost: number): number;
}

/** A file that an agent named and that people may fetch. */
export interface FileOffer {
  /** Unique for ever. */
  readonly id: string;
  readonly session: SessionNumber;
  /** The turn in which it was named. */
  readonly turn: string;
  /** Absolute, without links when it was offered. */
  readonly path: string;
  /** The name that people see. */
  readonly name: string;
  /** Epoch milliseconds. */
  readonly offeredAt: number;
}

export interface OfferStore {
  /** Stores an offer; false when it is known, or the turn has one of the same file. */
  add(offer: FileOffer): boolean;
  get(id: string): FileOffer | undefined;
  /** Whether a file was offered in a turn. */
  has(session: SessionNumber, turn: string, path: string): boolean;
  /** Forgets at most so many offers that were made before `before` (I11). Returns how many. */
  prune(before: number, atMost: number): number;
}

export interface SessionRecords {
  get(session: SessionNumber): SessionRecord | undefined;
  list(): readonly SessionRecord[];
  save(record: SessionRecord): void;
  remove(session: SessionNumber): void;
  byToken(token: string): SessionRecord | undefined;
  /** The highest number ever given, 0 when none was; numbers are never given twice. */
  highestNumber(): number;
  /** Remembers a number as given. */
  claimNumber(session: SessionNumber): void;
}

/** Small durable facts by name, e.g. the paired owner. */
export interface Facts {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  delete(name: string): void;
}

/** Everything durable. Stores are synchronous: when a call returns, it is on disk (I1), but for `unflushed` ones. */
export interface Stores {
  readonly inbox: Inbox;
  readonly files: FileStore;
  readonly outbox: Outbox;
  readonly traces: Traces;
  readonly channels: ChannelStore;
  readonly turns: TurnStore;
  readonly prompts: PromptStore;
  readonly offers: OfferStore;
  readonly records: SessionRecords;
  readonly facts: Facts;
  /**
   * Gives the space of what was forgotten back to the disk, a bounded part of it at a time (I11). Returns whether there is
   * more. Not inside a transaction.
   */
  compact(): boolean;
  /** Runs a synchronous action as one step: all of it is kept, or nothing (I5). May be nested. */
  transaction<T>(action: () => T): T;
  /**
   * As `transaction`, but it does not wait for the disk: it outlives the process, and a power cut of the machine may undo
   * it, together with all unflushed steps after it. Before anybody outside hears of it, or can tell that it happened, it
   * must be flushed (I1); what is found out again after a power cut need not be.
   */
  unflushed<T>(action: () => T): T;
  /** Returns when all steps so far are on the disk, for good. @throws BridgeError `state-unwritable`. */
  flush(): void;
  /** As `flush`, but nobody else waits for the disk meanwhile; all who wait share one flush. */
  flushed(): Promise<void>;
}
