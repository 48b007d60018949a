import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

import { BridgeError } from '../base/errors.ts';
import { shortHash } from '../base/ids.ts';
import { packageRoot } from '../base/own-files.ts';
import { expandHome } from './directories.ts';

/** What each chat server has of its own: a session belongs to one of them. */
export interface ServerPaths {
  /** The map of its channels to sessions. */
  readonly map: string;
  readonly database: string;
  /** The private directories of its sessions. */
  readonly sessions: string;
  /** Copies of files that wait to be posted there. */
  readonly outgoing: string;
}

/** Where an installation keeps its things. All absolute. Nothing is created by asking. */
export interface BridgePaths {
  /** BRIDGE_HOME. */
  readonly home: string;
  readonly config: string;
  readonly envFile: string;
  readonly bridgeJson: string;
  readonly state: string;
  readonly discord: ServerPaths;
  /** Of the built-in chat. */
  readonly local: ServerPaths;
  /** Who the running daemon is; see control/daemon-record. */
  readonly daemonRecord: string;
  /** Held by whoever may change this installation: the daemon, or a command while none runs. */
  readonly daemonLock: string;
  /** The journal and the backups of migrations. */
  readonly migrations: string;
  readonly logs: string;
  readonly bridgeLog: string;
  readonly auditFile: string;
  /** The history of recoveries. */
  readonly recoveryFile: string;
  /** Where the audit ends, kept apart from it. */
  readonly auditHead: string;
  readonly attachments: string;
  readonly monitoring: string;
  readonly workspace: string;
  /** Where `vai backup` puts what nobody chose a place for. */
  readonly backups: string;
  /** What a restore replaced. */
  readonly replaced: string;
  /** The run-time directory of this installation: sockets only. */
  readonly runtime: string;
  readonly controlSocket: string;
  readonly tmuxSocket: string;
}

export interface PathsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: the user's. */
  readonly userHome?: string;
  /** The directory that holds package.json. Default: the one this file was installed in. */
  readonly packageRoot?: string;
  /** Default: the system's temporary directory. */
  readonly temporary?: string;
  /** Default: this process's. */
  readonly userId?: number;
}

/** What a socket's path may take, in bytes: `sun_path` holds 108 on Linux, one of them for the final zero; one to spare. */
const longestSocketPath = 106;

/** Hexadecimal digits that tell the installations of one user apart. */
const hashLength = 8;

/**
 * Finds the installation: BRIDGE_HOME; else the checkout this program runs from; else `~/.claude-discord-bridge`.
 *
 * @throws BridgeError `socket-path-too-long`.
 */
export function resolvePaths(options: PathsOptions): BridgePaths {
  const home = findHome(options);
  const prefix = join(runtimeBase(options), `claude-bridge-${userId(options)}-`);
  // Hashing costs a shell command more than everything else here, and one that finds a running daemon needs no hash.
  let hash: string | undefined;
  const runtime = (): string => {
    hash ??= shortHash(realPath(home), hashLength);
    return `${prefix}${hash}`;
  };
  const longest = Buffer.byteLength(join(`${prefix}${'x'.repeat(hashLength)}`, 'control.sock'));
  if (longest > longestSocketPath) throw socketPathTooLong(join(runtime(), 'control.sock'), longest);
  const config = join(home, 'config');
  const state = join(home, 'state');
  const logs = join(home, 'logs');
  return {
    home,
    config,
    envFile: join(config, '.env'),
    bridgeJson: join(config, 'bridge.json'),
    state,
    discord: {
      map: join(config, 'sessions.json'),
      database: join(state, 'bridge.db'),
      sessions: join(state, 'sessions'),
      outgoing: join(state, 'outgoing'),
    },
    local: {
      map: join(config, 'sessions.local.json'),
      database: join(state, 'bridge.local.db'),
      sessions: join(state, 'sessions.local'),
      outgoing: join(state, 'outgoing.local'),
    },
    daemonRecord: join(state, 'daemon.json'),
    daemonLock: join(state, 'daemon.lock'),
    migrations: join(state, 'migrations'),
    logs,
    bridgeLog: join(logs, 'bridge.log'),
    auditFile: join(logs, 'audit.jsonl'),
    recoveryFile: join(logs, 'recovery.jsonl'),
    auditHead: join(state, 'audit-head.json'),
    attachments: join(home, 'attachments'),
    monitoring: join(home, 'monitoring'),
    workspace: join(home, 'workspace'),
    backups: join(home, 'backups'),
    replaced: join(home, 'replaced'),
    get runtime() {
      return runtime();
    },
    get controlSocket() {
      return join(runtime(), 'control.sock');
    },
    get tmuxSocket() {
      return join(runtime(), 'tmux.sock');
    },
  };
}

function findHome(options: PathsOptions): string {
  const { environment, userHome = homedir(), packageRoot: root = packageRoot() } = options;
  const wanted = environment['BRIDGE_HOME']?.trim();
  if (wanted) return resolve(expandHome(wanted, userHome));
  return isCheckout(root) ? root : join(userHome, '.claude-discord-bridge');
}

/** A package in somebody's node_modules has neither sources nor a history. */
function isCheckout(root: string): boolean {
  const manifest = join(root, 'package.json');
  if (!existsSync(manifest) || !(existsSync(join(root, '.git')) || existsSync(join(root, 'src')))) return false;
  return /"name":\s*"claude-discord-bridge"/.test(readFileSync(manifest, 'utf8'));
}

/** XDG_RUNTIME_DIR is often inherited from another user's login, or names a directory that was never made. */
function runtimeBase(options: PathsOptions): string {
  const directory = options.environment['XDG_RUNTIME_DIR'];
  if (directory) {
    try {
      accessSync(directory, constants.W_OK | constants.X_OK);
      return directory;
    } catch {
      // Not there, or not ours: the temporary directory will do.
    }
  }
  return options.temporary ?? tmpdir();
}

function userId(options: PathsOptions): number {
  return options.userId ?? process.getuid?.() ?? 0;
}

/** The real path of something that may not exist yet: that of its nearest existing ancestor, and the rest. */
function realPath(path: string): string {
  if (existsSync(path) || dirname(path) === path) return realpathSync(path);
  return join(realPath(dirname(path)), path.slice(dirname(path).length));
}

function socketPathTooLong(path: string, bytes: number): BridgeError {
  return new BridgeError(
    'socket-path-too-long',
    `The socket path "${path}" has ${bytes} bytes; the system allows ${longestSocketPath}.`,
    {
      advice: 'Set XDG_RUNTIME_DIR or TMPDIR to a directory with a shorter path, e.g. /tmp.',
    },
  );
}
