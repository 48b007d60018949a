import { BridgeError, describeError } from '../../base/errors.ts';
import { isAlive } from '../../model/session.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { SessionStart, SessionStop } from '../../contracts/bridge-api.ts';
import type { Recovery } from '../../contracts/recovery.ts';
import type { AutoRecovery } from '../recovery/auto-recovery.ts';
import type { ManagedSession } from '../session/managed-session.ts';
import type { SessionManager } from '../session/session-manager.ts';

export interface LifecycleDeskOptions {
  readonly sessions: Pick<SessionManager, 'list' | 'get' | 'demandOpen'>;
  readonly recovery: Pick<AutoRecovery, 'recover'>;
}

/**
 * Starts, stops and restarts single sessions for people. One that fails keeps none of the others back. Knows nothing
 * about how a session lives.
 */
export class LifecycleDesk {
  readonly #options: LifecycleDeskOptions;

  constructor(options: LifecycleDeskOptions) {
    this.#options = options;
  }

  /**
   * Brings sessions up that are not, also what stays down.
   *
   * @param numbers all sessions when it is undefined.
   * @throws BridgeError `session-unknown`, `bridge-stopping`; nothing is begun then.
   */
  async start(numbers?: readonly number[]): Promise<readonly SessionStart[]> {
    this.#options.sessions.demandOpen();
    return Promise.all(
      this.#find(numbers).map(async (session): Promise<SessionStart> => {
        const { number } = session.entry;
        try {
          return { session: number, outcome: (await session.recover()) === 'running' ? 'was-running' : 'started' };
        } catch (error) {
          return { session: number, outcome: 'failed', problem: describeError(error) };
        }
      }),
    );
  }

  /**
   * Ends the agents of sessions, which stay down from then on.
   *
   * @throws BridgeError `session-unknown`, `bridge-stopping`; nothing is begun then.
   */
  async stop(numbers: readonly number[]): Promise<readonly SessionStop[]> {
    this.#options.sessions.demandOpen();
    return Promise.all(
      this.#find(numbers).map(async (session): Promise<SessionStop> => {
        const { number } = session.entry;
        try {
          return { session: number, outcome: await session.stop({ stays: true }) };
        } catch (error) {
          return { session: number, outcome: 'failed', problem: describeError(error) };
        }
      }),
    );
  }

  /**
   * Ends an agent and brings it up again; a session that does not run is brought up.
   *
   * @throws BridgeError `session-unknown`, `bridge-stopping`, `recover-failed`, and as `ManagedSession.restart`.
   */
  async restart(number: number, options: { readonly whenIdle: boolean }): Promise<void> {
    const { sessions } = this.#options;
    sessions.demandOpen();
    const session = sessions.get(number);
    if (isAlive(session.record.lifecycle)) await session.restart(options);
    // With a full budget of attempts: a person asks for it.
    else await session.recover();
  }

  /**
   * Brings back a session that does not run, and sets one going that is stuck. Does nothing to a healthy one.
   *
   * @throws BridgeError `session-unknown`, `bridge-stopping`, `recover-failed`.
   */
  async recover(number: number): Promise<Recovery> {
    const { sessions, recovery } = this.#options;
    sessions.demandOpen();
    return recovery.recover(sessions.get(number));
  }

  /** @throws BridgeError `agent-busy` naming the sessions whose turns would be cut. */
  demandRest(): void {
    const busy = this.#options.sessions.list().filter((session) => !session.isAtRest);
    if (busy.length === 0) return;
    const numbers = busy.map(({ entry }) => entry.number).join(', ');
    throw new BridgeError('agent-busy', `The agent of session ${numbers} works.`, {
      advice: 'Try again when it is idle, or without --when-idle.',
    });
  }

  /** Each once, in the order of their numbers. */
  #find(numbers?: readonly number[]): readonly ManagedSession[] {
    const { sessions } = this.#options;
    if (numbers === undefined) return sessions.list();
    const found = new Map<SessionNumber, ManagedSession>();
    for (const number of numbers) {
      const session = sessions.get(number);
      found.set(session.entry.number, session);
    }
    return [...found.values()].sort((a, b) => a.entry.number - b.entry.number);
  }
}
