import { backoffDelay } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Limiter } from '../../base/limiter.ts';
import type { Log } from '../../base/log.ts';
import type { FileOutcome, MessageFile, StoredFile } from '../../model/message-file.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { AttachmentFolders } from '../../contracts/attachments.ts';
import { decideAfter } from './fetch-failure.ts';

/** A long text that somebody pasted: chats make a file of it, with this name. */
const pastedName = 'message.txt';
/** One that is larger stays a file, in bytes. */
const pastedLimit = 100 * 1024;

/** Pauses between two tries. */
const pauses = { firstMs: 1_000, maxMs: 15_000, jitter: 0.2 } as const;

export interface FileFetchOptions {
  readonly file: MessageFile;
  readonly session: SessionNumber;
  readonly folders: AttachmentFolders;
  /** The address of this file as it is now; undefined when it is no more. */
  readonly freshLink: (file: MessageFile) => Promise<string | undefined>;
  /** Those of its session, then all: whoever fetches holds one of each. */
  readonly limiters: readonly [session: Limiter, all: Limiter];
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Fetches one file, and tries again where that helps. Owns how often. Knows nothing about what is stored, or told.
 */
export class FileFetch {
  readonly #options: FileFetchOptions;
  readonly #abort = new AbortController();
  #received = 0;

  constructor(options: FileFetchOptions) {
    this.#options = options;
  }

  get file(): MessageFile {
    return this.#options.file;
  }

  get session(): SessionNumber {
    return this.#options.session;
  }

  /** Bytes of the present try. */
  get received(): number {
    return this.#received;
  }

  /** It is not wanted any more. Nothing of it is left when `run` has ended. */
  cancel(): void {
    this.#abort.abort();
  }

  /** What became of it; undefined when it was cancelled. Never rejects for what concerns the file. */
  async run(): Promise<FileOutcome | undefined> {
    const { log, session, file, folders } = this.#options;
    let stored: StoredFile | undefined;
    try {
      const fetched = await this.#fetch();
      if ('state' in fetched) return fetched;
      stored = fetched;
      const outcome = await this.#read(fetched);
      this.#abort.signal.throwIfAborted();
      if (outcome.state === 'read') folders.remove(fetched.path);
      return outcome;
    } catch (error) {
      if (stored) folders.remove(stored.path);
      if (this.#abort.signal.aborted) return undefined;
      log.error({ session, message: file.message, error: describeError(error) }, 'a fetched file could not be read');
      return { state: 'failed', why: 'unwritable' };
    }
  }

  /** @throws the abort. */
  async #fetch(): Promise<StoredFile | Extract<FileOutcome, { state: 'failed' }>> {
    const { session, file, clock, log } = this.#options;
    let { url } = file;
    for (let tried = { tries: 0, links: 0 }; ;) {
      try {
        return await this.#once(url);
      } catch (error) {
        this.#abort.signal.throwIfAborted();
        tried = { ...tried, tries: tried.tries + 1 };
        let decision = decideAfter(error, tried);
        log.warn(
          { session, message: file.message, file: file.id, ...tried, next: decision.do, error: describeError(error) },
          'a file could not be fetched',
        );
        if (decision.do === 'ask for a fresh link') {
          tried = { ...tried, links: tried.links + 1 };
          try {
            const fresh = await this.#options.freshLink(file);
            if (fresh === undefined) return { state: 'failed', why: 'gone' };
            const isOld = url === file.url && url !== fresh;
            url = fresh;
            // The first one has only become old. When a fresh one is none either, somebody needs time.
            if (isOld) continue;
          } catch (problem) {
            this.#abort.signal.throwIfAborted();
            log.warn({ session, message: file.message, error: describeError(problem) }, 'no fresh link for a file');
            decision = decideAfter(problem, tried);
          }
        }
        if (decision.do === 'give up') return { state: 'failed', why: decision.why };
        await clock.sleep(backoffDelay(tried.tries - 1, pauses), this.#abort.signal);
      }
    }
  }

  /** One try, when it is its turn. */
  #once(url: string): Promise<StoredFile> {
    const { folders, session, file, limiters } = this.#options;
    const [own, all] = limiters;
    const { signal } = this.#abort;
    return own.run(() =>
      all.run(() => {
        signal.throwIfAborted();
        this.#received = 0;
        const { name, size, voiceSeconds } = file;
        return folders.fetch({ session, url, name, size, isVoice: voiceSeconds !== undefined }, signal, (bytes) => {
          this.#received = bytes;
        });
      }),
    );
  }

  async #read(stored: StoredFile): Promise<FileOutcome> {
    const { file, folders, session, log } = this.#options;
    if (file.name === pastedName && stored.size <= pastedLimit) {
      const text = await folders.readText(stored.path, pastedLimit);
      if (text !== undefined) return { state: 'read', text };
    }
    if (stored.sort !== 'voice') return { state: 'stored', ...stored };
    try {
      const transcript = await folders.transcribe(stored.path, this.#abort.signal);
      return { state: 'stored', ...stored, ...(transcript === undefined ? {} : { transcript }) };
    } catch (error) {
      this.#abort.signal.throwIfAborted();
      log.warn({ session, message: file.message, error: describeError(error) }, 'a voice message was not transcribed');
      return { state: 'stored', ...stored, transcriptFailed: describeError(error) };
    }
  }
}
