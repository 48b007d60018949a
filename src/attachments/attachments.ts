import { lstatSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import { Limiter } from '../base/limiter.ts';
import { runCommand } from '../base/run-command.ts';
import type { StoredFile } from '../model/message-file.ts';
import { parseSessionNumber } from '../model/session.ts';
import type { SessionNumber } from '../model/session.ts';
import type { AttachmentFolders, FileRequest } from '../contracts/attachments.ts';
import { download } from './download.ts';
import { writeError } from './failure.ts';
import { kindOfName, storedName } from './file-name.ts';
import { fileTypeOf, headBytes } from './file-type.ts';
import { FileWriter } from './file-writer.ts';
import { SessionFolder } from './session-folder.ts';
import type { Unfinished } from './session-folder.ts';

/** A transcription that takes longer is ended, in milliseconds. */
const transcribeMs = 60_000;
/** So many at once, of all sessions: each may take a whole processor. */
const transcriptionsAtOnce = 2;
/** So much of a transcript is taken, in characters. */
const transcriptLimit = 20_000;

export interface AttachmentsOptions {
  /** `attachments/` under BRIDGE_HOME. */
  readonly directory: string;
  /** Bytes that one file may have at most. */
  readonly maxSize: number;
  /** Bytes that the files of one session may have together. */
  readonly quota: number;
  /** A program and its arguments; the path of the recording comes last. Empty: recordings are not transcribed. */
  readonly transcribe: readonly string[];
  /** The whole environment of that program. */
  readonly environment: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Six hexadecimal digits, others each time. */
  readonly mark: () => string;
}

/** The files that people send, in `session_N` folders. Owns what is written there; knows nothing about messages. */
export class Attachments implements AttachmentFolders {
  readonly #options: AttachmentsOptions;
  readonly #folders = new Map<SessionNumber, SessionFolder>();
  readonly #transcriptions = new Limiter(transcriptionsAtOnce);

  constructor(options: AttachmentsOptions) {
    this.#options = options;
  }

  async fetch(request: FileRequest, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<StoredFile> {
    const { clock, maxSize } = this.#options;
    const folder = this.#folder(request.session);
    // One that is announced to be too large may be smaller, and one that is may be announced to be small.
    const reservation = folder.reserve(Math.min(request.size, maxSize));
    const incoming = new Incoming(folder, request, this.#options);
    try {
      let received = 0;
      const size = await download(request.url, {
        clock,
        limit: maxSize,
        announced: request.size,
        signal,
        onBytes: async (chunk) => {
          received += chunk.byteLength;
          reservation.grow(received);
          await incoming.take(chunk);
          onProgress(received);
        },
      });
      return await incoming.finish(size);
    } finally {
      await incoming.close();
      reservation.release();
    }
  }

  async readText(path: string, atMost: number): Promise<string | undefined> {
    if (lstatSync(path).size > atMost) return undefined;
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
    } catch (error) {
      if (error instanceof TypeError) return undefined; // not UTF-8
      throw error;
    }
  }

  async transcribe(path: string, signal: AbortSignal): Promise<string | undefined> {
    const [program, ...args] = this.#options.transcribe;
    if (program === undefined) return undefined;
    return this.#transcriptions.run(() => this.#transcript(program, args, path, signal));
  }

  async #transcript(
    program: string,
    args: readonly string[],
    path: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    try {
      const { environment: env } = this.#options;
      // A script ends with the program that it waits for.
      const options = { timeoutMs: transcribeMs, env, cwd: dirname(path), signal, endsTogether: true };
      const { exitCode, stdout, stderr } = await runCommand(program, [...args, path], options);
      if (exitCode === 0) return stdout.trim().slice(0, transcriptLimit).toWellFormed();
      const why = stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
      throw new Error(`exit code ${exitCode ?? 'unknown'}${why === '' ? '' : `: ${why}`}`);
    } catch (cause) {
      signal.throwIfAborted();
      throw new BridgeError('transcription-failed', `"${program}" gave no transcript: ${describeError(cause)}`, {
        advice: 'Look at attachments.transcribe in the configuration.',
        cause,
      });
    }
  }

  has({ path, size }: Pick<StoredFile, 'path' | 'size'>): boolean {
    const about = lstatSync(path, { throwIfNoEntry: false });
    return about?.isFile() === true && about.size === size;
  }

  remove(path: string): void {
    const folder = dirname(path);
    const session = parseSessionNumber(/\/session_(\d+)$/.exec(folder)?.[1] ?? '');
    const isOurs =
      session !== undefined && folder === this.#pathOf(session) && kindOfName(path.slice(folder.length + 1));
    if (isOurs) rmSync(path, { force: true });
  }

  #folder(session: SessionNumber): SessionFolder {
    const folder = this.#folders.get(session) ?? new SessionFolder(this.#pathOf(session), this.#options.quota);
    this.#folders.set(session, folder);
    return folder;
  }

  #pathOf(session: SessionNumber): string {
    return join(this.#options.directory, `session_${session}`);
  }
}

/** One file on its way in: waits for what it is, then is written as it comes. */
class Incoming {
  readonly #folder: SessionFolder;
  readonly #request: FileRequest;
  readonly #at: number;
  readonly #mark: string;
  #head: Buffer = Buffer.alloc(0);
  #type: { readonly sort: StoredFile['sort']; readonly extension: string } | undefined;
  #unfinished: Unfinished | undefined;
  #writer: FileWriter | undefined;

  constructor(
    folder: SessionFolder,
    request: FileRequest,
    { clock, mark }: Pick<AttachmentsOptions, 'clock' | 'mark'>,
  ) {
    this.#folder = folder;
    this.#request = request;
    this.#at = clock.now();
    this.#mark = mark();
  }

  async take(chunk: Buffer): Promise<void> {
    try {
      if (this.#writer) {
        await this.#writer.write(chunk);
        return;
      }
      this.#head = this.#head.byteLength === 0 ? chunk : Buffer.concat([this.#head, chunk]);
      if (this.#head.byteLength >= headBytes) await this.#begin();
    } catch (error) {
      throw writeError(error);
    }
  }

  async finish(size: number): Promise<StoredFile> {
    try {
      const { type, unfinished, writer } = await this.#begin();
      await writer.flush();
      await unfinished.handle.close();
      const path = this.#folder.finish(unfinished, size, (attempt) => this.#name(attempt + 1));
      this.#unfinished = undefined;
      const renamed = unfinished.renamed || path !== unfinished.final;
      return { path, size, sort: type.sort, ...(renamed ? { renamed } : {}) };
    } catch (error) {
      throw writeError(error);
    }
  }

  /** Leaves nothing half-written behind. */
  async close(): Promise<void> {
    const unfinished = this.#unfinished;
    this.#unfinished = undefined;
    if (!unfinished) return;
    // What failed before is what is told; a second close does nothing.
    await unfinished.handle.close().catch(() => undefined);
    rmSync(unfinished.path, { force: true });
  }

  /** What it is is known: a name, and a file under it. */
  async #begin() {
    this.#type ??= this.#typeOf();
    this.#unfinished ??= await this.#folder.open((attempt) => this.#name(attempt));
    if (!this.#writer) {
      this.#writer = new FileWriter(this.#unfinished.handle);
      await this.#writer.write(this.#head);
      this.#head = Buffer.alloc(0);
    }
    return { type: this.#type, unfinished: this.#unfinished, writer: this.#writer };
  }

  #typeOf(): { readonly sort: StoredFile['sort']; readonly extension: string } {
    const { name, isVoice } = this.#request;
    const type = fileTypeOf(this.#head, name);
    return isVoice ? { ...type, sort: 'voice' } : type;
  }

  #name(attempt: number): string {
    return storedName(this.#type ?? this.#typeOf(), this.#at, this.#mark, attempt);
  }
}
