import { agentCheck, hookCheck } from './checks/agent.ts';
import { mapsCheck, settingsCheck } from './checks/configuration.ts';
import { daemonCheck } from './checks/daemon.ts';
import { discordCheck } from './checks/discord.ts';
import { diskCheck } from './checks/disk.ts';
import { environmentCheck } from './checks/environment.ts';
import { filesCheck } from './checks/files.ts';
import { installationCheck } from './checks/installation.ts';
import { leftoversCheck } from './checks/leftovers.ts';
import { limitsCheck } from './checks/limits.ts';
import { metricsPortCheck } from './checks/metrics-port.ts';
import { nodeCheck } from './checks/node.ts';
import { portCheck } from './checks/port.ts';
import { predecessorCheck } from './checks/predecessor.ts';
import { recordsCheck } from './checks/records.ts';
import { resourcesCheck } from './checks/resources.ts';
import { timeCheck } from './checks/time.ts';
import { tmuxCheck } from './checks/tmux.ts';
import { reportOf } from './report.ts';
import type { Report } from './report.ts';
import { runChecks } from './run-checks.ts';
import type { Check } from './run-checks.ts';
import type { Surroundings } from './surroundings.ts';

/** Every check, in the order of the report. */
const checks: readonly ((surroundings: Surroundings) => Check)[] = [
  nodeCheck,
  tmuxCheck,
  agentCheck,
  hookCheck,
  installationCheck,
  filesCheck,
  settingsCheck,
  mapsCheck,
  portCheck,
  metricsPortCheck,
  (surroundings) => diskCheck(surroundings),
  (surroundings) => resourcesCheck(surroundings),
  timeCheck,
  environmentCheck,
  discordCheck,
  daemonCheck,
  (surroundings) => limitsCheck(surroundings),
  recordsCheck,
  leftoversCheck,
  predecessorCheck,
];

/** Looks at everything, at once, and changes nothing. */
export async function examine(surroundings: Surroundings): Promise<Report> {
  const { clock, secrets, version, paths } = surroundings;
  const findings = await runChecks(
    checks.map((check) => check(surroundings)),
    { clock, secrets },
  );
  return reportOf(findings, { version, home: paths.home });
}
