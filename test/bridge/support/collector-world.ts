import { ReplyCollector } from '../../../src/bridge/replies/reply-collector.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import type { AgentEvent } from '../../../src/model/agent.ts';
import type { ChannelId, SessionNumber } from '../../../src/model/session.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { channelOne, channelTwo, one, two } from './messages.ts';
import { textsFor } from './outbox.ts';
import { RecordingLog } from './recording-log.ts';

export const words = wordsIn('en');

/** A collector on real stores; sessions 1 and 2 have their channels, and one agent of session 1 tells events. */
export function world(stores: Stores = openStores(':memory:')) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const channels = new Map<SessionNumber, ChannelId>([
    [one, channelOne],
    [two, channelTwo],
  ]);
  /** Whether a transaction was open each time somebody was told to look at the outbox. */
  const kicks: boolean[] = [];
  let open = false;
  const watched =
    (step: Stores['transaction']) =>
    <T>(action: () => T): T => {
      const outer = open;
      open = true;
      try {
        return step(action);
      } finally {
        open = outer;
      }
    };
  const collector = new ReplyCollector({
    stores: { ...stores, transaction: watched(stores.transaction), unflushed: watched(stores.unflushed) },
    words,
    clock,
    log,
    channelOf: (session) => channels.get(session),
    onOutbox: () => kicks.push(open),
  });
  const told = (...events: readonly AgentEvent[]): void => {
    for (const event of events) collector.collect(one, 1, event);
  };
  /** A message of session 1 from chat that is on its way to the agent. */
  const sending = (id: string, channel = channelOne): void => {
    stores.inbox.append({
      id,
      session: one,
      source: 'discord',
      channel,
      messageId: `chat-${id}`,
      authorId: undefined,
      authorName: 'Olga',
      text: 'hello',
      sentAt: clock.now(),
      receivedAt: clock.now(),
    });
    stores.inbox.move(id, 'sending', clock.now());
  };
  const said = (channel: ChannelId = channelOne): readonly string[] =>
    textsFor(stores, channel).map(({ text }) => text);
  return { stores, clock, log, channels, kicks, collector, told, sending, said };
}

export type World = ReturnType<typeof world>;

export const started = (turn: string, message: string): AgentEvent => ({
  kind: 'turn-started',
  turn,
  by: 'bridge',
  message,
});
export const atDesk = (turn: string, text = 'typed by hand'): AgentEvent => ({
  kind: 'turn-started',
  turn,
  by: 'desk',
  text,
});
export const text = (turn: string, key: string, content: string): AgentEvent => ({
  kind: 'text',
  turn,
  key,
  text: content,
});
export const ended = (
  turn: string,
  outcome: 'completed' | 'interrupted' | 'failed' | 'lost' = 'completed',
  reason?: string,
): AgentEvent => ({ kind: 'turn-ended', turn, outcome, ...(reason === undefined ? {} : { reason }) });
export const asks = (id: string, turn?: string): AgentEvent => ({
  kind: 'prompt-opened',
  id,
  turn,
  prompt: 'permission',
  tool: 'Write',
  input: { path: '/x' },
});
