import { claimPrivateDirectory } from '../base/atomic-file.ts';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import type { Scope } from '../base/scope.ts';
import { loadConfig } from '../config/load-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { BridgePaths } from '../config/paths.ts';
import { ownDaemonRecord, removeDaemonRecord, writeDaemonRecord } from '../control/daemon-record.ts';
import { Logger } from '../observe/logger.ts';
import { takeDaemonLock } from '../storage/daemon-lock.ts';
import { FileChanges } from '../storage/file-changes.ts';

/** What every part of the daemon stands on. */
export interface Ground {
  readonly paths: BridgePaths;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly config: LoadedConfig['config'];
  readonly sources: LoadedConfig['sources'];
  readonly access: LoadedConfig['access'];
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Reads the configuration, claims the directories and makes this process the only daemon of the installation.
 *
 * @throws BridgeError of `loadConfig`, `claimPrivateDirectory`, `takeDaemonLock` or `FileChanges.heal`.
 */
export function layGround(
  options: Pick<Ground, 'paths' | 'environment'> & { readonly echoLog: boolean },
  scope: Scope,
): Ground {
  const { paths, environment } = options;
  healMigration(paths);
  const { config, sources, access, warnings } = loadConfig({
    environment,
    envFile: paths.envFile,
    bridgeJson: paths.bridgeJson,
  });
  const { config: configuration, state, logs, attachments, monitoring, workspace } = paths;
  for (const directory of [configuration, state, logs, attachments, monitoring, workspace]) {
    claimPrivateDirectory(directory);
  }
  scope.defer('the daemon lock', takeDaemonLock(paths.daemonLock));
  writeDaemonRecord(paths.daemonRecord, ownDaemonRecord(paths.controlSocket));
  scope.defer('the daemon record', () => {
    removeDaemonRecord(paths.daemonRecord, process.pid);
  });
  const log = new Logger({
    directory: paths.logs,
    level: config.logLevel,
    secrets: config.discordToken === undefined ? [] : [config.discordToken],
    echo: options.echoLog,
  });
  for (const warning of warnings) log.warn({ warning }, 'configuration');
  return { paths, environment, config, sources, access, clock: systemClock, log };
}

/** A migration that was killed is ended before anything of it is read: the settings are part of it. */
function healMigration({ migrations, daemonLock }: BridgePaths): void {
  const changes = new FileChanges({ directory: migrations });
  if (!changes.isUnfinished) return;
  const release = takeDaemonLock(daemonLock);
  try {
    changes.heal();
  } finally {
    release();
  }
}
