import type { SessionNumber } from './session.ts';

/**
 * Who asks. `local` is the person on the machine (control socket); `pane` is a process inside a session's terminal,
 * which holds that session's token only; `chat` is somebody on a chat server.
 */
export type Actor =
  | { readonly kind: 'local' }
  | { readonly kind: 'pane'; readonly session: SessionNumber }
  | { readonly kind: 'chat'; readonly userId: string; readonly role: Role };

/** What a chat user may be. `none` is everybody who was not named. */
export type Role = 'owner' | 'operator' | 'member' | 'viewer' | 'none';

/** Everything that can be asked of the bridge. A new surface must name its action here. */
export type Action =
  | 'message' // talk to a session's agent
  | 'message-unmapped' // talk to the default session from a channel with no mapping
  | 'decide-prompt' // answer a permission request, question or plan
  | 'control' // stop a turn, take a message out of a session's queue
  | 'post' // speak as the bot in a session's channel (dp)
  | 'read' // status, lists, logs
  | 'read-texts' // what was said to a session, and what its agent asks
  | 'manage'; // add, remove, recover, stop, pair

/** Why not, for the log and the audit. */
export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

const rolesFor: Readonly<Record<Action, readonly Role[]>> = {
  message: ['owner', 'operator', 'member'],
  'message-unmapped': ['owner', 'operator'],
  'decide-prompt': ['owner', 'operator'],
  control: ['owner', 'operator'],
  post: ['owner', 'operator'],
  read: ['owner', 'operator', 'member', 'viewer'],
  'read-texts': ['owner', 'operator', 'member', 'viewer'],
  manage: ['owner'],
};

/**
 * The one access decision (I9): deny by default, the same question for messages, commands, buttons and the CLI.
 *
 * @param session the session the action is about; undefined for the bridge as a whole.
 */
export function may(actor: Actor, action: Action, session?: SessionNumber): Decision {
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
    case 'chat':
      if (rolesFor[action].includes(actor.role)) return { allowed: true };
      return { allowed: false, reason: `role "${actor.role}" may not ${action}` };
  }
}
