import type { SessionEntry, SessionNumber, SessionRecord } from '../../model/session.ts';
import type { AgentDriver } from '../../contracts/agent.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { ReplyCollector } from '../replies/reply-collector.ts';
import { possibleMode } from './next-step.ts';
import type { Words } from '../words.ts';

export interface SessionVoiceOptions {
  readonly stores: Pick<Stores, 'inbox'>;
  readonly collector: Pick<ReplyCollector, 'announce' | 'say'>;
  readonly words: Words;
}

/** Why only a person brings a session back. */
export type Down =
  { readonly kind: 'asked' | 'ended-at-terminal' } | { readonly kind: 'given-up'; readonly reason: string };

/**
 * What one session's life is told to people in its channel, each thing once. Knows nothing about how it comes to pass;
 * is given the record as it stands.
 */
export class SessionVoice {
  readonly #options: SessionVoiceOptions;

  constructor(options: SessionVoiceOptions) {
    this.#options = options;
  }

  /** It died unasked, and is restarted after a pause in milliseconds. */
  lost({ number, generation }: SessionRecord, exitCode: number | undefined, delayMs: number): void {
    const { collector, words } = this.#options;
    collector.announce(number, `lost:${number}:${generation}`, words.sessionLost(exitCode, delayMs));
  }

  /** It runs again. */
  back({ number, generation }: SessionRecord): void {
    const { collector, words } = this.#options;
    collector.announce(number, `back:${number}:${generation}`, words.sessionRestarted(number));
  }

  /** Only a person brings it back, and its messages wait. */
  down(record: SessionRecord, { channel }: SessionEntry, why: Down): void {
    const { number } = record;
    const { collector, words } = this.#options;
    collector.announce(number, endKey(record, channel), downWords(number, why, words));
    this.waiting(record, why.kind);
  }

  /** Tells the channels whose messages wait for a session that does not run how to go on. */
  waiting(record: SessionRecord, why: Down['kind']): void {
    const { number } = record;
    const { stores, collector, words } = this.#options;
    const text = why === 'asked' ? words.lifecycle.messagesWaitForStart(number) : words.messagesWait(number);
    const waiting = stores.inbox.unsettled(number).filter(({ state }) => state !== 'held');
    for (const channel of new Set(waiting.map((message) => message.channel))) {
      collector.say(endKey(record, channel), channel, text);
    }
  }

  /** A mode that its agent cannot do: its messages wait. */
  busyMode({ number, whileBusy = 'queue' }: SessionEntry, { name, capabilities }: AgentDriver): void {
    if (possibleMode(whileBusy, capabilities) === whileBusy) return;
    const { collector, words } = this.#options;
    collector.announce(number, `busy-mode:${number}:${whileBusy}:${name}`, words.busyModeImpossible(whileBusy, name));
  }
}

function downWords(number: SessionNumber, why: Down, words: Words): string {
  switch (why.kind) {
    case 'asked':
      return words.lifecycle.sessionStopped(number);
    case 'ended-at-terminal':
      return words.sessionEnded(number);
    case 'given-up':
      return words.sessionGivenUp(number, why.reason);
  }
}

/** The key under which a channel is told that a session does not run: once for each time that it ended. */
function endKey({ number, generation, since }: SessionRecord, channel: SessionEntry['channel']): string {
  return `ended:${number}:${generation}:${since}:${channel}`;
}
