import type { Cancel, Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import { Limiter } from '../../base/limiter.ts';
import type { Log } from '../../base/log.ts';
import { isSettled } from '../../model/message.ts';
import type { InboundMessage, InboxMessage } from '../../model/message.ts';
import type { FileOutcome, MessageFile } from '../../model/message-file.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { AttachmentFolders } from '../../contracts/attachments.ts';
import type { Stores } from '../../contracts/stores.ts';
import { ChannelVoice } from '../replies/channel-voice.ts';
import type { FileWords, Limits } from '../words/files.ts';
import { harmlessName, withFiles } from './agent-lines.ts';
import { FileFetch } from './file-fetch.ts';
import { ProgressLine } from './progress-line.ts';

/** So many files at once (MS-02): of one session, and of all. */
const atOnceOfSession = 5;
const atOnceOfAll = 20;

/** How often is looked at what is under way, in milliseconds. */
const lookMs = 1_000;
/** What could not be written down is tried again after this time, in milliseconds. */
const storeRetryMs = 5_000;

export interface MessageFilesOptions {
  readonly stores: Stores;
  readonly folders: AttachmentFolders;
  /** A chat message as it is now; undefined when it is gone. */
  readonly freshMessage: (channel: ChannelId, messageId: string) => Promise<InboundMessage | undefined>;
  readonly words: FileWords;
  /** For what people are told. */
  readonly limits: Limits;
  readonly clock: Clock;
  readonly log: Log;
  /** Something is to be posted. */
  readonly onOutbox: () => void;
  /** A message of this session waits for its files no more. */
  readonly onReady: (session: SessionNumber) => void;
}

/**
 * The files that come with messages: fetches them as soon as a message is stored, and holds each message until there is an
 * answer about each of its own. A file that does not come never costs the message: both sides are told. Knows nothing about
 * where files lie, or who gets the message.
 */
export class MessageFiles {
  readonly #options: MessageFilesOptions;
  readonly #voice: ChannelVoice;
  readonly #fetches = new Map<string, FileFetch>();
  readonly #running = new Set<Promise<void>>();
  readonly #lines = new Map<string, ProgressLine>();
  readonly #sessions = new Map<SessionNumber, Limiter>();
  readonly #all = new Limiter(atOnceOfAll);
  #looking: Cancel | undefined;
  #retry: Cancel | undefined;
  #isClosed = false;

  constructor(options: MessageFilesOptions) {
    this.#options = options;
    this.#voice = new ChannelVoice(options);
  }

  /** Whether nothing of a message is still to be fetched. */
  isReady(message: string): boolean {
    return !this.#options.stores.files.isWaiting(message);
  }

  /** What the agent is given of a message. */
  textFor({ id, text }: Pick<InboxMessage, 'id' | 'text'>): string {
    return withFiles(text, this.#options.stores.files.of(id));
  }

  /** What was stored and is not there is fetched again. Before anything is given to anybody. */
  checkStored(): void {
    const { stores, folders, clock, log } = this.#options;
    for (const file of stores.files.stored()) {
      if (file.outcome?.state !== 'stored' || folders.has(file.outcome)) continue;
      log.warn({ message: file.message, file: file.id }, 'a stored file is not there any more; it is fetched again');
      stores.files.lost(file, clock.now());
    }
  }

  /** There may be something to fetch, or something that is not wanted any more. Returns at once. */
  kick(): void {
    if (this.#isClosed) return;
    const wanted = new Map(this.#options.stores.files.waiting().map((file) => [keyOf(file), file]));
    for (const [key, fetch] of this.#fetches) if (!wanted.has(key)) fetch.cancel();
    for (const [key, file] of wanted) if (!this.#fetches.has(key)) this.#begin(key, file);
    if (this.#fetches.size > 0) this.#looking ??= this.#options.clock.every(lookMs, () => this.#look());
  }

  /** Their author took files off a message, or the whole message back: what is stored of them goes. */
  remove(paths: readonly string[]): void {
    for (const path of paths) this.#options.folders.remove(path);
    this.kick();
  }

  /** Breaks off what is under way; the next daemon fetches it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopLooking();
    this.#retry?.();
    for (const fetch of this.#fetches.values()) fetch.cancel();
    await Promise.all(this.#running);
  }

  #begin(key: string, file: MessageFile & { readonly session: SessionNumber }): void {
    const { folders, clock, log } = this.#options;
    const own = this.#sessions.get(file.session) ?? new Limiter(atOnceOfSession);
    this.#sessions.set(file.session, own);
    const fetch = new FileFetch({
      file,
      session: file.session,
      folders,
      freshLink: (one) => this.#freshLink(one),
      limiters: [own, this.#all],
      clock,
      log,
    });
    this.#fetches.set(key, fetch);
    if (!this.#lines.has(file.message)) this.#lines.set(file.message, new ProgressLine(file.message, this.#options));
    const run = this.#run(key, fetch).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #run(key: string, fetch: FileFetch): Promise<void> {
    const outcome = await fetch.run();
    this.#fetches.delete(key);
    try {
      if (outcome) this.#settle(fetch, outcome);
      else if (!this.#isClosed) this.#leave(fetch);
    } catch (error) {
      this.#notWritten(fetch, outcome, error);
    }
    if (this.#fetches.size === 0) this.#stopLooking();
  }

  #settle({ file, session }: FileFetch, outcome: FileOutcome): void {
    const { stores, folders, clock, log, onOutbox, onReady } = this.#options;
    const { message, id } = file;
    const state = stores.unflushed(() => {
      if (!stores.files.settle(file, outcome, clock.now())) return 'unwanted';
      if (stores.files.isWaiting(message)) return 'waiting';
      this.#conclude(message);
      return 'ready';
    });
    if (state === 'unwanted' && outcome.state === 'stored') folders.remove(outcome.path);
    if (state === 'unwanted') return;
    log.info(
      { session, message, file: id, outcome: outcome.state, ...figuresOf(outcome) },
      'file of a message settled',
    );
    if (state !== 'ready') return;
    this.#lines.delete(message);
    onOutbox();
    onReady(session);
  }

  /** A file is not wanted any more: what waited for it, or behind its message, goes on. */
  #leave({ file: { message }, session }: FileFetch): void {
    const { stores, onOutbox, onReady } = this.#options;
    const state = stores.inbox.get(message)?.state;
    const isTakenBack = state === undefined || isSettled(state);
    if (!isTakenBack && stores.files.isWaiting(message)) return;
    stores.unflushed(() => {
      if (isTakenBack) this.#lines.get(message)?.end([]);
      else this.#conclude(message);
    });
    this.#lines.delete(message);
    onOutbox();
    onReady(session);
  }

  /** All files of a message have an answer. */
  #conclude(message: string): void {
    const { stores, words, limits } = this.#options;
    const files = stores.files.of(message);
    this.#lines.get(message)?.end(files);
    const failed = files.flatMap(({ name, outcome }) =>
      outcome?.state === 'failed' ? [{ name: harmlessName(name), why: outcome.why }] : [],
    );
    if (failed.length > 0) this.#voice.replyTo(message, `files-failed:${message}`, words.failed(failed, limits));
  }

  #notWritten({ file, session }: FileFetch, outcome: FileOutcome | undefined, error: unknown): void {
    const { clock, log, folders } = this.#options;
    log.error(
      { session, message: file.message, error: describeError(error) },
      'what became of a file is not written down',
    );
    if (outcome?.state === 'stored') folders.remove(outcome.path);
    if (this.#isClosed) return;
    this.#retry ??= clock.after(storeRetryMs, () => {
      this.#retry = undefined;
      this.kick();
    });
  }

  async #freshLink({ message, id }: MessageFile): Promise<string | undefined> {
    const known = this.#options.stores.inbox.get(message);
    if (known?.messageId === undefined) return undefined;
    const fresh = await this.#options.freshMessage(known.channel, known.messageId);
    return fresh?.attachments.find((one) => one.id === id)?.url;
  }

  #look(): void {
    const { stores, log } = this.#options;
    try {
      this.kick();
      for (const [message, line] of this.#lines) {
        const under = [...this.#fetches.values()].filter(({ file }) => file.message === message);
        if (under.length === 0) this.#lines.delete(message);
        else
          line.update(
            stores.files.of(message),
            under.reduce((sum, { received }) => sum + received, 0),
          );
      }
    } catch (error) {
      log.error({ error: describeError(error) }, 'the progress of files could not be told');
    }
  }

  #stopLooking(): void {
    this.#looking?.();
    this.#looking = undefined;
  }
}

function keyOf({ message, id }: Pick<MessageFile, 'message' | 'id'>): string {
  return `${message} ${id}`;
}

function figuresOf(outcome: FileOutcome): object {
  if (outcome.state === 'failed') return { why: outcome.why };
  return outcome.state === 'stored' ? { size: outcome.size, sort: outcome.sort } : { length: outcome.text.length };
}
