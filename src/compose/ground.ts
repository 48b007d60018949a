import { claimPrivateDirectory } from '../base/atomic-file.ts';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Scope } from '../base/scope.ts';
import { secretValues } from '../config/secrets.ts';
import { finishInterruptedRestore } from '../backup/idle-installation.ts';
import { loadConfig } from '../config/load-config.ts';
import type { LoadedConfig } from '../config/load-config.ts';
import type { BridgePaths } from '../config/paths.ts';
import { ownDaemonRecord, removeDaemonRecord, writeDaemonRecord } from '../control/daemon-record.ts';
import { Logger } from '../observe/logger.ts';
import { redactor } from '../observe/redact.ts';
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
  /** Takes secrets out of a line of JSON. */
  readonly redact: (line: string) => string;
}

/**
 * Reads the configuration, claims the directories and makes this process the only daemon of the installation.
 *
 * @throws BridgeError of `loadConfig`, `claimPrivateDirectory`, `takeDaemonLock` or `FileChanges.heal`.
 */
export async function layGround(
  options: Pick<Ground, 'paths' | 'environment'> & { readonly echoLog: boolean; readonly clock?: Clock },
  scope: Scope,
): Promise<Ground> {
  const { paths, environment, clock = systemClock } = options;
  healMigration(paths);
  const finished = finishInterruptedRestore(paths);
  const { config, sources, access, warnings } = loadConfig({
    environment,
    envFile: paths.envFile,
    bridgeJson: paths.bridgeJson,
  });
  const { config: configuration, state, logs, attachments, monitoring, workspace } = paths;
  for (const directory of [configuration, state, attachments, monitoring, workspace]) {
    claimPrivateDirectory(directory);
  }
  const logsTrouble = claimLogs(logs);
  scope.defer('the daemon lock', takeDaemonLock(paths.daemonLock));
  writeDaemonRecord(paths.daemonRecord, ownDaemonRecord(paths.controlSocket));
  scope.defer('the daemon record', () => {
    removeDaemonRecord(paths.daemonRecord, process.pid);
  });
  const redact = redactor(secretValues(environment, config));
  const log = new Logger({
    directory: logs,
    level: config.logLevel,
    keep: config.logKeep,
    redact,
    clock,
    echo: options.echoLog,
  });
  scope.defer('the log', () => log.close());
  await log.open();
  if (logsTrouble !== undefined) log.error({ file: logs, error: logsTrouble }, 'the directory of logs cannot be used');
  for (const warning of warnings) log.warn({ warning }, 'configuration');
  if (finished) {
    log.warn({ backup: finished.archive, replaced: finished.replaced }, 'an interrupted restore was finished');
  }
  return { paths, environment, config, sources, access, clock, log, redact };
}

/** What is wrong with the directory of logs: the one that the bridge can do without. */
function claimLogs(directory: string): string | undefined {
  try {
    claimPrivateDirectory(directory);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
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
