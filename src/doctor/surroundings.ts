import { homedir, tmpdir } from 'node:os';

import type { Clock } from '../base/clock.ts';
import { BridgeError } from '../base/errors.ts';
import { packageRoot } from '../base/own-files.ts';
import { loadConfig } from '../config/load-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { BridgePaths } from '../config/paths.ts';
import { ownSecretNames } from '../config/secrets.ts';
import { productVersion } from '../config/version.ts';
import { DiscordInquiry } from '../discord/diagnosis.ts';
import { viewDaemon } from './daemon-view.ts';
import type { DaemonView } from './daemon-view.ts';

/** Secrets of Claude Code that may stand in the environment. */
const agentSecretNames = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'];

/** What the checks look at. Tests give another one. */
export interface Surroundings {
  readonly paths: BridgePaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The directory that holds package.json. */
  readonly packageRoot: string;
  readonly userHome: string;
  /** Undefined where the system has no such thing. */
  readonly userId: number | undefined;
  readonly temporary: string;
  readonly node: { readonly version: string; readonly path: string };
  readonly version: string;
  readonly clock: Clock;
  readonly configuration: LoadedConfig | BridgeError;
  /** The running daemon, or what is left of one. Asked once. */
  readonly daemon: () => Promise<DaemonView>;
  /** Undefined when no token is set. */
  readonly discord: DiscordInquiry | undefined;
  /** How `vai` is typed in this shell. */
  readonly vai: string;
  /** Texts that must not be shown. */
  readonly secrets: readonly string[];
}

export type SurroundingsOptions = Pick<Surroundings, 'paths' | 'environment' | 'clock' | 'vai'> &
  Partial<Pick<Surroundings, 'packageRoot' | 'userHome' | 'userId' | 'temporary' | 'node'>>;

/** Looks at where this program runs. Nothing is changed, and nothing is thrown for a wrong configuration. */
export function lookAround(options: SurroundingsOptions): Surroundings {
  const { paths, environment, clock } = options;
  const root = options.packageRoot ?? packageRoot();
  const configuration = readConfiguration(options);
  const config = configuration instanceof BridgeError ? undefined : configuration.config;
  const token = config?.discordToken;
  let daemon: Promise<DaemonView> | undefined;
  return {
    packageRoot: root,
    userHome: environment['HOME'] || homedir(),
    userId: process.getuid?.(),
    temporary: environment['TMPDIR'] || tmpdir(),
    node: { version: process.versions.node, path: process.execPath },
    ...options,
    version: productVersion(root),
    configuration,
    daemon: () => (daemon ??= viewDaemon({ paths, environment, clock })),
    discord: token === undefined ? undefined : new DiscordInquiry({ token, apiUrl: config?.discordApiUrl, clock }),
    secrets: [token, ...[...ownSecretNames, ...agentSecretNames].map((name) => environment[name])].flatMap((secret) =>
      secret ? [secret] : [],
    ),
  };
}

function readConfiguration({ paths, environment }: SurroundingsOptions): LoadedConfig | BridgeError {
  try {
    return loadConfig({ environment, envFile: paths.envFile, bridgeJson: paths.bridgeJson });
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
}
