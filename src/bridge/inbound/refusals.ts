import type { InboundMessage } from '../../model/message.ts';
import type { Facts } from '../../contracts/stores.ts';

const factName = 'refused-lately';

/** How many pairs of author and channel are remembered: the last ones. */
const limit = 100;

/**
 * Remembers up to which message an author was refused in a channel. What is read once more after a gap must not be run
 * because its author was let in meanwhile: a refusal is for good. Only the last seconds before a gap are read twice, so
 * it remembers the latest only. Knows nothing about why.
 */
export class Refusals {
  readonly #facts: Facts;

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** Belongs into the transaction that refuses the message. */
  note(message: InboundMessage): void {
    const name = nameOf(message);
    const known = this.#read();
    const before = known.get(name);
    if (before !== undefined && BigInt(before) >= BigInt(message.messageId)) return;
    known.delete(name);
    known.set(name, message.messageId);
    this.#facts.set(factName, JSON.stringify([...known].slice(-limit)));
  }

  /** Whether this message was refused, or an older one than that. */
  covers(message: InboundMessage): boolean {
    const upTo = this.#read().get(nameOf(message));
    return upTo !== undefined && BigInt(upTo) >= BigInt(message.messageId);
  }

  #read(): Map<string, string> {
    return new Map(JSON.parse(this.#facts.get(factName) ?? '[]') as [string, string][]);
  }
}

function nameOf({ author, channel }: InboundMessage): string {
  return `${author.id}@${channel}`;
}
