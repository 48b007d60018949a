import { request as requestPlain } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';

import type { Clock } from '../base/clock.ts';
import type { BridgeError } from '../base/errors.ts';
import { describeError } from '../base/errors.ts';
import { fetchError } from './failure.ts';

/** No byte for so long is the end of a try, in milliseconds. */
const silenceMs = 30_000;
/** One try takes no longer than this, in milliseconds: at 200 kB/s enough for the largest file that is usual. */
const longestMs = 10 * 60_000;
/** How often is looked whether it is silent, in milliseconds. */
const lookMs = 1_000;

export interface DownloadOptions {
  readonly clock: Clock;
  /** Bytes that the file may have at most. */
  readonly limit: number;
  /** Bytes that it must have at least. */
  readonly announced: number;
  readonly signal: AbortSignal;
  /** Some more bytes, in order; the next ones are read when it resolves. */
  readonly onBytes: (chunk: Buffer) => Promise<void> | void;
}

/**
 * Reads a file from an address as it comes; holds no more than one piece of it. What comes is not unpacked, and an address
 * that leads elsewhere is not followed.
 *
 * @returns how many bytes it has.
 * @throws BridgeError in the codes of the contract, whatever `onBytes` throws, or the signal's reason.
 */
export async function download(address: string, options: DownloadOptions): Promise<number> {
  const { clock, signal } = options;
  signal.throwIfAborted();
  const watch = new Watch(clock, signal);
  try {
    const response = await ask(address, watch.signal);
    watch.alive();
    checkAnswer(response, options.limit);
    const size = await readAll(response, watch, options);
    checkSize(size, response, options.announced);
    return size;
  } catch (error) {
    signal.throwIfAborted();
    if (watch.problem) throw watch.problem;
    throw error;
  } finally {
    watch.close();
  }
}

/** Ends a try that makes no progress. */
class Watch {
  /** Why it ended the try. */
  problem: BridgeError | undefined;
  readonly #abort = new AbortController();
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #cancel: () => void;
  #lastAt: number;

  constructor(clock: Clock, outer: AbortSignal) {
    this.#clock = clock;
    const begin = clock.monotonic();
    this.#lastAt = begin;
    this.signal = AbortSignal.any([outer, this.#abort.signal]);
    this.#cancel = clock.every(lookMs, () => {
      const now = clock.monotonic();
      if (now - this.#lastAt >= silenceMs) this.#end(`Nothing came for ${silenceMs / 1000} s.`);
      else if (now - begin >= longestMs) this.#end(`It was not there after ${longestMs / 60_000} minutes.`);
    });
  }

  alive(): void {
    this.#lastAt = this.#clock.monotonic();
  }

  close(): void {
    this.#cancel();
    // Whatever is left of a connection that did not come to its end goes with it.
    this.#abort.abort();
  }

  #end(sentence: string): void {
    this.problem ??= fetchError('file-incomplete', sentence);
    this.#abort.abort();
  }
}

async function ask(address: string, signal: AbortSignal): Promise<IncomingMessage> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw fetchError('file-refused', 'The address of the file is none that can be fetched.');
  }
  const start = url.protocol === 'https:' ? requestSecure : requestPlain;
  const headers = { 'User-Agent': 'claude-discord-bridge', Accept: '*/*', 'Accept-Encoding': 'identity' };
  const request = start(url, { headers, signal });
  try {
    return await answerTo(request);
  } catch (cause) {
    throw fetchError('file-unreachable', `Its server does not answer: ${describeError(cause)}.`, cause);
  }
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on('response', resolve);
    // Errors after the answer are those of the answer.
    request.on('error', reject);
    request.end();
  });
}

function checkAnswer(response: IncomingMessage, limit: number): void {
  const { statusCode: status = 0 } = response;
  const says = `Its server answered ${status}.`;
  if (status === 403 || status === 404 || status === 410) throw fetchError('file-link-expired', says);
  if (status === 408 || status === 425 || status === 429 || status >= 500) throw fetchError('file-unreachable', says);
  if (status !== 200) throw fetchError('file-refused', says);
  const length = lengthOf(response);
  if (length !== undefined && length > limit) throw tooLarge(limit);
}

async function readAll(
  response: IncomingMessage,
  watch: Watch,
  { limit, onBytes, signal }: DownloadOptions,
): Promise<number> {
  let size = 0;
  const pieces = response.iterator({ destroyOnReturn: true }) as AsyncIterable<Buffer>;
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await nextOf(iterator);
      if (next.done === true) return size;
      size += next.value.byteLength;
      if (size > limit) throw tooLarge(limit);
      await onBytes(next.value);
      signal.throwIfAborted();
      watch.alive();
    }
  } finally {
    response.destroy();
  }
}

/** What breaks while it is read is the line; what breaks while it is written is not. */
async function nextOf(iterator: AsyncIterator<Buffer, unknown>): Promise<IteratorResult<Buffer, unknown>> {
  try {
    return await iterator.next();
  } catch (cause) {
    throw fetchError('file-incomplete', `The connection broke: ${describeError(cause)}.`, cause);
  }
}

function checkSize(size: number, response: IncomingMessage, announced: number): void {
  const expected = Math.max(lengthOf(response) ?? 0, announced);
  if (!response.complete || size < expected) {
    throw fetchError('file-incomplete', `It ended after ${size} of ${expected} bytes.`);
  }
}

/** As the server says; it may say nothing. */
function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
}

function tooLarge(limit: number): BridgeError {
  return fetchError('file-too-large', `It has more than ${limit} bytes.`);
}
