import { may } from '../../model/access.ts';
import type { InboundMessage } from '../../model/message.ts';
import type { SessionEntry, SessionNumber } from '../../model/session.ts';
import type { Owners } from './owners.ts';
import { route } from './routing.ts';
import type { RoutingPolicy } from './routing.ts';

/** Whether a chat message may be given to a session, and to which. */
export type Admission =
  | { readonly kind: 'accepted'; readonly session: SessionNumber; readonly mapped: boolean }
  | { readonly kind: 'refused'; readonly reason: string; readonly mapped: boolean }
  /** Nobody serves the channel. */
  | { readonly kind: 'ignored' };

export interface Doorkeeper {
  readonly owners: Pick<Owners, 'roleOf'>;
  readonly entries: () => readonly SessionEntry[];
  readonly policy: RoutingPolicy;
}

/** Where a message leads, and whether its author may go there: the same for what is said, missed and edited (I9). */
export function admit(message: InboundMessage, { owners, entries, policy }: Doorkeeper): Admission {
  const target = route(message, entries(), policy);
  if (target.kind === 'ignored') return target;
  const mapped = target.kind === 'mapped';
  const actor = { kind: 'chat', userId: message.author.id, role: owners.roleOf(message.author.id) } as const;
  const decision = may(actor, mapped ? 'message' : 'message-unmapped', target.session);
  return decision.allowed
    ? { kind: 'accepted', session: target.session, mapped }
    : { kind: 'refused', reason: decision.reason, mapped };
}
