import { BridgeError, describeError } from '../../base/errors.ts';
import { shellLine } from '../../base/shell-words.ts';
import { isDirectory } from '../../config/directories.ts';
import { readEnvFile } from '../../config/read-files.ts';
import type { SessionEntry } from '../../model/session.ts';
import { readMap } from '../read-map.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** The drivers that compose/agents.ts registers. */
const agents: readonly string[] = ['claude-code', 'scripted'];

/** Every setting: good values, known names. */
export function settingsCheck({ configuration, paths, vai }: Surroundings): Check {
  return {
    name: 'the settings',
    group: 'configuration',
    run: () => {
      const warnings = configuration instanceof BridgeError ? warningsOf(paths.envFile) : configuration.warnings;
      // The warning itself names its file, and a command where there is one.
      const findings = warnings.map((warning) => fault('config-warning', warning, `Correct it, then: ${vai} restart`));
      if (configuration instanceof BridgeError) {
        return [fault('config-invalid', configuration.message, configuration.advice), ...findings];
      }
      const set = Object.values(configuration.sources).filter(({ from }) => from !== 'default').length;
      return [good('configuration', `The settings are valid (${set} set, the rest are defaults).`), ...findings];
    },
  };
}

/** Both maps of sessions: readable, without doubles, with directories and agents that there are. */
export function mapsCheck({ configuration, paths, vai }: Surroundings): Check {
  return {
    name: 'the maps of sessions',
    group: 'configuration',
    run: async () => {
      const config = configuration instanceof BridgeError ? undefined : configuration;
      const isDiscord = config?.config.discordToken !== undefined;
      const [discord, local] = await Promise.all(
        [paths.discord.map, paths.local.map].map((path) => lookAtMap(path, vai)),
      );
      const findings = [...(discord?.findings ?? []), ...(local?.findings ?? [])];
      if (isDiscord && discord?.entries?.length === 0) {
        findings.push(
          fault(
            'map-empty',
            `A token is set, and ${paths.discord.map} gives no channel a session.`,
            `${vai} setup, or: ${vai} add-session <channel id>`,
          ),
        );
      }
      const entries = (isDiscord ? discord : local)?.entries;
      const wanted = config?.config.defaultSession;
      const isChosen = config !== undefined && config.sources.defaultSession.from !== 'default';
      if (isChosen && entries && entries.length > 0 && !entries.some(({ number }) => number === wanted)) {
        findings.push(
          fault(
            'map-default-missing',
            `DEFAULT_SESSION is ${wanted ?? 0}, and there is no such session (there are: ${numbers(entries)}).`,
            'Set DEFAULT_SESSION to one of them, or take it away.',
          ),
        );
      }
      return findings;
    },
  };
}

async function lookAtMap(
  path: string,
  vai: string,
): Promise<{ readonly entries: readonly SessionEntry[] | undefined; readonly findings: readonly Finding[] }> {
  const entries = await readMap(path);
  if (entries instanceof BridgeError) {
    return { entries: undefined, findings: [fault('map-invalid', entries.message, entries.advice)] };
  }
  const findings = entries.flatMap((entry) => entryFindings(path, entry, vai));
  const fine = entries.length > 0 ? [good('configuration', `${path}: sessions ${numbers(entries)}.`)] : [];
  return { entries, findings: findings.length > 0 ? findings : fine };
}

function entryFindings(path: string, { number, workDir, agent }: SessionEntry, vai: string): readonly Finding[] {
  const findings: Finding[] = [];
  if (workDir !== undefined && !isDirectory(workDir)) {
    findings.push(
      fault(
        'map-directory-missing',
        `The directory ${workDir} of session ${number} is not there, or cannot be reached (${path}).`,
        `${shellLine(['mkdir', '-p', workDir])}, then: ${vai} recover ${number}`,
      ),
    );
  }
  if (agent !== undefined && !agents.includes(agent)) {
    findings.push(
      fault(
        'map-agent-unknown',
        `Session ${number} in ${path} asks for the agent "${agent}"; there are ${agents.join(' and ')}.`,
        `Edit ${path}`,
      ),
    );
  }
  return findings;
}

/** What loading would have warned of, had it not failed. */
function warningsOf(envFile: string): readonly string[] {
  try {
    return readEnvFile(envFile).warnings;
  } catch (error) {
    // The file cannot be read: that is what loading failed with.
    if (error instanceof BridgeError) return [];
    throw new Error(`${envFile}: ${describeError(error)}`, { cause: error });
  }
}

function numbers(entries: readonly SessionEntry[]): string {
  return entries.map(({ number }) => number).join(', ');
}
