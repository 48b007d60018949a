import { describeError, BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { OutboxItem } from '../../model/outbound.ts';
import { timeOfSnowflake } from '../../model/snowflake.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';

/** The server remembers a nonce for some minutes (Discord's documentation). For so long it is relied upon, in milliseconds. */
const nonceTrustMs = 2 * 60_000;

/** How far the server's clock may be behind ours, in milliseconds. */
const clockSkewMs = 60_000;

/** How far back is looked when our own clock was set back, nobody knows how far, in milliseconds. */
const unknownJumpMs = 60 * 60_000;

/**
 * Where to look for a part that may be out although nobody knows: since when, in epoch milliseconds. Undefined when there is
 * no need to look, because the server still knows the nonce and would post the part once.
 *
 * @param waitedMs how long ago the part was tried first, by a clock that never jumps; 0 when that was in another process.
 */
export function whereToLook(
  item: Pick<OutboxItem, 'triedAt' | 'createdAt' | 'sentIds'>,
  now: number,
  waitedMs: number,
): number | undefined {
  const { triedAt, createdAt } = item;
  // Written by a version that did not note when: as good as long ago.
  if (triedAt === undefined) return Math.min(createdAt, now) - clockSkewMs;
  // The part before it has a time by the server's own clock.
  const before = item.sentIds.at(-1);
  if (now < triedAt) return before === undefined ? now - waitedMs - unknownJumpMs : timeOfSnowflake(before);
  const isRecent = now - triedAt <= nonceTrustMs && waitedMs <= nonceTrustMs;
  return isRecent ? undefined : triedAt - clockSkewMs;
}

export interface MaybeSentOptions {
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'ownMessages'>;
  readonly log: Log;
}

/**
 * Finds a part that is out although its sending was never confirmed: by looking at what the bot itself has said lately.
 * Knows nothing about nonces and retries.
 */
export class MaybeSent {
  readonly #options: MaybeSentOptions;

  constructor(options: MaybeSentOptions) {
    this.#options = options;
  }

  /**
   * The chat message that is this part; undefined when it is not there.
   *
   * @param since epoch milliseconds.
   * @throws BridgeError as `ChatTransport.ownMessages`, but for what the server does not understand.
   */
  async find({ channel, key }: OutboxItem, text: string, since: number): Promise<string | undefined> {
    const { stores, transport, log } = this.#options;
    try {
      const own = await transport.ownMessages(channel, since);
      // Servers drop white space at both ends.
      const found = own.find((message) => message.text.trim() === text.trim() && !stores.outbox.hasSent(message.id));
      log.info({ channel, item: key, found: found !== undefined }, 'looked whether a part is out already');
      return found?.id;
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'chat-invalid') throw error;
      log.warn({ channel, item: key, error: describeError(error) }, 'could not look whether a part is out already');
      return undefined;
    }
  }
}
