import type { InboundMessage } from '../../model/message.ts';
import type { SessionEntry, SessionNumber } from '../../model/session.ts';

export type UnmappedPolicy = 'default' | 'ignore';

export interface RoutingPolicy {
  readonly defaultSession: () => SessionNumber;
  readonly unmapped: UnmappedPolicy;
}

export type Route =
  | { readonly kind: 'mapped'; readonly session: SessionNumber }
  | { readonly kind: 'unmapped'; readonly session: SessionNumber }
  | { readonly kind: 'ignored' };

/**
 * Which session a channel speaks to: its own; for a thread, that of the channel it belongs to; else the default one.
 * Pure; access is somebody else's question.
 */
export function route(
  { channel, parent }: Pick<InboundMessage, 'channel' | 'parent'>,
  entries: readonly SessionEntry[],
  policy: RoutingPolicy,
): Route {
  const entry =
    entries.find((candidate) => candidate.channel === channel) ??
    entries.find((candidate) => candidate.channel === parent);
  if (entry) return { kind: 'mapped', session: entry.number };
  if (policy.unmapped === 'ignore') return { kind: 'ignored' };
  return { kind: 'unmapped', session: policy.defaultSession() };
}

/** The wanted session if it is mapped, else the lowest, else the wanted one all the same. `entries` are by number. */
export function servingSession(entries: readonly SessionEntry[], wanted: SessionNumber): SessionNumber {
  return entries.some((entry) => entry.number === wanted) ? wanted : (entries[0]?.number ?? wanted);
}
