import type { Cancel, Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { canAcceptMessage } from '../model/agent.ts';
import type { InboxMessage } from '../model/message.ts';
import type { SessionNumber } from '../model/session.ts';
import type { RunningAgent } from '../contracts/agent.ts';
import type { Stores } from '../contracts/stores.ts';
import type { ReplyCollector } from './reply-collector.ts';
import type { Words } from './words.ts';

/** A message that certainly did not arrive although the agent was ready is tried this often. */
const maxTries = 3;

/** How long after such a failure the next try waits, in milliseconds. */
const retryDelayMs = 1_000;

export interface ConversationOptions {
  readonly session: SessionNumber;
  readonly stores: Stores;
  readonly collector: ReplyCollector;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** The session's live agent, if there is one. */
  readonly agent: () => RunningAgent | undefined;
}

/**
 * One session's messages, one at a time (I2): takes the oldest from the inbox when the agent is idle, hands it over,
 * and settles it with what became of it (I3). Knows nothing about terminals, or how agents confirm.
 */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #stop = new AbortController();
  #working: Promise<void> | undefined;
  #again = false;
  #retry: Cancel | undefined;
  readonly #tries = new Map<string, number>();

  constructor(options: ConversationOptions) {
    this.#options = options;
  }

  /** There may be something to do: a new message, an idle agent. Returns at once. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    if (this.#working) {
      this.#again = true;
      return;
    }
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      if (this.#again) {
        this.#again = false;
        this.wake();
      }
    });
  }

  /** Whether it was closed; then another one is needed. */
  get closed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Ends a delivery in flight as well as it can and stops. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#retry?.();
    await this.#working;
  }

  async #work(): Promise<void> {
    const { session, log } = this.#options;
    try {
      do this.#again = false;
      while (await this.#step());
    } catch (error) {
      log.error({ session, error: describeError(error) }, 'a conversation step failed');
      this.#retryLater();
    }
  }

  /** Takes the next message one step further. Returns whether to go on at once. */
  async #step(): Promise<boolean> {
    const { session, stores } = this.#options;
    const agent = this.#options.agent();
    if (this.#stop.signal.aborted || this.#retry || !agent || !canAcceptMessage(agent.state)) return false;
    const message = stores.inbox.next(session);
    if (!message) return false;
    return message.state === 'uncertain' ? this.#lookUp(agent, message) : this.#deliver(agent, message);
  }

  /** I4: what we do not know we look up before anything is sent again. Returns whether to go on at once. */
  async #lookUp(agent: RunningAgent, message: InboxMessage): Promise<boolean> {
    const { stores, collector, clock, words, log, session } = this.#options;
    const turn = stores.turns.byMessage(message.id)?.turn;
    const found =
      turn === undefined ? await agent.wasDelivered(message.id, message.text) : ({ delivered: 'yes', turn } as const);
    if (this.#isSettled(message.id)) return true;
    switch (found.delivered) {
      case 'yes':
        log.info({ session, message: message.id }, 'uncertain message found at the agent');
        collector.acknowledge(message.id, found.turn);
        return true;
      case 'no':
        // An agent that never confirms and never has it must not be typed at for ever.
        if (this.#countTry(message.id) >= maxTries) {
          this.#giveUp(message.id, 'the agent did not confirm it.');
          return true;
        }
        log.info({ session, message: message.id }, 'uncertain message was not delivered, sending it again');
        stores.inbox.move(message.id, 'queued', clock.now());
        return true;
      case 'unknown':
        collector.reject(message.id, words.deliveryUnsure());
        return true;
    }
  }

  async #deliver(agent: RunningAgent, message: InboxMessage): Promise<boolean> {
    const { stores, collector, clock, session, log } = this.#options;
    stores.inbox.move(message.id, 'sending', clock.now());
    try {
      const { turn, by, afterMs } = await agent.deliver(
        { message: message.id, text: message.text, source: message.source, authorName: message.authorName },
        this.#stop.signal,
      );
      log.info({ session, message: message.id, by, afterMs: Math.round(afterMs) }, 'message confirmed by the agent');
      collector.acknowledge(message.id, turn);
      this.#tries.delete(message.id);
      return true;
    } catch (error) {
      return this.#deliveryFailed(agent, message, error);
    }
  }

  #deliveryFailed(agent: RunningAgent, message: InboxMessage, error: unknown): boolean {
    const { stores, clock, session, log } = this.#options;
    if (this.#isSettled(message.id)) return true; // The confirmation came while the error was on its way.
    const happened = error instanceof BridgeError ? error.happened : 'unknown';
    log.warn({ session, message: message.id, happened, error: describeError(error) }, 'message not delivered');
    if (happened === 'unknown') {
      stores.inbox.move(message.id, 'uncertain', clock.now(), { reason: describeError(error) });
      this.#retryLater();
      return false;
    }
    // An agent that was not ready is no fault of the message: it waits for the agent's next state.
    const wasReady = this.#options.agent() === agent && canAcceptMessage(agent.state) && !this.#stop.signal.aborted;
    if (wasReady && this.#countTry(message.id) >= maxTries) {
      this.#giveUp(message.id, describeError(error));
      return true;
    }
    stores.inbox.move(message.id, 'queued', clock.now(), { reason: describeError(error) });
    this.#retryLater();
    return false;
  }

  #countTry(id: string): number {
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    return tries;
  }

  #giveUp(id: string, reason: string): void {
    const { collector, words } = this.#options;
    this.#tries.delete(id);
    collector.reject(id, words.deliveryFailed(reason));
  }

  #isSettled(id: string): boolean {
    const state = this.#options.stores.inbox.get(id)?.state;
    return state !== 'queued' && state !== 'sending' && state !== 'uncertain';
  }

  #retryLater(): void {
    this.#retry?.();
    if (this.#stop.signal.aborted) return;
    this.#retry = this.#options.clock.after(retryDelayMs, () => {
      this.#retry = undefined;
      this.wake();
    });
  }
}
