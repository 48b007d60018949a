import type { Author } from './message.ts';
import type { SessionNumber } from './session.ts';

/**
 * Who asks. `local` is the person on the machine (control socket); `pane` is a process inside a session's terminal,
 * which holds that session's token only; a probe is a program that reached the port for health and figures, which asks for
 * no token; an author is somebody on a chat server. What these may do is never a part of them: it is looked up for every
 * question.
 */
export type Actor =
  | { readonly kind: 'local' }
  | { readonly kind: 'pane'; readonly session: SessionNumber }
  | { readonly kind: 'probe' }
  | Author;

/** What somebody on a chat server may be, the highest first. `none` is everybody who was not named. */
export const roles = ['owner', 'operator', 'member', 'viewer', 'none'] as const;

export type Role = (typeof roles)[number];

/** What somebody is, in one session or in all. */
export interface Standing {
  readonly role: Role;
  /** Whether they may decide what the agent asks, whatever their role says about that. */
  readonly decide?: boolean;
}

/** Standings by id at the chat server: of people, of their roles there, and of bots and webhooks. */
export interface AccessRules {
  readonly users: ReadonlyMap<string, Standing>;
  readonly roles: ReadonlyMap<string, Standing>;
  readonly bots: ReadonlyMap<string, Standing>;
}

/** Of whom something is said: a user, everybody with a role at the chat server, or a bot or webhook. */
export const accessKinds = ['user', 'role', 'bot'] as const;

export type AccessKind = (typeof accessKinds)[number];

/** Who was let in. */
export interface AccessPolicy {
  /** Users who own the bridge: in every session, whatever else is said of them. */
  readonly owners: readonly string[];
  readonly everywhere: AccessRules;
  readonly sessions: ReadonlyMap<SessionNumber, AccessRules>;
}

/** Everything that can be asked of the bridge. A new surface must name its action here. */
export const actions = [
  'message', // talk to a session's agent
  'message-unmapped', // talk to the default session from a channel with no mapping
  'decide-prompt', // answer a permission request, question or plan
  'control', // stop a turn, take a message out of a session's queue
  'fetch-file', // have a file that the agent named put into the channel
  'post', // speak as the bot in a session's channel (dp)
  'read', // status, lists, logs
  'read-texts', // what was said to a session, and what its agent asks
  'manage', // add, remove, recover, stop, pair, say who may do what
] as const;

export type Action = (typeof actions)[number];

/** Why not, for the log and the audit. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

export const noRules: AccessRules = { users: new Map(), roles: new Map(), bots: new Map() };

/** Nobody was let in. */
export const closedPolicy: AccessPolicy = { owners: [], everywhere: noRules, sessions: new Map() };

/** Whether anybody was named at all. */
export function isClosed({ owners, everywhere, sessions }: AccessPolicy): boolean {
  const size = ({ users, roles: ofRoles, bots }: AccessRules): number => users.size + ofRoles.size + bots.size;
  return owners.length + [everywhere, ...sessions.values()].reduce((sum, rules) => sum + size(rules), 0) === 0;
}

/** Whether one of this standing may decide what an agent asks. */
export function mayDecide(standing: Standing): boolean {
  return judge(standing, 'decide-prompt').allowed;
}

const nobody: Standing = { role: 'none' };

const rolesFor: Readonly<Record<Action, readonly Role[]>> = {
  message: ['owner', 'operator', 'member'],
  'message-unmapped': ['owner', 'operator'],
  'decide-prompt': ['owner', 'operator'],
  control: ['owner', 'operator'],
  'fetch-file': ['owner', 'operator', 'member'],
  post: ['owner', 'operator'],
  read: ['owner', 'operator', 'member', 'viewer'],
  'read-texts': ['owner', 'operator', 'member', 'viewer'],
  manage: ['owner'],
};

/**
 * The one access decision (I9): deny by default, the same question for messages, commands, buttons and the CLI.
 *
 * @param session the session the action is about; undefined for the bridge as a whole: then only what holds everywhere
 *   counts.
 */
export function may(
  actor: Actor,
  action: Action,
  session?: SessionNumber,
  policy: AccessPolicy = closedPolicy,
): Decision {
  switch (actor.kind) {
    case 'local':
      return { allowed: true };
    case 'pane':
      if (action === 'read') return { allowed: true };
      if ((action === 'post' || action === 'read-texts') && session === actor.session) return { allowed: true };
      return {
        allowed: false,
        reason: `a process inside session ${actor.session} may only read and post to its own channel`,
      };
    case 'probe':
      if (action === 'read') return { allowed: true };
      return { allowed: false, reason: 'a program at the port for health and figures may only read these' };
    case 'human':
    case 'bot':
    case 'webhook':
      return judge(standingOf(actor, session, policy), action);
  }
}

/**
 * What somebody on a chat server is in a session, or everywhere. The most precise word counts: of the person in the
 * session, of the highest of their roles in the session, of the person everywhere, of the highest of their roles
 * everywhere. Bots and webhooks are only what is said of them under their own id; they may call themselves anything.
 */
export function standingOf(author: Author, session: SessionNumber | undefined, policy: AccessPolicy): Standing {
  const here = (session === undefined ? undefined : policy.sessions.get(session)) ?? noRules;
  const { everywhere } = policy;
  if (author.kind !== 'human') return here.bots.get(author.id) ?? everywhere.bots.get(author.id) ?? nobody;
  if (policy.owners.includes(author.id)) return { role: 'owner' };
  const held = author.roles ?? [];
  return (
    here.users.get(author.id) ??
    highest(held, here.roles) ??
    everywhere.users.get(author.id) ??
    highest(held, everywhere.roles) ??
    nobody
  );
}

/** Whether it may matter which roles this person has at the chat server, and that is not known. */
export function lacksRoles(author: Author, policy: AccessPolicy): boolean {
  if (author.kind !== 'human' || author.roles !== undefined || policy.owners.includes(author.id)) return false;
  return [policy.everywhere, ...policy.sessions.values()].some((rules) => rules.roles.size > 0);
}

function judge({ role, decide }: Standing, action: Action): Decision {
  const isAllowed =
    action === 'decide-prompt' && decide !== undefined && role !== 'none' ? decide : rolesFor[action].includes(role);
  if (isAllowed) return { allowed: true };
  const limit = action === 'decide-prompt' && decide === false ? ' here' : '';
  return { allowed: false, reason: `role "${role}" may not ${action}${limit}` };
}

/** Of equal roles the one that lets decide. */
function highest(held: readonly string[], rules: ReadonlyMap<string, Standing>): Standing | undefined {
  const found = held.flatMap((id) => rules.get(id) ?? []);
  const rank = ({ role, decide }: Standing): number =>
    roles.indexOf(role) * 3 + (decide === true ? 0 : decide === undefined ? 1 : 2);
  return found.toSorted((one, other) => rank(one) - rank(other))[0];
}
