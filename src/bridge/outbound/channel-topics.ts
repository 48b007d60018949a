import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { AgentState } from '../../model/agent.ts';
import type { ChannelId, Lifecycle, SessionNumber } from '../../model/session.ts';
import type { Condition, Words } from '../words.ts';

/** What a topic tells about a session. */
export interface SessionView {
  readonly number: SessionNumber;
  readonly channel: ChannelId;
  readonly lifecycle: Lifecycle;
  readonly state: Pick<AgentState, 'activity' | 'waitingFor'>;
  readonly agent: string;
  /** As people write it. */
  readonly workDir: string;
}

/** The first character of a topic: readable in every language, by people and by the chat page. */
const signs: Readonly<Record<Condition, string>> = {
  idle: '🟢',
  busy: '🔵',
  permission: '🟡',
  question: '🟡',
  plan: '🟡',
  form: '🟡',
  trust: '🟡',
  login: '🟡',
  lost: '🔴',
  failed: '🔴',
  starting: '⚪',
  stopped: '⚪',
};

/** Discord's limit, in UTF-16 units. Source: https://discord.com/developers/docs/resources/channel */
const topicLimit = 1024;

interface ChannelTopic {
  wanted: string;
  shown: string | undefined;
  isSending: boolean;
}

/**
 * Shows each session's state as the topic of its channel: the newest state counts, one request per channel at a time.
 * Only for servers that take topics freely: Discord allows two changes in ten minutes.
 * Knows nothing about how sessions live.
 */
export class ChannelTopics {
  readonly #transport: ChatTransport;
  readonly #words: Words;
  readonly #log: Log;
  readonly #topics = new Map<ChannelId, ChannelTopic>();

  constructor(options: { readonly transport: ChatTransport; readonly words: Words; readonly log: Log }) {
    this.#transport = options.transport;
    this.#words = options.words;
    this.#log = options.log;
  }

  /** The session may have changed. */
  update(session: SessionView): void {
    const topic = this.#topics.get(session.channel) ?? { wanted: '', shown: undefined, isSending: false };
    topic.wanted = topicOf(session, this.#words);
    this.#topics.set(session.channel, topic);
    this.#show(session.channel, topic);
  }

  /** The channel has no session any more. */
  forget(channel: ChannelId): void {
    this.#topics.delete(channel);
  }

  /** The connection is back: what could not be shown is shown now. */
  resume(): void {
    for (const [channel, topic] of this.#topics) this.#show(channel, topic);
  }

  #show(channel: ChannelId, topic: ChannelTopic): void {
    if (topic.isSending || topic.shown === topic.wanted || this.#transport.state.connection !== 'ready') return;
    const sent = topic.wanted;
    topic.isSending = true;
    const goOn = (): void => {
      topic.isSending = false;
      // What changed meanwhile; the same again would be refused again, until the next change or the next connection.
      if (topic.wanted !== sent && this.#topics.get(channel) === topic) this.#show(channel, topic);
    };
    this.#transport.setTopic(channel, sent).then(
      () => {
        topic.shown = sent;
        goOn();
      },
      (error: unknown) => {
        topic.shown = undefined;
        this.#log.debug({ channel, error: describeError(error) }, 'a topic could not be set');
        goOn();
      },
    );
  }
}

/** E.g. `🔵 busy · session 1 · claude-code · /home/me/shop`. Pure. */
export function topicOf(session: SessionView, words: Words): string {
  const condition = conditionOf(session.lifecycle, session.state);
  const { number, agent, workDir } = session;
  const parts = [`${signs[condition]} ${words.condition(condition)}`, words.session(number), agent, workDir];
  return parts.join(' · ').slice(0, topicLimit).toWellFormed();
}

/** One word for both axes: how a session lives comes before what its agent does. Pure. */
export function conditionOf(lifecycle: Lifecycle, state: SessionView['state']): Condition {
  if (lifecycle !== 'running') return lifecycle;
  switch (state.activity) {
    case 'unknown':
    case 'initializing':
      return 'starting';
    case 'error':
      return 'failed';
    case 'waiting':
      return state.waitingFor ?? 'permission';
    case 'idle':
    case 'busy':
      return state.activity;
  }
}
