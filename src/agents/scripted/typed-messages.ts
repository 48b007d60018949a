import { z } from 'zod';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import { readJson } from './program-events.ts';

/** Messages that are remembered: more than can be open at once. */
const kept = 50;

const fileSchema = z.object({
  messages: z.array(
    z.object({ message: z.string(), hash: z.string(), at: z.number(), turn: z.string().nullable() }).readonly(),
  ),
});

/** A message on its way to the agent; `turn` is null until the agent has shown that it has it. */
export type TypedMessage = z.infer<typeof fileSchema>['messages'][number];

/**
 * What was typed, on disk before the first key: so that an event found after a restart is known to be a message of
 * ours (I4). Knows the text's hash, not the text.
 */
export class TypedMessages {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Remembers a message that is about to be typed; one that was typed before is typed anew. */
  expect(message: string, hash: string, at: number): void {
    const others = this.#read().filter((one) => one.message !== message);
    this.#write([...others, { message, hash, at, turn: null }]);
  }

  /** The message behind a prompt of the agent, however often it is asked: the last one of these words. */
  match(hash: string, turn: string): TypedMessage | undefined {
    const all = this.#read();
    return all.find((one) => one.turn === turn) ?? all.findLast((one) => one.turn === null && one.hash === hash);
  }

  /** The agent has the message. */
  confirm(message: string, turn: string): void {
    this.#write(this.#read().map((one) => (one.message === message ? { ...one, turn } : one)));
  }

  /** The agent certainly did not get the message. */
  forget(message: string): void {
    this.#write(this.#read().filter((one) => one.message !== message));
  }

  get(message: string): TypedMessage | undefined {
    return this.#read().find((one) => one.message === message);
  }

  #read(): readonly TypedMessage[] {
    return readJson(this.#path, fileSchema)?.messages ?? [];
  }

  #write(messages: readonly TypedMessage[]): void {
    writeFileAtomic(this.#path, JSON.stringify({ messages: messages.slice(-kept) }));
  }
}
