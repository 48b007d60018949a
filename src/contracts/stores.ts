import type { TurnOutcome } from '../model/agent.ts';
import type { InboxMessage, InboxState, OutboundContent, OutboxItem } from '../model/message.ts';
import type { Prompt, PromptAnswer, PromptState } from '../model/prompt.ts';
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
  get(session: SessionNumber, turn: string): TurnRecord | undefined;
  /** The turn started last that has not ended. */
  current(session: SessionNumber): TurnRecord | undefined;
  /** The turn that a message started. */
  byMessage(message: string): TurnRecord | undefined;
  /** Ends a turn; false when it was ended already or is unknown. */
  end(session: SessionNumber, turn: string, outcome: TurnOutcome, at: number): boolean;
  /** Ends every open turn of a session and returns them. */
  endAll(session: SessionNumber, outcome: TurnOutcome, at: number): readonly TurnRecord[];
  /** The turn started last, ended or not. */
  latest(session: SessionNumber): TurnRecord | undefined;
  /**
   * Remembers that a text was said in a turn and tells whether it is to be posted. An agent that says a text and also
   * posts the same words with `dp` is heard once; said twice the same way, it is heard twice. A known key is false.
   */
  claimText(claim: TextClaim): boolean;
  /** Forgets ended turns older than `before` (I11). Returns how many. */
  prune(before: number): number;
}

export interface Inbox {
  /** Stores a new message as `queued`; false when its id is known (then nothing changes). */
  append(message: Omit<InboxMessage, 'state'>): boolean;
  get(id: string): InboxMessage | undefined;
  /** The oldest unsettled message of a session: `queued` or `uncertain`. */
  next(session: SessionNumber): InboxMessage | undefined;
  /** Moves a message along the state table. @throws when the move is not in the table. */
  move(id: string, to: InboxState, at: number, detail?: string): void;
  /** After a crash: every `sending` becomes `uncertain`. Returns how many. */
  markUncertain(at: number): number;
  /** How many messages of a session are not settled. */
  unsettled(session: SessionNumber): number;
  /** Forgets settled messages older than `before` (I11). Returns how many. */
  prune(before: number): number;
}

export interface NewOutboxItem {
  readonly key: string;
  readonly channel: ChannelId;
  readonly content: OutboundContent;
  readonly createdAt: number;
  /** Added to the outbox in the same step as this item is settled as posted. */
  readonly then?: readonly Omit<NewOutboxItem, 'createdAt' | 'then'>[];
}

export interface Outbox {
  /** Stores an item; false when its key is known (then nothing changes). */
  append(item: NewOutboxItem): boolean;
  get(key: string): OutboxItem | undefined;
  /** Pending items of one lane in the order they were added. A channel's texts and its reactions are two lanes. */
  pending(channel: ChannelId, kind: OutboundContent['kind']): readonly OutboxItem[];
  /** Lanes that have something pending. */
  lanes(): readonly { readonly channel: ChannelId; readonly kind: OutboundContent['kind'] }[];
  /** Adds an item that waits for this one; false when this one is not pending any more (then nothing changes). */
  follow(key: string, item: Omit<NewOutboxItem, 'createdAt' | 'then'>): boolean;
  /** Stores the rendered parts, before the first goes out. */
  plan(key: string, parts: readonly string[]): void;
  /** Remembers that one more part is out. */
  partSent(key: string, messageId: string): void;
  /** Ends an item. Adds what waited for it, or after a failure what takes its place. Returns the added keys. */
  settle(key: string, outcome: 'posted' | 'failed', at: number, detail?: string): readonly string[];
  prune(before: number): number;
}

export interface PromptStore {
  /** Stores a new open prompt; false when its id is known. */
  open(prompt: Omit<Prompt, 'state'>): boolean;
  get(id: string): Prompt | undefined;
  /** Prompts that nobody has answered or overtaken: `open`, oldest first; of one session or of all. */
  listOpen(session?: SessionNumber): readonly Prompt[];
  /** Moves a prompt; false when the table does not allow it from its present state (somebody was first). */
  move(id: string, to: PromptState, at: number, by: string): boolean;
  /** Moves an open prompt to `sent` and keeps the answer with it; false when somebody was first. */
  claimAnswer(id: string, answer: PromptAnswer, at: number, by: string): boolean;
  /** Answers that were sent and not yet proven, to be handed over again after a restart. */
  listSent(session: SessionNumber): readonly { readonly id: string; readonly answer: PromptAnswer }[];
  /** Closes every prompt of a session that is still open or sent. Returns their ids. */
  closeAll(session: SessionNumber, to: 'overtaken' | 'expired', at: number, by: string): readonly string[];
  prune(before: number): number;
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

/** Everything durable. Stores are synchronous: when a call returns, it is on disk (I1). */
export interface Stores {
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly turns: TurnStore;
  readonly prompts: PromptStore;
  readonly records: SessionRecords;
  readonly facts: Facts;
  /** Runs a synchronous action as one step: all of it is kept, or nothing (I5). May be nested. */
  transaction<T>(action: () => T): T;
}
