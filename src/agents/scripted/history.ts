import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import type { HistoryFile, HistoryMessage } from './agent-files.ts';

/** Messages that are kept; older ones are only counted. */
const keptMessages = 200;

/** Characters of text that are kept in all; older messages keep their hash only. */
const keptCharacters = 1_000_000;

export interface HistoryOptions {
  readonly path: string;
  readonly agentSession: string;
  /** Go on with a conversation that must be there; false: begin one that must not. */
  readonly resume: boolean;
}

/** Opens a conversation's messages; undefined when it is there and should not be, or the other way round. */
export function openHistory({ path, agentSession, resume }: HistoryOptions): History | undefined {
  if (resume !== existsSync(path)) return undefined;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const history = new History(path, resume ? readHistory(path) : { agentSession, count: 0, messages: [] });
  history.save();
  return history;
}

/** The messages of one conversation, on disk before the agent works on them, so that a resumed one knows them. */
export class History {
  readonly #path: string;
  #file: HistoryFile;

  constructor(path: string, file: HistoryFile) {
    this.#path = path;
    this.#file = file;
  }

  /** How many messages it ever had. */
  get count(): number {
    return this.#file.count;
  }

  add(message: { readonly turn: string; readonly at: number; readonly text: string }): void {
    const all = [...this.#file.messages, { ...message, hash: textHash(message.text) }];
    this.#file = { ...this.#file, count: this.#file.count + 1, messages: shortened(all.slice(-keptMessages)) };
    this.save();
  }

  save(): void {
    writeFileAtomic(this.#path, JSON.stringify(this.#file));
  }
}

/** The SHA-256 of a text, in hexadecimal digits. */
export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function shortened(messages: readonly HistoryMessage[]): readonly HistoryMessage[] {
  let room = keptCharacters;
  return messages
    .toReversed()
    .map((message) => {
      room -= message.text?.length ?? 0;
      return room >= 0 ? message : { ...message, text: null };
    })
    .toReversed();
}

/** The program's own file; the driver reads it with a schema. */
function readHistory(path: string): HistoryFile {
  return JSON.parse(readFileSync(path, 'utf8')) as HistoryFile;
}
