import { createMarkReader } from '../base/process-mark.ts';
import type { Mark } from '../base/process-mark.ts';
import type { Scope } from '../base/scope.ts';
import { createClaudeCodeDriver } from '../agents/claude-code/driver.ts';
import { chooseAgent, createDriverRegistry } from '../agents/registry.ts';
import type { AgentChoice, DriverRegistry } from '../agents/registry.ts';
import { createScriptedDriver } from '../agents/scripted/driver.ts';
import { sessionMark, sessionMarks } from '../config/agent-environment.ts';
import type { Terminal } from '../contracts/terminal.ts';
import { sessionOfTerminal } from '../model/terminal-name.ts';
import { openTmux } from '../terminal/tmux-manager.ts';
import type { Ground } from './ground.ts';
import { instructionsIn } from './instructions.ts';

/** The agents, and the terminals they live in. */
export interface Agents {
  readonly terminal: Terminal;
  readonly drivers: DriverRegistry;
  /** What new sessions get, and why. */
  readonly choice: AgentChoice;
}

/**
 * @param keepSessions asked at the end: whether the agents run on.
 * @throws BridgeError when tmux is missing or cannot be started.
 */
export async function openAgents(
  { paths, environment, config, clock, log }: Ground,
  options: { readonly umask: number; readonly keepSessions: () => boolean },
  scope: Scope,
): Promise<Agents> {
  const terminal = await openTmux({
    socket: paths.tmuxSocket,
    clock,
    log,
    umask: options.umask,
    markOf: markOfTerminals(paths.home),
  });
  scope.defer('the terminals', async () => {
    // A terminal server with nothing in it serves nobody; agents outlive us (I6).
    if (!options.keepSessions() || (await terminal.list()).length === 0) await terminal.shutdown();
    await terminal.close();
  });
  const choice = chooseAgent({
    wanted: config.agent,
    claudeCommand: config.claudeCommand,
    path: environment['PATH'] ?? '',
  });
  const drivers = createDriverRegistry([
    createClaudeCodeDriver({
      terminal,
      clock,
      log,
      command: choice.name === 'claude-code' ? choice.command : config.claudeCommand,
      extraArguments: config.claudeOptions,
      permissionMode: config.permissionMode,
      bridgeInstructions: instructionsIn(config.language),
    }),
    createScriptedDriver({ terminal, clock, log }),
  ]);
  return { terminal, drivers, choice };
}

/** What everything carries that runs in the terminals of an installation's sessions. */
function markOfTerminals(home: string): (terminal: string) => Mark | undefined {
  const of = createMarkReader(sessionMarks);
  return (terminal) => {
    const session = sessionOfTerminal(terminal);
    return session === undefined ? undefined : { value: sessionMark(home, session), of };
  };
}
