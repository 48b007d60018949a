import { markFrom } from '../base/process-mark.ts';
import { withoutOwnSecrets } from './secrets.ts';

export interface AgentEnvironmentOptions {
  /** The daemon's own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly session: number;
  /** The session's token for the control socket. */
  readonly token: string;
  /** BRIDGE_HOME. */
  readonly home: string;
  /** PATH with the bridge's commands. */
  readonly path: string;
}

/**
 * What would make the agent believe that it runs somewhere else: the daemon may have been started from a terminal of
 * tmux or by another agent.
 */
const misleading = /^(TMUX|TMUX_PANE|CLAUDECODE|CLAUDE_CODE_ENTRYPOINT|CLAUDE_CODE_SSE_PORT|NODE_CHANNEL_.*|npm_.*)$/;

/** What all processes of one session have in common, whatever becomes of their parents: these variables of theirs. */
export const sessionMarks = ['BRIDGE_HOME', 'BRIDGE_SESSION'] as const;

/** The mark of a session's processes. */
export function sessionMark(home: string, session: number): string {
  const values = { BRIDGE_HOME: home, BRIDGE_SESSION: String(session) };
  return markFrom(sessionMarks.map((name) => [name, values[name]]));
}

/** The environment of a session's agent: the daemon's, without the bridge's secrets, with what `dp` and `vai` need. */
export function agentEnvironment(options: AgentEnvironmentOptions): Readonly<Record<string, string>> {
  return {
    ...inheritedEnvironment(options.environment),
    PATH: options.path,
    BRIDGE_HOME: options.home,
    BRIDGE_SESSION: String(options.session),
    BRIDGE_SESSION_TOKEN: options.token,
  };
}

/** What of an environment any agent gets. */
export function inheritedEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(withoutOwnSecrets(environment)).filter(([name]) => !misleading.test(name)));
}
