import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { replaceFile, writeFileAtomic } from '../../base/atomic-file.ts';

const schema = z.object({
  message: z.string(),
  text: z.string(),
  transcriptFrom: z.int().min(0),
  turn: z.string().optional(),
});

/** The message that was typed last: written before the first key, so that a crash never leaves a text without a name. */
export interface Expectation {
  /** The bridge's id of the message. */
  readonly message: string;
  /** What the agent must record. */
  readonly text: string;
  /** Bytes the transcript had before: the message can only be after them. */
  readonly transcriptFrom: number;
  /** The agent's id of the turn, once it confirmed. */
  readonly turn: string | undefined;
}

/** Owns `expected.json` in a session's directory: one message at a time is on its way (I2). */
export class ExpectationFile {
  readonly #path: string;
  #current: Expectation | undefined;

  constructor(directory: string) {
    this.#path = join(directory, 'expected.json');
    this.#current = readExpectation(this.#path);
  }

  get current(): Expectation | undefined {
    return this.#current;
  }

  /** Before typing. */
  expect(message: string, text: string, transcriptFrom: number): void {
    const expectation = { message, text, transcriptFrom, turn: undefined };
    writeFileAtomic(this.#path, JSON.stringify(expectation));
    this.#current = expectation;
  }

  /** The agent confirmed. */
  confirm(turn: string): void {
    if (!this.#current) return;
    this.#current = { ...this.#current, turn };
    // Should a power cut take this back, the transcript says it.
    replaceFile(this.#path, JSON.stringify(this.#current), 'content');
  }
}

function readExpectation(path: string): Expectation | undefined {
  if (!existsSync(path)) return undefined;
  const parsed = schema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return { ...parsed.data, turn: parsed.data.turn };
  rmSync(path, { force: true });
  return undefined;
}
