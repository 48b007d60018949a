import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { restoredAt, restoredAtFact } from '../../model/restored.ts';
import type { ChannelId } from '../../model/session.ts';
import { snowflakeAt, timeOfSnowflake } from '../../model/snowflake.ts';
import type { ChatTransport, HistoryPage } from '../../contracts/chat.ts';
import type { Stores } from '../../contracts/stores.ts';
import { overlapMs } from './followed-channels.ts';
import type { Place } from './followed-channels.ts';
import type { AuthorRoles } from './author-roles.ts';
import type { Intake } from '../inbound/intake.ts';
import type { MessageChanges } from '../inbound/message-changes.ts';

/** How many messages are asked for at once: what the transport gives at most. */
const pageSize = 100;

export interface ChannelReaderOptions {
  readonly stores: Stores;
  readonly transport: Pick<ChatTransport, 'history'>;
  readonly authorRoles: AuthorRoles;
  readonly intake: Intake;
  readonly changes: MessageChanges;
  readonly clock: Clock;
  readonly log: Log;
  /** Messages that are older are held, in milliseconds; may be infinite. */
  readonly maxAgeMs: number;
}

/** One reading of one channel. */
interface Reading extends Place {
  /** Only later messages are taken in. */
  readonly after: string;
  /** The chat messages that their authors may still change, by id, and that were not met yet. */
  readonly waiting: Set<string>;
}

/**
 * Reads what was missed in one channel: new messages go through the same door as always, page by page, each page one
 * step on disk. Messages that wait already are compared: an author may have changed or deleted them meanwhile. Knows
 * nothing about when to read, or what else comes in.
 */
export class ChannelReader {
  readonly #options: ChannelReaderOptions;

  constructor(options: ChannelReaderOptions) {
    this.#options = options;
  }

  /**
   * Reads a channel to its end. May be repeated, and broken off between two pages.
   *
   * @param from a message that is known to be missing, for a channel that was never read.
   * @throws BridgeError as `ChatTransport.history`, whatever storing throws, and the signal's reason; what was read so
   *   far stays.
   */
  async read({ channel, parent }: Place, from: string | undefined, signal: AbortSignal): Promise<void> {
    const { stores } = this.#options;
    const watermark = stores.channels.get(channel)?.watermark ?? (from === undefined ? undefined : before(from));
    if (watermark === undefined) return;
    const changeable = stores.inbox.changeable(channel).flatMap(({ messageId }) => messageId ?? []);
    const after = snowflakeAt(timeOfSnowflake(watermark) - overlapMs);
    const reading: Reading = { channel, parent, after, waiting: new Set(changeable) };
    let cursor = startOf(reading);
    for (;;) {
      const page = await this.#page(channel, cursor, pageSize, signal);
      if (page.last === undefined && reading.waiting.size > 0 && !(await this.#canRead(channel, signal))) return;
      this.#apply(page, reading);
      if (!page.more || page.last === undefined) return;
      cursor = newer(page.last, startOf(reading));
    }
  }

  async #page(channel: ChannelId, after: string, limit: number, signal: AbortSignal): Promise<HistoryPage> {
    signal.throwIfAborted();
    const page = await this.#options.transport.history(channel, after, limit);
    signal.throwIfAborted();
    const messages = await this.#options.authorRoles.complete(page.messages);
    signal.throwIfAborted();
    return { ...page, messages };
  }

  #apply(page: HistoryPage, { channel, parent, after, waiting }: Reading): void {
    const { intake, changes } = this.#options;
    const messages = page.messages.map((message) => ({ ...message, parent: message.parent ?? parent }));
    const present = new Set(messages.map((message) => message.messageId));
    for (const message of messages) if (waiting.has(message.messageId)) changes.edited(message);
    const passed = [...waiting].filter((id) => !page.more || BigInt(id) <= BigInt(page.last ?? '0'));
    changes.deleted(
      channel,
      passed.filter((id) => !present.has(id)),
    );
    for (const id of passed) waiting.delete(id);
    if (page.last === undefined || BigInt(page.last) <= BigInt(after)) return;
    const missed = messages.filter(({ messageId }) => BigInt(messageId) > BigInt(after));
    intake.receiveMissed(missed, { channel, parent, upTo: page.last, heldBefore: this.#heldBefore() });
  }

  /** What is older is too old to be run unasked; so is what was perhaps done before the state was put back. */
  #heldBefore(): number {
    const { stores, clock, maxAgeMs } = this.#options;
    return Math.max(clock.now() - maxAgeMs, restoredAt(stores.facts.get(restoredAtFact)));
  }

  /** A server that does not let the bot read gives an empty page: then nobody has deleted anything. */
  async #canRead(channel: ChannelId, signal: AbortSignal): Promise<boolean> {
    const { last } = await this.#page(channel, '0', 1, signal);
    if (last !== undefined) return true;
    this.#options.log.warn({ channel }, 'the history of a channel is empty; its waiting messages are kept');
    return false;
  }
}

/** After which message to ask: just before the oldest one that is to be compared, or where the unread part begins. */
function startOf({ after, waiting }: Reading): string {
  return [...waiting].map(before).reduce((one, other) => (BigInt(one) < BigInt(other) ? one : other), after);
}

function before(id: string): string {
  return String(BigInt(id) - 1n);
}

function newer(one: string, other: string): string {
  return BigInt(one) > BigInt(other) ? one : other;
}
