import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { BridgeStatus, SessionStatus } from '../../contracts/bridge-api.ts';
import type { Metrics, SessionSample } from '../../contracts/metrics.ts';
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
  readonly #memory = this.#gauge('session_memory_bytes', 'Memory of its processes.', 'session');
  readonly #processes = this.#gauge('session_processes', 'Processes, those among them that left the agent.', 'session');
  readonly #cpu = this.#gauge(
    'session_cpu_ratio',
    'Processor time since the look before; 1 is one processor.',
    'session',
  );
  readonly #disk = this.#gauge('session_attachments_bytes', 'Files that people sent it.', 'session');
  readonly #throttled = this.#gauge('session_throttled', '1 when its messages wait because of a limit.', 'session');
  readonly #response = this.#gauge(
    'session_response_seconds',
    'From when a message was stored to the end of its turn, of the turns that ended lately.',
    ...['session', 'stat'],
  );
  readonly #alerts = this.#gauge(
    'alert',
    '1 for each threshold that is crossed; of the machine without a session.',
    ...['kind', 'session'],
  );
  readonly #machineMemory = this.#gauge('machine_memory_bytes', 'Memory of the machine.', 'kind');
  readonly #machineDisk = this.#gauge('machine_disk_bytes', 'The file system of the installation.', 'kind');
  readonly #machineCpu = this.#gauge('machine_cpu_ratio', 'Use of all processors; 1 is all of them.');
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

  /**
   * The page as Prometheus reads it.
   *
   * @param metrics undefined when they could not be measured: then the page says nothing about them.
   */
  page(status: BridgeStatus, metrics: Metrics | undefined): Promise<string> {
    this.#takeStatus(status);
    this.#takeMetrics(metrics);
    return this.#registry.metrics();
  }

  #takeStatus(status: BridgeStatus): void {
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
  }

  #takeMetrics(metrics: Metrics | undefined): void {
    const ofSessions = [this.#memory, this.#processes, this.#cpu, this.#disk, this.#throttled, this.#response];
    const ofMachine = [this.#machineMemory, this.#machineDisk, this.#machineCpu];
    for (const gauge of [...ofSessions, ...ofMachine, this.#alerts]) gauge.reset();
    if (metrics === undefined) {
      // A gauge without labels would say 0.
      this.#machineCpu.set(Number.NaN);
      return;
    }
    const { latest, alerts } = metrics;
    for (const sample of latest.sessions) this.#takeSample(sample);
    for (const { kind, session } of alerts) this.#alerts.set({ kind, session: session ?? '' }, 1);
    const { totalMemory, usedMemory, totalDisk, usedDisk, cpu } = latest.system;
    this.#machineMemory.set({ kind: 'total' }, totalMemory);
    this.#machineMemory.set({ kind: 'used' }, usedMemory);
    this.#machineDisk.set({ kind: 'total' }, totalDisk);
    this.#machineDisk.set({ kind: 'used' }, usedDisk);
    this.#machineCpu.set(cpu / 100);
  }

  #takeSample({ number: session, memory, processes, cpu, disk, throttled, response }: SessionSample): void {
    this.#memory.set({ session }, memory);
    this.#processes.set({ session }, processes);
    this.#cpu.set({ session }, cpu / 100);
    this.#disk.set({ session }, disk);
    this.#throttled.set({ session }, throttled === undefined ? 0 : 1);
    if (response === undefined) return;
    this.#response.set({ session, stat: 'mean' }, response.mean / 1000);
    this.#response.set({ session, stat: 'p95' }, response.p95 / 1000);
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
