import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { AgentLook } from '../../contracts/agent.ts';
import type { Gauges, TreeUsage } from '../../contracts/gauges.ts';
import type { Stores } from '../../contracts/stores.ts';
import type { ManagedSession } from '../session/managed-session.ts';
import type { Evidence } from './evidence.ts';
import { SessionWatch } from './session-watch.ts';

/** What is asked of a session that is watched. */
export type Watched = Pick<
  ManagedSession,
  'entry' | 'record' | 'agent' | 'state' | 'isUnderway' | 'heard' | 'inVain' | 'interrupt' | 'restart' | 'recover'
>;

export interface LooksOptions {
  readonly gauges: Pick<Gauges, 'trees'>;
  readonly stores: Pick<Stores, 'inbox'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Between two looks at all sessions, in milliseconds. */
  readonly intervalMs: number;
  /** How long an agent that should work may show nothing, in milliseconds. */
  readonly patienceMs: number;
}

/** What one look at a session gave. */
export interface Seen {
  readonly evidence: Evidence;
  /** What its terminal shows; '' when nobody could look. */
  readonly screen: string;
}

/** Longer gaps than so many intervals are none in which somebody looked. */
const longestGap = 1.5;

/**
 * Looks at sessions: at their terminals, and at what their processes take. Owns what is remembered of each. Changes nothing,
 * and knows nothing about what follows.
 */
export class Looks {
  readonly #options: LooksOptions;
  readonly #watches = new Map<SessionNumber, SessionWatch>();

  constructor(options: LooksOptions) {
    this.#options = options;
  }

  /** What is remembered of a session. */
  watch({ entry }: Pick<Watched, 'entry'>): SessionWatch {
    const { clock, intervalMs, patienceMs } = this.#options;
    const known = this.#watches.get(entry.number);
    if (known) return known;
    const watch = new SessionWatch({ clock, patienceMs, mostMs: intervalMs * longestGap });
    this.#watches.set(entry.number, watch);
    return watch;
  }

  /** Forgets those that are not there any more. */
  keepOnly(sessions: readonly Pick<Watched, 'entry'>[]): void {
    const known = new Set(sessions.map(({ entry }) => entry.number));
    for (const number of this.#watches.keys()) if (!known.has(number)) this.#watches.delete(number);
  }

  /** What the processes of these sessions take, in one look at the machine; none of them when it cannot be measured. */
  async measure(sessions: readonly Pick<Watched, 'agent'>[]): Promise<ReadonlyMap<number, TreeUsage>> {
    const roots = sessions.flatMap(({ agent }) => agent?.pid ?? []);
    try {
      return roots.length === 0 ? new Map() : await this.#options.gauges.trees(roots);
    } catch (error) {
      this.#options.log.warn({ error: describeError(error) }, 'the processes of agents could not be measured');
      return new Map();
    }
  }

  /** @param usages of all sessions; measured for this one when they are not given. */
  async look(session: Watched, usages?: ReadonlyMap<number, TreeUsage>): Promise<Seen> {
    const measured = usages ?? (await this.measure([session]));
    const look = await this.#lookAt(session);
    // As it is after the look: that may have told of a death.
    const { entry, record, agent, state, isUnderway, heard, inVain } = session;
    const evidence = this.watch(session).observe({
      lifecycle: record.lifecycle,
      generation: record.generation,
      hasAgent: agent !== undefined,
      waiting: this.#options.stores.inbox.countUnsettled(entry.number),
      usage: agent?.pid === undefined ? undefined : measured.get(agent.pid),
      ...{ state, isUnderway, heard, inVain, look },
    });
    return { evidence, screen: look?.screen ?? '' };
  }

  async #lookAt({ entry, agent }: Watched): Promise<AgentLook | undefined> {
    try {
      return await agent?.look();
    } catch (error) {
      const { log } = this.#options;
      log.warn({ session: entry.number, error: describeError(error) }, 'an agent could not be looked at');
      return undefined;
    }
  }
}
