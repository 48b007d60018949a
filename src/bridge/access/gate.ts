import { isoTime } from '../../base/clock.ts';
import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { lacksRoles, may } from '../../model/access.ts';
import type { AccessPolicy, Action, Actor, Decision } from '../../model/access.ts';
import type { Author } from '../../model/message.ts';
import type { ChannelId, SessionNumber } from '../../model/session.ts';
import type { Audit, Surface } from '../../contracts/audit.ts';
import { RefusalCounts } from './refusal-counts.ts';

export interface GateOptions {
  /** Who was let in, at this moment. */
  readonly policy: () => AccessPolicy;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly log: Log;
}

/** How somebody came to ask. */
export interface Via {
  readonly surface: Surface;
  readonly channel?: ChannelId;
  /** What it is about: the id of a message, a request, a person. */
  readonly about?: string;
}

/** What changes and decides nothing is not kept. */
const onlyLooks: readonly Action[] = ['read', 'read-texts'];

/**
 * The one place where the access question is asked (I9), by every surface, and where what was decided is kept. Owns the
 * counts of refusals that are not kept one by one. Knows nothing about what is done then.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #refusals: RefusalCounts;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#refusals = new RefusalCounts(options);
  }

  /**
   * Whether somebody may do something now, for the audit as well.
   *
   * @param who an author of the chat, or who asks over the control socket.
   * @param session what it is about, never what its channel is mapped to meanwhile: of a request its own session.
   */
  decide(who: Actor, action: Action, session: SessionNumber | undefined, via: Via): Decision {
    const decision = this.consider(who, action, session);
    this.record(who, action, session, via, decision);
    return decision;
  }

  /** As `decide`. @throws BridgeError `forbidden`. */
  demand(who: Actor, action: Action, session: SessionNumber | undefined, via: Via): void {
    const decision = this.decide(who, action, session, via);
    if (decision.allowed) return;
    throw new BridgeError('forbidden', `Not allowed: ${decision.reason}.`, {
      advice: 'Ask the owner of the bridge, or run it from a shell outside the session.',
    });
  }

  /** The question alone, for what is shown or not, and for what is kept with `record` once it is stored. */
  consider(who: Actor, action: Action, session: SessionNumber | undefined): Decision {
    return may(who, action, session, this.#options.policy());
  }

  /** Keeps what was decided. */
  record(who: Actor, action: Action, session: SessionNumber | undefined, via: Via, decision: Decision): void {
    const asked = {
      at: isoTime(this.#options.clock.now()),
      who: nameOf(who),
      ...via,
      action,
      ...(session === undefined ? {} : { session }),
    };
    if (decision.allowed) {
      if (!onlyLooks.includes(action)) this.#options.audit.note({ ...asked, outcome: 'allowed' });
      return;
    }
    const { reason } = decision;
    this.#options.log.warn({ ...via, action, session, by: asked.who, reason }, 'request refused');
    this.#refusals.add({ ...asked, outcome: 'refused', reason });
  }

  /** Whether an author's roles must be looked up before anything about them can be decided. */
  needsRolesOf(author: Author): boolean {
    return lacksRoles(author, this.#options.policy());
  }

  /** Keeps what was only counted so far. */
  close(): void {
    this.#refusals.close();
  }
}

/** Who, for people who read the audit. */
function nameOf(who: Actor): string {
  switch (who.kind) {
    case 'local':
      return 'local';
    case 'pane':
      return `session ${who.session}`;
    case 'probe':
      return 'probe';
    case 'human':
      return `user ${who.id}`;
    case 'bot':
    case 'webhook':
      return `${who.kind} ${who.id}`;
  }
}
