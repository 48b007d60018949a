import { Conversation } from '../../../src/bridge/session/conversation.ts';
import type { AgentSpec } from '../../../src/contracts/agent.ts';
import type { Stores } from '../../../src/contracts/stores.ts';
import type { BusyMode } from '../../../src/model/session.ts';
import { world as collectorWorld, words } from './collector-world.ts';
import { messageFiles } from './files-world.ts';
import { HandAgent } from './hand-driver.ts';
import { channelOne, one } from './messages.ts';

/** The conversation of session 1 with an agent in the hands of the test, on real stores. */
export function world(change: (stores: Stores) => Stores = (stores) => stores) {
  const { stores, clock, log, collector } = collectorWorld();
  const agent = new HandAgent({} as AgentSpec, 'h', 1, 's', {
    onEvent: (event) => collector.collect(one, 1, event),
    flush: () => stores.flush(),
  });
  const present = { agent: agent as HandAgent | undefined, mode: 'queue' as BusyMode };
  const { files, folders } = messageFiles({ stores, clock, log }, { onReady: () => conversation.wake() });
  const conversation: Conversation = new Conversation({
    session: one,
    stores: change(stores),
    collector,
    files,
    words,
    clock,
    log,
    agent: () => present.agent,
    mode: () => present.mode,
    held: () => undefined,
  });
  const queue = (id: string, session = one, channel = channelOne): void => {
    stores.inbox.append({
      id,
      session,
      source: 'discord',
      channel,
      messageId: `chat-${id}`,
      authorId: undefined,
      authorName: 'Olga',
      text: `text of ${id}`,
      sentAt: clock.now(),
      receivedAt: clock.now(),
    });
  };
  const uncertain = (id: string): void => {
    queue(id);
    stores.inbox.move(id, 'sending', 1);
    stores.inbox.move(id, 'uncertain', 1);
  };
  const wake = async (): Promise<void> => {
    conversation.wake();
    await clock.advance(0);
  };
  const state = (id: string): string | undefined => stores.inbox.get(id)?.state;
  const delivered = (): readonly string[] => agent.delivered.map(({ message }) => message);
  return {
    stores,
    clock,
    log,
    collector,
    files,
    folders,
    agent,
    present,
    conversation,
    queue,
    uncertain,
    wake,
    state,
    delivered,
  };
}
