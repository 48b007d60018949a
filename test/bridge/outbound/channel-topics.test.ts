import { describe, expect, it } from 'vitest';

import { silentLog } from '../../../src/base/log.ts';
import { ChannelTopics, conditionOf, topicOf } from '../../../src/bridge/outbound/channel-topics.ts';
import type { SessionView } from '../../../src/bridge/outbound/channel-topics.ts';
import { wordsIn } from '../../../src/bridge/words.ts';
import type { AgentState } from '../../../src/model/agent.ts';
import type { Lifecycle } from '../../../src/model/session.ts';
import { FakeChatTransport } from '../../fakes/fake-chat-transport.ts';
import { channelOne, one } from '../support/messages.ts';
import { chatHandlers } from '../../fakes/chat-handlers.ts';

type Doing = Pick<AgentState, 'activity' | 'waitingFor'>;

const doing = (activity: Doing['activity'], waitingFor: Doing['waitingFor'] = null): Doing => ({
  activity,
  waitingFor,
});

const view = (state: Doing, lifecycle: Lifecycle = 'running'): SessionView => ({
  number: one,
  channel: channelOne,
  lifecycle,
  state,
  agent: 'claude-code',
  workDir: '/home/me/shop',
});

async function world() {
  const transport = new FakeChatTransport();
  await transport.connect(chatHandlers());
  const topics = new ChannelTopics({ transport, words: wordsIn('en'), log: silentLog });
  const shown = (): readonly string[] =>
    transport.deeds.flatMap((deed) => (deed.kind === 'topic' ? [deed.topic.split(' · ')[0] ?? ''] : []));
  return { transport, topics, shown };
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what a topic says', () => {
  it.each<[Lifecycle, Doing, string]>([
    ['running', doing('idle'), '🟢 idle'],
    ['running', doing('busy'), '🔵 busy'],
    ['running', doing('waiting', 'permission'), '🟡 waiting for a permission'],
    ['running', doing('waiting', 'question'), '🟡 waiting for an answer'],
    ['running', doing('waiting', 'plan'), '🟡 waiting for a decision on its plan'],
    ['running', doing('waiting', 'login'), '🟡 waiting for a login'],
    ['running', doing('waiting', 'trust'), '🟡 waiting for trust in its directory'],
    ['running', doing('initializing'), '⚪ starting'],
    ['running', doing('unknown'), '⚪ starting'],
    ['running', doing('error'), '🔴 failed'],
    ['starting', doing('idle'), '⚪ starting'],
    ['lost', doing('busy'), '🔴 lost, coming back'],
    ['failed', doing('error'), '🔴 failed'],
    ['stopped', doing('idle'), '⚪ stopped'],
  ])('%s, %o: %s', (lifecycle, state, words) => {
    expect(topicOf(view(state, lifecycle), wordsIn('en'))).toBe(`${words} · session 1 · claude-code · /home/me/shop`);
  });

  it('speaks Japanese behind the same signs', () => {
    expect(topicOf(view(doing('busy')), wordsIn('ja'))).toBe('🔵 作業中 · セッション 1 · claude-code · /home/me/shop');
  });

  it('is never longer than a server takes', () => {
    const long = { ...view(doing('idle')), workDir: `/${'x'.repeat(2000)}` };
    expect(topicOf(long, wordsIn('en'))).toHaveLength(1024);
  });

  it('a session that is not running never counts as waiting', () => {
    expect(conditionOf('lost', doing('waiting', 'permission'))).toBe('lost');
  });
});

describe('ChannelTopics', () => {
  it('shows a state once', async () => {
    const { topics, shown } = await world();
    topics.update(view(doing('idle')));
    await settle();
    topics.update(view(doing('idle')));
    await settle();
    expect(shown()).toEqual(['🟢 idle']);
  });

  it('sends one request at a time, and leaves out what is overtaken', async () => {
    const { transport, topics, shown } = await world();
    const release = transport.hold();
    topics.update(view(doing('idle')));
    topics.update(view(doing('busy')));
    topics.update(view(doing('waiting', 'permission')));
    topics.update(view(doing('busy')));
    release();
    await settle();
    expect(shown()).toEqual(['🟢 idle', '🔵 busy']);
  });

  it('shows after a break what has become of it meanwhile', async () => {
    const { transport, topics, shown } = await world();
    transport.setState({ connection: 'reconnecting' });
    topics.update(view(doing('idle')));
    topics.update(view(doing('busy')));
    await settle();
    expect(shown()).toEqual([]);
    transport.setState({ connection: 'ready' });
    topics.resume();
    await settle();
    expect(shown()).toEqual(['🔵 busy']);
  });

  it('tries again with the next change when the server refused one', async () => {
    const { transport, topics, shown } = await world();
    transport.failNext('chat-unavailable');
    topics.update(view(doing('idle')));
    await settle();
    expect(shown()).toEqual([]);
    topics.update(view(doing('idle')));
    await settle();
    expect(shown()).toEqual(['🟢 idle']);
  });

  it('shows what changed while the server refused what was before', async () => {
    const { transport, topics, shown } = await world();
    transport.failNext('chat-unavailable');
    topics.update(view(doing('busy')));
    topics.update(view(doing('idle')));
    await settle();
    expect(shown()).toEqual(['🟢 idle']);
  });

  it('forgets a channel that has no session any more, also in mid-request', async () => {
    const { transport, topics, shown } = await world();
    const release = transport.hold();
    topics.update(view(doing('idle')));
    topics.update(view(doing('busy')));
    topics.forget(channelOne);
    release();
    await settle();
    topics.resume();
    await settle();
    expect(shown()).toEqual(['🟢 idle']);
  });
});
