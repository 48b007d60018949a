import { BridgeError } from '../../base/errors.ts';
import { mayDecide, noRules } from '../../model/access.ts';
import type { AccessKind, AccessPolicy, AccessRules, Standing } from '../../model/access.ts';
import { parseSessionNumber } from '../../model/session.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { AccessEntry, AccessGrant, AccessTarget } from '../../contracts/bridge-api.ts';
import type { Register } from '../access/register.ts';
import type { Owners } from '../inbound/owners.ts';
import type { SessionManager } from '../session/session-manager.ts';

export interface AccessDeskOptions {
  readonly register: Pick<Register, 'policy' | 'update'>;
  readonly owners: Owners;
  readonly sessions: Pick<SessionManager, 'get'>;
}

const sectionOf = { user: 'users', role: 'roles', bot: 'bots' } as const satisfies Record<
  AccessKind,
  keyof AccessRules
>;

/** Lists and changes who may do what. Who may do that is asked by whoever calls. */
export class AccessDesk {
  readonly #options: AccessDeskOptions;

  constructor(options: AccessDeskOptions) {
    this.#options = options;
  }

  /** Owners first, then what holds everywhere, then by session. */
  list(): readonly AccessEntry[] {
    const { register, owners } = this.#options;
    const { owners: listed, everywhere, sessions } = register.policy;
    const { configured, paired } = owners;
    const owner = (id: string, from: AccessEntry['from']): AccessEntry => {
      return { kind: 'user', id, role: 'owner', decides: true, from };
    };
    return [
      ...configured.map((id) => owner(id, 'configured')),
      ...(paired === undefined ? [] : [owner(paired, 'paired')]),
      ...listed.map((id) => owner(id, 'file')),
      ...entriesOf(everywhere, undefined),
      ...[...sessions].toSorted(([one], [other]) => one - other).flatMap(([number, rules]) => entriesOf(rules, number)),
    ];
  }

  /** @throws BridgeError `access-invalid`, `session-unknown`, and as `AccessBook.update`. */
  async grant(grant: AccessGrant): Promise<AccessEntry> {
    requireSense(grant);
    this.#requireEffect(grant);
    const { kind, id, role, decide } = grant;
    const session = grant.session === undefined ? undefined : this.#options.sessions.get(grant.session).entry.number;
    const standing: Standing = { role, ...(decide === undefined ? {} : { decide }) };
    await this.#options.register.update((policy) => {
      const isOwner = kind === 'user' && session === undefined && role === 'owner' && decide === undefined;
      const rest = session === undefined && kind === 'user' ? withoutOwner(policy, id) : policy;
      // Owners stand in a list of their own, which no word on a session limits.
      if (isOwner) return { ...changed(rest, grant, session, undefined), owners: [...rest.owners, id] };
      return changed(rest, grant, session, standing);
    });
    return entryOf(kind, id, standing, session);
  }

  /** Owners are owners everywhere: a word that would say less of one has no effect, and is not written. */
  #requireEffect({ kind, id, role, session, decide }: AccessGrant): void {
    const { owners, register } = this.#options;
    const isOwner = session === undefined ? isFixed(owners, id) : owners.ids().includes(id);
    if (kind !== 'user' || !isOwner) return;
    if (role === 'owner' && decide === undefined) return;
    const how = register.policy.owners.includes(id) ? `vai access revoke ${id}` : 'see vai access';
    throw senseless(`User ${id} owns the bridge, which no other role limits.`, `Take that back first: ${how}.`);
  }

  /** @throws BridgeError `access-unknown`, `access-fixed`, and as `AccessBook.update`. */
  async revoke(target: AccessTarget): Promise<void> {
    const { register, owners } = this.#options;
    const { kind, id } = target;
    const session = target.session === undefined ? undefined : parseSessionNumber(target.session);
    if (target.session !== undefined && session === undefined) throw unknownTarget(target);
    const isWhole = kind === 'user' && target.session === undefined;
    let isFound = isWhole && owners.paired === id;
    await register.update((policy) => {
      const isListed = isWhole && policy.owners.includes(id);
      const rules = session === undefined ? policy.everywhere : policy.sessions.get(session);
      const isSaid = rules?.[sectionOf[kind]].has(id) ?? false;
      isFound ||= isListed || isSaid;
      if (!isFound) throw isWhole && owners.configured.includes(id) ? fixed(id) : unknownTarget(target);
      return changed(isListed ? withoutOwner(policy, id) : policy, target, session, undefined);
    });
    if (isWhole) owners.unpair(id);
  }
}

/** Whether somebody owns the bridge without being in its file. */
function isFixed({ configured, paired }: Owners, id: string): boolean {
  return configured.includes(id) || paired === id;
}

function entriesOf(rules: AccessRules, session: SessionNumber | undefined): readonly AccessEntry[] {
  return (['user', 'role', 'bot'] as const).flatMap((kind) =>
    [...rules[sectionOf[kind]]].map(([id, standing]) => entryOf(kind, id, standing, session)),
  );
}

function entryOf(kind: AccessKind, id: string, standing: Standing, session: SessionNumber | undefined): AccessEntry {
  const decides = kind !== 'bot' && mayDecide(standing);
  return { kind, id, ...standing, ...(session === undefined ? {} : { session }), decides, from: 'file' };
}

function withoutOwner(policy: AccessPolicy, id: string): AccessPolicy {
  return { ...policy, owners: policy.owners.filter((owner) => owner !== id) };
}

/** With another word on somebody, or none. */
function changed(
  policy: AccessPolicy,
  { kind, id }: AccessTarget,
  session: SessionNumber | undefined,
  standing: Standing | undefined,
): AccessPolicy {
  const section = sectionOf[kind];
  const change = (rules: AccessRules): AccessRules => {
    const words = new Map(rules[section]);
    words.delete(id);
    if (standing) words.set(id, standing);
    return { ...rules, [section]: words };
  };
  if (session === undefined) return { ...policy, everywhere: change(policy.everywhere) };
  const sessions = new Map(policy.sessions);
  return { ...policy, sessions: sessions.set(session, change(sessions.get(session) ?? noRules)) };
}

function requireSense({ kind, id, role, decide }: AccessGrant): void {
  if (!/^\d{15,20}$/.test(id)) throw senseless(`"${id}" is not the id of a ${kind}.`, 'An id has 15 to 20 digits.');
  if (kind === 'bot' && role === 'owner') {
    throw senseless('A bot cannot be an owner.', 'Give it one of operator, member, viewer.');
  }
  if (kind === 'bot' && decide !== undefined) {
    throw senseless('A bot decides nothing: it has no hands.', 'Leave --decide out.');
  }
  if (role === 'none' && decide === true) {
    throw senseless('Who is nothing cannot decide anything.', 'To let somebody read and decide: viewer --decide yes.');
  }
}

function senseless(message: string, advice: string): BridgeError {
  return new BridgeError('access-invalid', message, { advice });
}

function unknownTarget({ kind, id, session }: AccessTarget): BridgeError {
  const where = session === undefined ? 'everywhere' : `in session ${session}`;
  return new BridgeError('access-unknown', `Nothing is said of ${kind} ${id} ${where}.`, {
    advice: 'See what is said, and where: vai access.',
  });
}

function fixed(id: string): BridgeError {
  return new BridgeError('access-fixed', `User ${id} is the owner by configuration.`, {
    advice: 'Change OWNER_USER_ID and restart the bridge; the user of the built-in chat page always owns it.',
  });
}
