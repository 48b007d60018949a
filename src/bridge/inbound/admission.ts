import type { Action, Decision } from '../../model/access.ts';
import type { InboundMessage } from '../../model/message.ts';
import type { SessionEntry, SessionNumber } from '../../model/session.ts';
import type { Gate } from '../access/gate.ts';
import { route } from './routing.ts';
import type { RoutingPolicy } from './routing.ts';

interface Judged {
  readonly session: SessionNumber;
  readonly mapped: boolean;
  readonly decision: Decision;
}

export type Accepted = Judged & { readonly kind: 'accepted' };
export type Refused = Judged & { readonly kind: 'refused' };

/** Whether a chat message may be given to a session, and to which; `ignored`: nobody serves the channel. */
export type Admission = Accepted | Refused | { readonly kind: 'ignored' };

export interface Doorkeeper {
  readonly gate: Gate;
  readonly entries: () => readonly SessionEntry[];
  readonly policy: RoutingPolicy;
}

/** Where a message leads, and whether its author may go there: the same for what is said and what was missed (I9). */
export function admit(message: InboundMessage, { gate, entries, policy }: Doorkeeper): Admission {
  const target = route(message, entries(), policy);
  if (target.kind === 'ignored') return target;
  const { session } = target;
  const mapped = target.kind === 'mapped';
  const decision = gate.consider(message.author, actionOf(mapped), session);
  return { kind: decision.allowed ? 'accepted' : 'refused', session, mapped, decision };
}

/** What it is to speak in a channel. */
export function actionOf(mapped: boolean): Action {
  return mapped ? 'message' : 'message-unmapped';
}
