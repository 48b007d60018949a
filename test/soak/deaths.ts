import { z } from 'zod';

import { restartDelaysMs } from '../../src/bridge/session/recovery-policy.ts';

const health = z.object({ problems: z.array(z.object({ code: z.string(), session: z.int().optional() })) });

/**
 * The agents that the load killed. Owns how many of each session since somebody recovered it, and knows from that which
 * sessions the bridge may give up. Knows nothing about how it is asked.
 */
export class Deaths {
  readonly #killed = new Map<number, number>();

  /** The load killed the agent of a session. */
  killed(session: number): void {
    this.#killed.set(session, (this.#killed.get(session) ?? 0) + 1);
  }

  /** Somebody is about to recover a session: from now on it has all its restarts again. */
  recovered(session: number): void {
    this.#killed.delete(session);
  }

  /**
   * Whether everything that keeps the bridge from being well is that sessions were given up that died more often than they
   * are restarted. Their ends in a long time count too: it may give up later than this, never earlier.
   *
   * @param page what `/health` answered with 503. @throws SyntaxError, ZodError when it is nothing that it answers.
   */
  explain(page: string): boolean {
    const { problems } = health.parse(JSON.parse(page));
    if (problems.length === 0) return false;
    return problems.every(({ code, session }) => {
      if (code !== 'session-failed' || session === undefined) return false;
      return (this.#killed.get(session) ?? 0) > restartDelaysMs.length;
    });
  }
}
