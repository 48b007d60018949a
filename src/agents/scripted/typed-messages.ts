import { z } from 'zod';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import { readJson } from './program-events.ts';

/** Messages that are remembered: more than can be open at once. */
const kept = 200;

const fileSchema = z.object({
  messages: z.array(
    z
      .object({
        message: z.string(),
        hash: z.string(),
        at: z.number(),
        /** The turn it is part of; null until the agent has shown that it is. */
        turn: z.string().nullable(),
        /** The event by which the agent put it into its own queue. */
        queued: z.string().nullable().default(null),
      })
      .readonly(),
  ),
});

/** A message on its way to the agent. */
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
    this.#write([...others, { message, hash, at, turn: null, queued: null }]);
  }

  /** The message behind a prompt of the agent, however often it is asked: the last one of these words. */
  match(hash: string, turn: string): TypedMessage | undefined {
    const all = this.#read();
    return all.find((one) => one.turn === turn && one.queued === null) ?? all.findLast((one) => isOpen(one, hash));
  }

  /** The message behind a prompt that the agent queued, however often it is asked. */
  matchQueued(hash: string, event: string): TypedMessage | undefined {
    return this.queuedAs(event) ?? this.#read().findLast((one) => isOpen(one, hash));
  }

  /** The message that lies, or lay, in the agent's queue under this event. */
  queuedAs(event: string): TypedMessage | undefined {
    return this.#read().find((one) => one.queued === event);
  }

  /** The agent has the message in its queue. */
  confirmQueued(message: string, event: string): void {
    this.#change(message, { queued: event });
  }

  /** The agent works on the message. */
  confirm(message: string, turn: string): void {
    this.#change(message, { turn });
  }

  /** The agent certainly did not get the message. */
  forget(message: string): void {
    this.#write(this.#read().filter((one) => one.message !== message));
  }

  get(message: string): TypedMessage | undefined {
    return this.#read().find((one) => one.message === message);
  }

  /** The other messages with the same text. */
  others({ message, hash }: TypedMessage): readonly TypedMessage[] {
    return this.#read().filter((one) => one.hash === hash && one.message !== message);
  }

  #change(message: string, change: Partial<TypedMessage>): void {
    this.#write(this.#read().map((one) => (one.message === message ? { ...one, ...change } : one)));
  }

  #read(): readonly TypedMessage[] {
    return readJson(this.#path, fileSchema)?.messages ?? [];
  }

  #write(messages: readonly TypedMessage[]): void {
    writeFileAtomic(this.#path, JSON.stringify({ messages: messages.slice(-kept) }));
  }
}

/** Whether it was typed with this text and nothing was heard of it yet. */
function isOpen({ hash, turn, queued }: TypedMessage, wanted: string): boolean {
  return hash === wanted && turn === null && queued === null;
}
