import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

import lockfile from 'proper-lockfile';
import { z } from 'zod';

import { writeFileAtomic } from '../base/atomic-file.ts';
import { BridgeError, systemErrorCode } from '../base/errors.ts';
import { busyModes, parseChannelId, parseSessionNumber } from '../model/session.ts';
import type { SessionEntry } from '../model/session.ts';
import type { SessionMap } from '../contracts/stores.ts';

/** One session with settings of its own; the short form is just the channel id. */
const settings = z.strictObject({
  channel: z.string(),
  workDir: z.string().startsWith('/', 'must be an absolute path').optional(),
  agent: z.string().min(1).optional(),
  trusted: z.boolean().optional(),
  whileBusy: z
    .enum(busyModes, { error: ({ input }) => `${JSON.stringify(input)} is none of ${busyModes.join(', ')}` })
    .optional(),
});

/** How often and how long a lock of somebody else is waited for: about two seconds in all. */
const lockPatience = { retries: 8, factor: 1.5, minTimeout: 40, maxTimeout: 500 };

/**
 * `sessions.json`: `{"1": "<channel id>", "2": {"channel": "…", …}}`, the predecessor's format with room for settings.
 * Owns reading, checking, locking and replacing of that file. Knows nothing about running sessions.
 */
export class SessionsFile implements SessionMap {
  readonly #path: string;

  constructor(options: { readonly path: string }) {
    this.#path = options.path;
  }

  read(): Promise<readonly SessionEntry[]> {
    return Promise.resolve().then(() => this.#load());
  }

  async update(
    change: (entries: readonly SessionEntry[]) => readonly SessionEntry[],
  ): Promise<readonly SessionEntry[]> {
    const release = await this.#lock();
    try {
      const after = change(this.#load());
      this.#refuseDuplicates(after);
      const text = sessionsText(after);
      const result = this.#parse(text); // What could not be read again is not written.
      writeFileAtomic(this.#path, text);
      return result;
    } finally {
      await release();
    }
  }

  async #lock(): Promise<() => Promise<void>> {
    try {
      return await lockfile.lock(this.#path, { realpath: false, retries: lockPatience });
    } catch (cause) {
      const locked = systemErrorCode(cause) === 'ELOCKED';
      throw new BridgeError(
        locked ? 'sessions-file-locked' : 'sessions-file-unreadable',
        locked
          ? `${this.#path} is locked by another program.`
          : `${this.#path} cannot be locked: ${cause instanceof Error ? cause.message : String(cause)}.`,
        {
          advice: locked
            ? `Try again in a moment; if nothing else uses it, remove ${basename(this.#path)}.lock beside it.`
            : 'Check the permissions of its folder.',
          cause,
        },
      );
    }
  }

  #load(): readonly SessionEntry[] {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return [];
      throw new BridgeError(
        'sessions-file-unreadable',
        `${this.#path} cannot be read (${systemErrorCode(cause) ?? String(cause)}).`,
        { advice: 'Make it readable for the user who runs the bridge.', cause },
      );
    }
    if (text.trim() === '') return [];
    return this.#parse(text);
  }

  #parse(text: string): readonly SessionEntry[] {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (cause) {
      throw this.#invalid(`is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
    }
    // JSON.parse keeps the last of two equal keys without a word; a session would vanish at the next write.
    const keys = [...text.matchAll(/"(\d+)"\s*:/g)].map((match) => match[1]);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) throw this.#invalid(`names session "${twice}" twice`);

    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      throw this.#invalid('does not hold an object like {"1": "<channel id>"}');
    }
    const entries = Object.entries(json).map(([key, value]: [string, unknown]) => this.#entry(key, value));
    this.#refuseDuplicates(entries);
    return entries.sort((a, b) => a.number - b.number);
  }

  #entry(key: string, value: unknown): SessionEntry {
    const number = parseSessionNumber(key);
    if (number === undefined) throw this.#invalid(`has "${key}" where a session number (1, 2, 3 …) belongs`);
    if (typeof value === 'number') {
      throw this.#invalid(`has a bare number for session ${number}; a channel id stands in quotes`);
    }
    const parsed = settings.safeParse(typeof value === 'string' ? { channel: value } : value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const place = [key, ...(issue?.path ?? [])].join('.');
      throw this.#invalid(`has a wrong value at "${place}": ${issue?.message ?? 'unknown'}`);
    }
    const { channel: channelText, workDir, agent, trusted, whileBusy } = parsed.data;
    const channel = parseChannelId(channelText);
    if (channel === undefined) {
      throw this.#invalid(`has "${channelText}" for session ${number}; a channel id has 15 to 20 digits`);
    }
    return {
      number,
      channel,
      ...(workDir === undefined ? {} : { workDir }),
      ...(agent === undefined ? {} : { agent }),
      ...(trusted === undefined ? {} : { trusted }),
      ...(whileBusy === undefined ? {} : { whileBusy }),
    };
  }

  #refuseDuplicates(entries: readonly SessionEntry[]): void {
    for (const [index, entry] of entries.entries()) {
      if (entries.findIndex((other) => other.number === entry.number) !== index) {
        throw this.#invalid(`would have session ${entry.number} twice`);
      }
      const earlier = entries.slice(0, index).find((other) => other.channel === entry.channel);
      if (earlier) {
        throw this.#invalid(
          `would give channel ${entry.channel} to two sessions, ${earlier.number} and ${entry.number}`,
        );
      }
    }
  }

  #invalid(problem: string, cause?: unknown): BridgeError {
    return new BridgeError('sessions-file-invalid', `${this.#path} ${problem}.`, {
      advice: 'Correct the file; it was left as it is.',
      cause,
    });
  }
}

/** The map as it is written: the flat form for sessions without settings of their own, as the predecessor wrote it. */
export function sessionsText(entries: readonly SessionEntry[]): string {
  const sorted = [...entries].sort((a, b) => a.number - b.number);
  const object = Object.fromEntries(
    sorted.map(({ number, channel, ...extra }) => [
      String(number),
      Object.keys(extra).length === 0 ? channel : { channel, ...extra },
    ]),
  );
  return `${JSON.stringify(object, null, 2)}\n`;
}
