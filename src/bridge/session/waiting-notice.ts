import type { ChannelId, SessionRecord } from '../../model/session.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import type { Words } from '../words.ts';

/** The key under which a channel is told that a session does not run: once for each time that it ended. */
export function endKey({ number, generation, since }: SessionRecord, channel: ChannelId): string {
  return `ended:${number}:${generation}:${since}:${channel}`;
}

/** Tells the channels whose messages wait for a session that does not run how to go on; each once. */
export function tellWaiting(
  record: SessionRecord,
  { stores, collector, words }: { readonly stores: Stores; readonly collector: ReplyCollector; readonly words: Words },
): void {
  const waiting = stores.inbox.unsettled(record.number).filter(({ state }) => state !== 'held');
  for (const channel of new Set(waiting.map((message) => message.channel))) {
    collector.say(endKey(record, channel), channel, words.messagesWait(record.number));
  }
}
