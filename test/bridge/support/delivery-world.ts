import { Delivery } from '../../../src/bridge/outbound/delivery.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { HandTransport } from './hand-transport.ts';
import { channelOne } from './messages.ts';
import { RecordingLog } from './recording-log.ts';

export const words = wordsIn('en');

export interface DeliveryWorldOptions {
  readonly stores?: Stores;
  readonly transport?: HandTransport;
  readonly clock?: ManualClock;
  readonly owners?: readonly string[];
  readonly mainChannel?: ChannelId;
}

/** A delivery on real stores, to a chat server in the hands of the test. */
export function world(options: DeliveryWorldOptions = {}) {
  const { stores = openStores(':memory:'), transport = new HandTransport(), clock = new ManualClock() } = options;
  const log = new RecordingLog();
  /** What was told of channels that refuse the bot. */
  const told: string[] = [];
  const delivery = new Delivery({
    stores,
    transport,
    clock,
    log,
    words,
    owners: () => options.owners ?? [],
    mainChannel: () => options.mainChannel,
    onRefused: (channel) => told.push(`refused ${channel}`),
    onTaken: (channel) => told.push(`taken ${channel}`),
  });
  const say = (key: string, text = key, channel: ChannelId = channelOne, replyTo?: string): void => {
    stores.outbox.append({
      key,
      channel,
      content: { kind: 'text', text, ...(replyTo === undefined ? {} : { replyTo }) },
      createdAt: clock.now(),
    });
  };
  const attach = (key: string, text: string, ...paths: readonly string[]): void => {
    const files = paths.map((path) => ({ path, name: path.slice(path.lastIndexOf('/') + 1) }));
    stores.outbox.append({ key, channel: channelOne, content: { kind: 'text', text, files }, createdAt: clock.now() });
  };
  const change = (key: string, of: string, text = key): void => {
    stores.outbox.append({ key, channel: channelOne, content: { kind: 'edit', of, text }, createdAt: clock.now() });
  };
  const react = (key: string, messageId = key): void => {
    stores.outbox.append({
      key,
      channel: channelOne,
      content: { kind: 'reaction', messageId, reaction: 'stored' },
      createdAt: clock.now(),
    });
  };
  /** Lets everything happen that needs no time. */
  const settle = (): Promise<void> => clock.advance(0);
  const go = async (): Promise<void> => {
    delivery.kick();
    await settle();
  };
  const stateOf = (key: string) => stores.outbox.get(key)?.state;
  return { stores, clock, transport, log, told, delivery, say, attach, change, react, settle, go, stateOf };
}

export type World = ReturnType<typeof world>;
