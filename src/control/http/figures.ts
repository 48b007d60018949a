import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { BridgeStatus, SessionStatus } from '../../contracts/bridge-api.ts';
import type { Tally } from '../../contracts/tally.ts';

type Settled = Parameters<Tally['messageSettled']>[0];
type Posted = Parameters<Tally['postSettled']>[0];

/** What a session is, in one word: what its agent does, and where that does not run its lifecycle. */
const sessionStates = [
  ...['starting', 'lost', 'failed', 'stopped'],
  ...['unknown', 'initializing', 'idle', 'busy', 'waiting', 'error'],
] as const;

const chatStates = ['connecting', 'ready', 'reconnecting', 'failed'] as const;

/** Bounds in seconds: of what goes at once, and of what waits for a turn of an agent. */
const deliveryBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];
const postBuckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * Owns what the page for Prometheus shows, in a registry of its own: what is counted as it happens, and what is read off
 * the bridge when the page is asked for. Knows nothing about the port that serves it.
 */
export class Figures implements Tally {
  readonly #registry = new Registry();
  readonly #info = this.#gauge('info', 'The version that runs; always 1.', 'version');
  readonly #sessions = this.#gauge('sessions', 'Sessions by what they are.', 'state');
  readonly #chat = this.#gauge('chat_connection', '1 for the state that the chat connection is in.', 'state');
  readonly #outboxPending = this.#gauge('outbox_pending', 'What waits to be put into channels.');
  readonly #outboxParked = this.#gauge('outbox_parked_channels', 'Channels that refuse the bot.');
  readonly #queued = this.#gauge('session_queued_messages', 'Messages on their way to the agent.', 'session');
  readonly #starts = this.#counter('session_agent_starts', 'Agents that were started, over restarts.', 'session');
  readonly #messages = this.#counter('messages', 'Messages by what became of them.', 'session', 'outcome');
  readonly #posts = this.#counter(
    'posts',
    'What was to be put into channels, by what became of it.',
    'kind',
    'outcome',
  );
  readonly #deliveries = new Histogram({
    name: 'bridge_message_delivery_seconds',
    help: 'From when a message was stored until the agent had it.',
    buckets: deliveryBuckets,
    registers: [this.#registry],
  });
  readonly #postings = new Histogram({
    name: 'bridge_post_seconds',
    help: 'From when something was put into the outbox until it was out.',
    labelNames: ['kind'],
    buckets: postBuckets,
    registers: [this.#registry],
  });
  /** The outcomes counted of each session, for when it is removed. */
  readonly #counted = new Map<number, Set<Settled['outcome']>>();

  /** With what is known of any process of Node: memory, processor, descriptors, the lag of the event loop. */
  static create(): Figures {
    const figures = new Figures();
    collectDefaultMetrics({ register: figures.#registry });
    return figures;
  }

  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;

  messageSettled({ session, outcome, afterMs }: Settled): void {
    this.#messages.inc({ session, outcome });
    const outcomes = this.#counted.get(session) ?? new Set();
    this.#counted.set(session, outcomes.add(outcome));
    if (outcome === 'acknowledged') this.#deliveries.observe(afterMs / 1000);
  }

  postSettled({ kind, outcome, afterMs }: Posted): void {
    this.#posts.inc({ kind, outcome });
    if (outcome === 'posted') this.#postings.observe({ kind }, afterMs / 1000);
  }

  /** The page as Prometheus reads it. */
  page(status: BridgeStatus): Promise<string> {
    this.#info.reset();
    this.#info.set({ version: status.version }, 1);
    for (const state of chatStates) this.#chat.set({ state }, status.chat.state === state ? 1 : 0);
    this.#outboxPending.set(status.outbox.pending);
    this.#outboxParked.set(status.outbox.parked);
    for (const state of sessionStates) this.#sessions.set({ state }, 0);
    this.#queued.reset();
    this.#starts.reset();
    for (const session of status.sessions) {
      this.#sessions.inc({ state: stateOf(session) });
      this.#queued.set({ session: session.number }, session.queued);
      this.#starts.inc({ session: session.number }, session.generation);
    }
    this.#forgetRemoved(new Set(status.sessions.map(({ number }) => number)));
    return this.#registry.metrics();
  }

  /** What is counted of a session goes with it (I11). */
  #forgetRemoved(known: ReadonlySet<number>): void {
    for (const [session, outcomes] of this.#counted) {
      if (known.has(session)) continue;
      for (const outcome of outcomes) this.#messages.remove({ session, outcome });
      this.#counted.delete(session);
    }
  }

  #gauge(name: string, help: string, ...labelNames: readonly string[]): Gauge {
    return new Gauge({ name: `bridge_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  #counter(name: string, help: string, ...labelNames: readonly string[]): Counter {
    const whole = `bridge_${name}_total`;
    return new Counter({ name: whole, help, labelNames: [...labelNames], registers: [this.#registry] });
  }
}

function stateOf({ lifecycle, state }: SessionStatus): (typeof sessionStates)[number] {
  return lifecycle === 'running' ? state : lifecycle;
}
