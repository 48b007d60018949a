import type { AgentDriver } from '../../../src/contracts/agent.ts';
import { startDaemon } from '../../../src/compose/start-daemon.ts';
import { createDriverRegistry } from '../../../src/agents/registry.ts';
import { resolvePaths } from '../../../src/config/paths.ts';
import { FakeAgentDriver } from '../../fakes/fake-agent-driver.ts';
import { FakeTerminal } from '../../fakes/fake-terminal.ts';

/**
 * The daemon as it is, but its agents are no processes: each answers in this one, as soon as it can. What is left to be
 * measured is the bridge. Tells its parent when it is ready, and ends on SIGTERM.
 */
const umask = process.umask(0o077);
const daemon = await startDaemon({
  paths: resolvePaths({ environment: process.env }),
  environment: process.env,
  umask,
  echoLog: false,
  onStopRequested: () => undefined,
  openAgents: ({ clock }) => {
    const driver = new FakeAgentDriver({ clock, name: 'scripted' });
    // Like the events of an agent that is a process: not before the daemon has looked at everything else.
    driver.onMessage = (text, agent) => void setImmediate(() => agent.finish(`answer to ${text}`));
    return Promise.resolve({
      terminal: new FakeTerminal(),
      drivers: createDriverRegistry([forgetful(driver)]),
      choice: { name: 'scripted', why: 'This is a measurement.' },
    });
  },
});
process.on('SIGTERM', () => {
  void daemon.stop({ keepSessions: true }).then(() => process.exit());
});
process.send?.({ kind: 'ready' });

/** They live in this process: the next one knows nothing of what was said to them. */
function forgetful(driver: AgentDriver): AgentDriver {
  return {
    name: driver.name,
    capabilities: { ...driver.capabilities, resume: false },
    launch: (spec, _resume, listener) => driver.launch(spec, undefined, listener),
    recover: (spec, handle, listener) => driver.recover(spec, handle, listener),
  };
}
