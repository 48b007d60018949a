import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { BridgeError } from '../../base/errors.ts';
import { shellLine } from '../../base/shell-words.ts';
import { sessionOfTerminal } from '../../model/terminal-name.ts';
import { viewTmuxServer } from '../../terminal/diagnosis.ts';
import type { DaemonView } from '../daemon-view.ts';
import { readMap } from '../read-map.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** The tmux servers of one home. */
interface Servers {
  /** That of the bridge that runs, or of the next one that is started from here; no sessions: it is not there. */
  readonly own: { readonly socket: string; readonly sessions: readonly string[] | undefined };
  /** Others, that are alive. */
  readonly elsewhere: readonly { readonly socket: string; readonly sessions: readonly string[] }[];
}

/** What bridges that are gone left behind. */
export function leftoversCheck(surroundings: Surroundings): Check {
  return {
    name: 'leftovers',
    group: 'leftovers',
    run: async () => {
      const daemon = await surroundings.daemon();
      const servers = await viewServers(daemon, surroundings);
      if (!servers) return remains(daemon, surroundings);
      const findings = [
        ...remains(daemon, surroundings),
        ...(await strangers(servers, daemon, surroundings)),
        ...strays(servers),
        ...orphans(servers, surroundings),
      ];
      return findings.length > 0 ? findings : [good('leftovers', 'Nothing is left of earlier runs.')];
    },
  };
}

function remains(daemon: DaemonView, { paths }: Surroundings): readonly Finding[] {
  if (daemon.kind !== 'stopped') return [];
  const findings: Finding[] = [];
  if (daemon.hasSocket) {
    findings.push(
      fault('socket-stale', `${paths.controlSocket} is left of a bridge that is gone; the next start replaces it.`),
    );
  }
  if (daemon.recordOf !== undefined) {
    findings.push(
      fault(
        'record-stale',
        `${paths.daemonRecord} is left of process ${daemon.recordOf}, which is gone; the next start replaces it.`,
      ),
    );
  }
  return findings;
}

/**
 * Looks at every place where a tmux server of this home may be. A running bridge says itself which one is its own: it
 * may have been started with another `XDG_RUNTIME_DIR` or `TMPDIR` than this shell has.
 *
 * @returns undefined when tmux cannot be asked, which another check tells.
 */
async function viewServers(
  daemon: DaemonView,
  { paths, environment, userId, temporary }: Surroundings,
): Promise<Servers | undefined> {
  const own = ownSocket(daemon, paths);
  const bases = [environment['XDG_RUNTIME_DIR'], `/run/user/${userId ?? 0}`, temporary, environment['TMPDIR'], '/tmp'];
  const possible = bases.flatMap((base) => (base ? [join(base, basename(paths.runtime), 'tmux.sock')] : []));
  // One place may have several names: `/tmp/`, or a link to it.
  const sockets = new Set(
    [paths.tmuxSocket, ...possible].filter((path) => existsSync(path)).map((path) => realpathSync(path)),
  );
  if (existsSync(own)) sockets.delete(realpathSync(own));
  try {
    const others = [...sockets].map(async (socket) => {
      const sessions = await viewTmuxServer(socket, environment);
      return sessions === undefined ? [] : [{ socket, sessions }];
    });
    const elsewhere = (await Promise.all(others)).flat();
    return { own: { socket: own, sessions: await viewTmuxServer(own, environment) }, elsewhere };
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}

function ownSocket(daemon: DaemonView, paths: Surroundings['paths']): string {
  switch (daemon.kind) {
    case 'running':
      return daemon.status.tmuxSocket;
    case 'silent':
      return join(dirname(daemon.socket), basename(paths.tmuxSocket));
    case 'stopped':
      return paths.tmuxSocket;
  }
}

/** Agents on our own tmux server that neither map knows. A running bridge knows its own; a stopped one left them. */
async function strangers(
  { own }: Servers,
  daemon: DaemonView,
  { paths, vai }: Surroundings,
): Promise<readonly Finding[]> {
  const maps = await Promise.all([paths.discord.map, paths.local.map].map(readMap));
  const known = new Set<number>();
  for (const map of maps) {
    if (map instanceof BridgeError) return [];
    for (const { number } of map) known.add(number);
  }
  if (!own.sessions) return [];
  return own.sessions.flatMap((name) => {
    const number = sessionOfTerminal(name);
    if (number === undefined || known.has(number)) return [];
    return [
      fault(
        'tmux-strangers',
        `The tmux session ${name} is in no map.`,
        `${vai} ${daemon.kind === 'running' ? 'restart' : 'start'} ends it; or: ${shellLine(['tmux', '-S', own.socket, 'kill-session', '-t', `=${name}`])}`,
      ),
    ];
  });
}

/** tmux servers of this same home under another run-time directory: `XDG_RUNTIME_DIR` or `TMPDIR` was another one. */
function strays({ elsewhere }: Servers): readonly Finding[] {
  return elsewhere.map(({ socket, sessions }) => {
    const content = sessions.length === 0 ? 'nothing' : sessions.join(', ');
    return fault(
      'tmux-elsewhere',
      `A tmux server of this installation runs at ${socket}, from a start with another XDG_RUNTIME_DIR or TMPDIR; in it: ${content}.`,
      shellLine(['tmux', '-S', socket, 'kill-server']),
    );
  });
}

/** Processes that carry this home and a session in their environment, whose session does not run (Linux). */
function orphans({ own, elsewhere }: Servers, { paths }: Surroundings): readonly Finding[] {
  if (!existsSync('/proc/self/environ')) return [];
  const living = [own, ...elsewhere].flatMap(({ sessions }) => sessions ?? []);
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid || pid === process.ppid) return [];
    const inherited = readEnvironment(pid);
    const session = inherited?.get('BRIDGE_SESSION');
    if (session === undefined || inherited?.get('BRIDGE_HOME') !== paths.home) return [];
    if (living.some((name) => String(sessionOfTerminal(name)) === session)) return []; // Started by an agent that still runs.
    return [
      fault(
        'orphan-process',
        `Process ${pid} (${commandOf(pid)}) belongs to session ${session}, which does not run.`,
        `kill ${pid}`,
      ),
    ];
  });
}

function readEnvironment(pid: number): ReadonlyMap<string, string> | undefined {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
  } catch {
    return undefined; // It ended while we looked, or it is another user's.
  }
}

/** The program's name alone: arguments may hold anything. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return 'it has just ended';
  }
}
