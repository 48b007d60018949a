import { furnishIncoming } from '../../../src/compose/incoming.ts';
import { Owners } from '../../../src/bridge/inbound/owners.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import type { UnmappedPolicy } from '../../../src/bridge/inbound/routing.ts';
import { overlapMs } from '../../../src/bridge/catch-up/followed-channels.ts';
import type { InboundMessage } from '../../../src/model/message.ts';
import type { ChannelId, SessionEntry, SessionNumber } from '../../../src/model/session.ts';
import { snowflakeAt } from '../../../src/model/snowflake.ts';
import type { ChatTransport } from '../../../src/contracts/chat.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { FakeChatTransport } from '../../fakes/fake-chat-transport.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { gateWorld } from './gate-world.ts';
import { channelOne, channelTwo, one, owner, two } from './messages.ts';
import { RecordingLog } from './recording-log.ts';
import { chatHandlers } from '../../fakes/chat-handlers.ts';
import { replacing } from './replacing.ts';

export const words = wordsIn('en');

export interface CatchUpWorldOptions {
  readonly stores?: Stores;
  readonly chat?: FakeChatTransport;
  readonly clock?: ManualClock;
  readonly entries?: readonly SessionEntry[];
  readonly maxAgeMs?: number;
  /** Further owners' user ids. */
  readonly owners?: readonly string[];
  readonly unmapped?: UnmappedPolicy;
  /** What the transport does instead of what the fake does. */
  readonly instead?: Partial<Pick<ChatTransport, 'history' | 'threadsOf' | 'rolesOf'>>;
}

/** The way in, from a chat server to the inbox, with what was stored and what was asked of the server. */
export function world(options: CatchUpWorldOptions = {}) {
  const clock = options.clock ?? new ManualClock();
  const chat = options.chat ?? new FakeChatTransport({ now: () => clock.now() });
  const stores = options.stores ?? openStores(':memory:');
  const log = new RecordingLog();
  const owners = new Owners({
    server: 'discord',
    configured: [owner.id, ...(options.owners ?? [])],
    facts: stores.facts,
    clock,
  });
  const { gate, audited, setPolicy } = gateWorld({ owners, clock, log });
  /** Every request for history or threads, in order. */
  const asked: string[] = [];
  const real: ChatTransport = replacing<ChatTransport>(chat, options.instead ?? {});
  const transport = replacing<ChatTransport>(real, {
    history: (channel, after, limit) => {
      asked.push(`history ${channel}`);
      return real.history(channel, after, limit);
    },
    threadsOf: (channel, since) => {
      asked.push(`threads ${channel}`);
      return real.threadsOf(channel, since);
    },
  });
  const woken: SessionNumber[] = [];
  const { catchUp, followed, held } = furnishIncoming({
    stores,
    transport,
    gate,
    owners,
    words,
    clock,
    log,
    entries: () =>
      options.entries ?? [
        { number: one, channel: channelOne },
        { number: two, channel: channelTwo },
      ],
    policy: { defaultSession: () => one, unmapped: options.unmapped ?? 'default' },
    botMessages: 10,
    queueNotice: 100,
    maxAgeMs: options.maxAgeMs ?? 6 * 3_600_000,
    onStored: (session) => woken.push(session),
    onOutbox: () => undefined,
    onFilesGone: () => undefined,
  });
  followed.begin();
  const connect = (): Promise<void> =>
    chat.connect(
      chatHandlers({
        onMessage: (message) => catchUp.onMessage(message),
        onEdited: (message) => catchUp.onEdited(message),
        onDeleted: (channel, messageIds) => catchUp.onDeleted(channel, messageIds),
        onGap: () => catchUp.onGap(),
      }),
    );
  let count = 0n;
  /** Somebody says something now; the chat server's ids tell the time. */
  const say = (channel: ChannelId, text: string, more: Partial<InboundMessage> = {}): InboundMessage => {
    count += 1n;
    const messageId = String(BigInt(snowflakeAt(clock.now())) + count);
    return chat.say(channel, text, { author: owner, messageId, ...more });
  };
  /** The texts of a session that are not settled, in order, with the state of those that do not just wait. */
  const texts = (session: SessionNumber): readonly string[] =>
    stores.inbox.unsettled(session).map(({ text, state }) => (state === 'queued' ? text : `${text} (${state})`));
  /** The connection breaks. */
  const drop = (): void => chat.setState({ connection: 'reconnecting' });
  /** The connection is back, and what was told meanwhile is lost. */
  const comeBack = (): void => chat.identifyAfresh();
  const settle = (): Promise<void> => clock.advance(0);
  return {
    clock,
    chat,
    stores,
    log,
    asked,
    woken,
    audited,
    setPolicy,
    catchUp,
    followed,
    held,
    connect,
    say,
    texts,
    drop,
    comeBack,
    settle,
  };
}

/** Long enough that nothing said before it is read again because of the overlap. */
export const longMs = overlapMs + 60_000;
