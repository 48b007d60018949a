import { BridgeError, describeError } from '../../base/errors.ts';
import { Limiter } from '../../base/limiter.ts';
import type { Log } from '../../base/log.ts';
import { parseChannelId, parseSessionNumber } from '../../model/session.ts';
import type { BusyMode, ChannelId, SessionEntry, SessionNumber, StartWish } from '../../model/session.ts';
import type { SessionMap, Stores } from '../../contracts/stores.ts';
import { ManagedSession } from './managed-session.ts';
import type { ManagedSessionOptions } from './managed-session.ts';
import { forgetLife } from './session-life.ts';

export interface SessionManagerOptions extends Omit<ManagedSessionOptions, 'entry' | 'launches'> {
  readonly map: SessionMap;
  readonly stores: Stores;
  readonly log: Log;
  /** A session was added to the map. */
  readonly onAdded: (entry: SessionEntry) => void;
  /** A session was removed from the map. */
  readonly onRemoved: (entry: SessionEntry) => void;
}

/**
 * Agents that are started at the same time. A real one takes a processor for half a second and has 28 s to come up:
 * hundreds at once would all be too late.
 */
const launchesAtOnce = 16;

/**
 * All sessions: the owner's map and the running ones, kept in step. Numbers are given once and never again (MS-01).
 * Knows nothing about chat servers or how a session lives.
 */
export class SessionManager {
  readonly #options: SessionManagerOptions;
  readonly #sessions = new Map<SessionNumber, ManagedSession>();
  readonly #launches = new Limiter(launchesAtOnce);
  #closing = false;

  constructor(options: SessionManagerOptions) {
    this.#options = options;
  }

  /** The mapped sessions, by number. */
  list(): readonly ManagedSession[] {
    return [...this.#sessions.values()].sort((a, b) => a.entry.number - b.entry.number);
  }

  entries(): readonly SessionEntry[] {
    return this.list().map((session) => session.entry);
  }

  channelOf(session: SessionNumber): ChannelId | undefined {
    return this.#sessions.get(session)?.entry.channel;
  }

  /** @throws BridgeError `session-unknown` naming the value and the known ones. */
  get(number: number): ManagedSession {
    const parsed = parseSessionNumber(number);
    const session = parsed === undefined ? undefined : this.#sessions.get(parsed);
    if (!session) {
      const known = this.list().map((one) => one.entry.number);
      throw new BridgeError('session-unknown', `There is no session ${number}.`, {
        advice: known.length === 0 ? 'Add one: vai add-session <channel id>.' : `Known sessions: ${known.join(', ')}.`,
      });
    }
    return session;
  }

  /**
   * Reads the map and forgets sessions that were taken out of it by hand. Starts nothing.
   * @throws BridgeError as `SessionMap.read`.
   */
  async load(): Promise<void> {
    const { stores, collector, words, log } = this.#options;
    const entries = await this.#options.map.read();
    stores.transaction(() => {
      for (const { number } of entries) stores.records.claimNumber(number);
    });
    for (const entry of entries) {
      this.#sessions.set(entry.number, new ManagedSession({ ...this.#options, launches: this.#launches, entry }));
    }
    for (const { number } of stores.records.list()) {
      if (this.#sessions.has(number)) continue;
      log.info({ session: number }, 'session is not in the map any more');
      collector.agentEnded(number);
      collector.rejectWaiting(number, words.sessionRemoved(number));
      forgetLife(number, stores);
    }
  }

  /** @throws BridgeError `session-unknown` naming the first number of a wish that no session has. */
  demandKnown(wish: StartWish): void {
    if (typeof wish !== 'string') for (const number of wish) this.get(number);
  }

  /**
   * Brings the sessions up: finds all live agents at once, starts the others in turn. Resolves when each is up or has been
   * tried. With `wish` as a list, the others are left as they are: what lives is adopted, what does not stays down from
   * now on.
   *
   * @throws BridgeError as `demandKnown`; nothing is begun then.
   */
  async startAll(wish: StartWish = 'usual'): Promise<void> {
    this.demandKnown(wish);
    const isWanted = (number: SessionNumber): boolean => wish === 'all' || (wish !== 'usual' && wish.includes(number));
    const others = wish === 'usual' ? 'usual' : 'if-alive';
    await Promise.all(this.list().map((session) => session.start(isWanted(session.entry.number) ? 'asked' : others)));
  }

  /**
   * Adds a session to the map and starts it. A session that does not start stays added: its channel and `vai status`
   * say why.
   *
   * @throws BridgeError `channel-invalid`, `channel-taken`, `work-dir-invalid`, `bridge-stopping`, or as `SessionMap.update`; nothing is changed then.
   */
  async add(request: Omit<SessionEntry, 'number' | 'channel'> & { readonly channel: string }): Promise<ManagedSession> {
    const { map, stores, workspace } = this.#options;
    this.demandOpen();
    const channel = parseChannelId(request.channel);
    if (channel === undefined) {
      throw new BridgeError('channel-invalid', `"${request.channel}" is not a channel id.`, {
        advice: 'A Discord channel id has 15 to 20 digits: right-click the channel, "Copy Channel ID".',
      });
    }
    if (request.workDir?.startsWith('/') === false) {
      throw new BridgeError('work-dir-invalid', `"${request.workDir}" is not an absolute path.`, {
        advice: 'Give the whole path of the working directory.',
      });
    }
    if (request.agent !== undefined) this.#options.driver(request.agent);
    const { channel: _, ...settings } = request;
    let added: SessionEntry | undefined;
    await map.update((entries) => {
      // It may have waited for whoever holds the map.
      this.demandOpen();
      const taken = entries.find((entry) => entry.channel === channel);
      if (taken) {
        throw new BridgeError('channel-taken', `Channel ${channel} belongs to session ${taken.number} already.`, {
          advice: `Use session ${taken.number}, or remove it first: vai remove-session ${taken.number}.`,
        });
      }
      // Directories tell also of numbers that another map or a predecessor gave.
      const given = [
        stores.records.highestNumber(),
        workspace.highestNumber(),
        ...entries.map((entry) => entry.number),
      ];
      const number = Math.max(...given) + 1;
      const parsed = parseSessionNumber(number);
      if (parsed === undefined)
        throw new BridgeError('session-numbers-spent', `Session number ${number} is too large.`);
      added = { number: parsed, channel, ...settings };
      workspace.prepare(added);
      stores.records.claimNumber(parsed);
      return [...entries, added];
    });
    if (!added) throw new Error('the session map was not changed');
    const session = new ManagedSession({ ...this.#options, launches: this.#launches, entry: added });
    this.#sessions.set(added.number, session);
    this.#options.onAdded(added);
    // The end may have begun while the map was written; the next start brings it up.
    if (!this.#closing) await session.start();
    return session;
  }

  /** Removes a session from the map and ends its agent. Its files stay. @throws BridgeError `session-unknown`. */
  async remove(number: number): Promise<void> {
    const session = this.get(number);
    await this.#options.map.update((entries) => entries.filter((entry) => entry.number !== session.entry.number));
    this.#sessions.delete(session.entry.number);
    try {
      await session.stop();
    } finally {
      const { stores, collector, words } = this.#options;
      collector.rejectWaiting(session.entry.number, words.sessionRemoved(session.entry.number));
      forgetLife(session.entry.number, stores);
      this.#options.onRemoved(session.entry);
    }
  }

  /**
   * Configures what a session does with messages while its agent is busy. It counts at once.
   * @throws BridgeError `session-unknown`, or as `SessionMap.update`.
   */
  async setBusyMode(number: number, mode: BusyMode): Promise<void> {
    const session = this.get(number);
    await this.#options.map.update((entries) =>
      entries.map((entry) => (entry.number === session.entry.number ? withMode(entry, mode) : entry)),
    );
    session.configure(withMode(session.entry, mode));
  }

  /** Ends every agent so that it can be resumed. One that cannot be ended does not keep the others. */
  stopAll(): Promise<void> {
    return this.#endAll('a session could not be stopped', async (session) => {
      await session.stop();
    });
  }

  /** Stops listening; the agents go on (I6). */
  detachAll(): Promise<void> {
    return this.#endAll('a session could not be left', (session) => session.detach());
  }

  async #endAll(failed: string, end: (session: ManagedSession) => Promise<void>): Promise<void> {
    this.#closing = true;
    await Promise.all(
      this.list().map(async (session) => {
        try {
          await end(session);
        } catch (error) {
          this.#options.log.error({ session: session.entry.number, error: describeError(error) }, failed);
        }
      }),
    );
  }

  /** What came up during the stop would be left without a keeper. @throws BridgeError `bridge-stopping`. */
  demandOpen(): void {
    if (!this.#closing) return;
    throw new BridgeError('bridge-stopping', 'The bridge is stopping.', { advice: 'Start it again: vai.' });
  }
}

/** The default is not written down. */
function withMode({ whileBusy: _, ...entry }: SessionEntry, mode: BusyMode): SessionEntry {
  return mode === 'queue' ? entry : { ...entry, whileBusy: mode };
}
