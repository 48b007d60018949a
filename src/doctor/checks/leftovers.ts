import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { BridgeError } from '../../base/errors.ts';
import { shellLine } from '../../base/shell-words.ts';
import { SessionsFile } from '../../storage/sessions-file.ts';
import { viewTmuxServer } from '../../terminal/diagnosis.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

/** What bridges that are gone left behind. */
export function leftoversCheck(surroundings: Surroundings): Check {
  return {
    name: 'leftovers',
    group: 'leftovers',
    run: async () => {
      const findings = (
        await Promise.all([
          remains(surroundings),
          strangers(surroundings),
          serversElsewhere(surroundings),
          orphans(surroundings),
        ])
      ).flat();
      return findings.length > 0 ? findings : [good('leftovers', 'Nothing is left of earlier runs.')];
    },
  };
}

async function remains({ daemon, paths }: Surroundings): Promise<readonly Finding[]> {
  const view = await daemon();
  if (view.kind !== 'stopped') return [];
  const findings: Finding[] = [];
  if (view.hasSocket) {
    findings.push(
      fault('socket-stale', `${paths.controlSocket} is left of a bridge that is gone; the next start replaces it.`),
    );
  }
  if (view.recordOf !== undefined) {
    findings.push(
      fault(
        'record-stale',
        `${paths.daemonRecord} is left of process ${view.recordOf}, which is gone; the next start replaces it.`,
      ),
    );
  }
  return findings;
}

/** Agents on our own tmux server that neither map knows. A running bridge knows its own; a stopped one left them. */
async function strangers({ paths, environment, vai }: Surroundings): Promise<readonly Finding[]> {
  const server = await viewTmuxServer(paths.tmuxSocket, environment);
  const known = await mappedNumbers(paths.config);
  if (!server || !known) return [];
  return server.sessions.flatMap((name) => {
    const number = /^claude-session-(\d+)$/.exec(name)?.[1];
    if (number === undefined || known.has(Number(number))) return [];
    return [
      fault(
        'tmux-strangers',
        `The tmux session ${name} is in no map.`,
        `${vai} start ends it; or: ${shellLine(['tmux', '-S', paths.tmuxSocket, 'kill-session', '-t', `=${name}`])}`,
      ),
    ];
  });
}

/** tmux servers of this same home under another run-time directory: `XDG_RUNTIME_DIR` or `TMPDIR` was another one. */
async function serversElsewhere({ paths, environment, userId, temporary }: Surroundings): Promise<readonly Finding[]> {
  const name = basename(paths.runtime);
  const bases = [environment['XDG_RUNTIME_DIR'], `/run/user/${userId ?? 0}`, temporary, environment['TMPDIR'], '/tmp'];
  const own = dirname(paths.runtime);
  const others = [...new Set(bases)].filter(
    (base): base is string => base !== undefined && base !== '' && base !== own,
  );
  const views = others.map(async (base) => {
    const socket = join(base, name, 'tmux.sock');
    const server = await viewTmuxServer(socket, environment);
    if (!server) return [];
    const content = server.sessions.length === 0 ? 'nothing' : server.sessions.join(', ');
    return [
      fault(
        'tmux-elsewhere',
        `A tmux server of this installation runs at ${socket}, from a start with another XDG_RUNTIME_DIR or TMPDIR; in it: ${content}.`,
        shellLine(['tmux', '-S', socket, 'kill-server']),
      ),
    ];
  });
  return (await Promise.all(views)).flat();
}

/** Processes that carry this home and a session in their environment, whose session does not run (Linux). */
async function orphans({ paths, environment }: Surroundings): Promise<readonly Finding[]> {
  if (!existsSync('/proc/self/environ')) return [];
  const living = (await viewTmuxServer(paths.tmuxSocket, environment))?.sessions ?? [];
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid || pid === process.ppid) return [];
    const own = readEnvironment(pid);
    const session = own?.get('BRIDGE_SESSION');
    if (session === undefined || own?.get('BRIDGE_HOME') !== paths.home) return [];
    if (living.includes(`claude-session-${session}`)) return []; // Started by an agent that still runs.
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

/** The numbers of both maps; undefined when one cannot be read, which another check tells. */
async function mappedNumbers(config: string): Promise<ReadonlySet<number> | undefined> {
  try {
    const maps = await Promise.all(
      ['sessions.json', 'sessions.local.json'].map((name) => new SessionsFile({ path: join(config, name) }).read()),
    );
    return new Set(maps.flat().map(({ number }) => number));
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}
