import { existsSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { BridgeStatus, SessionStatus } from '../../contracts/bridge-api.ts';
import { isAlive } from '../../model/session.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';
import { buildTimes } from './installation.ts';

/** The running bridge: answers, is the one on disk, has its files, its chat and its sessions. */
export function daemonCheck(surroundings: Surroundings): Check {
  const { daemon, vai, paths } = surroundings;
  return {
    name: 'the bridge',
    group: 'daemon',
    run: async () => {
      const view = await daemon();
      switch (view.kind) {
        case 'stopped':
          return [fault('daemon-stopped', `The bridge of ${paths.home} is not running.`, `${vai} start`)];
        case 'silent':
          return [silentFinding(view, surroundings)];
        case 'running': {
          const { status } = view;
          return [
            good('daemon', `The bridge ${status.version} is running (process ${status.pid}).`),
            ...versionFindings(status, surroundings),
            ...settingsFindings(surroundings),
            ...missingFiles(view, surroundings),
            ...chatFindings(status, vai),
            ...logFindings(status),
            ...parkedFindings(status, vai),
            ...status.sessions.flatMap((session) => sessionFindings(session, vai)),
          ];
        }
      }
    },
  };
}

function silentFinding(
  view: Extract<Awaited<ReturnType<Surroundings['daemon']>>, { readonly kind: 'silent' }>,
  { paths, vai }: Surroundings,
): Finding {
  const { pid, socket, error } = view;
  const isOfOther = error.code === 'daemon-forbidden' || error.code === 'daemon-record-unreadable';
  if (isOfOther) return fault('daemon-forbidden', error.message, error.advice);
  const kill = pid === undefined ? 'end it' : `kill ${pid}`;
  if (error.code === 'daemon-unintelligible') return fault('daemon-other-version', error.message, `${vai} restart`);
  if (pid !== undefined && !existsSync(socket)) {
    return fault(
      'daemon-files-gone',
      `The bridge runs (process ${pid}), and its control socket ${socket} was removed.`,
      `${kill}; ${vai} start   (the agents run on)`,
    );
  }
  return fault(
    'daemon-silent',
    `The bridge (process ${pid ?? 'unknown'}) does not answer: ${error.message}`,
    `It may be starting or ending. If it stays so, look at ${paths.bridgeLog}, or: ${kill}`,
  );
}

function versionFindings(status: BridgeStatus, { version, packageRoot, paths, vai }: Surroundings): readonly Finding[] {
  if (status.version !== version) {
    return [
      fault(
        'daemon-other-version',
        `The running bridge is version ${status.version}; on disk is ${version}.`,
        `${vai} restart   (the agents run on)`,
      ),
    ];
  }
  // The daemon writes its record when it begins.
  const began = changeTime(paths.daemonRecord);
  if (began === undefined || buildTimes(packageRoot).built <= began) return [];
  return [
    fault(
      'daemon-outdated',
      'The bridge was built again after it was started: it still runs the older code.',
      `${vai} restart   (the agents run on)`,
    ),
  ];
}

/** Settings are read once, at the start. */
function settingsFindings({ paths, vai }: Surroundings): readonly Finding[] {
  const began = changeTime(paths.daemonRecord);
  const newer = [paths.envFile, paths.bridgeJson].filter((file) => (changeTime(file) ?? 0) > (began ?? Infinity));
  return newer.map((file) =>
    fault(
      'daemon-older-settings',
      `${file} was changed after the bridge was started, which still has the older settings.`,
      `${vai} restart   (the agents run on)`,
    ),
  );
}

function changeTime(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** What the bridge was started with and somebody removed: it goes on, and what it writes is lost with its end. */
function missingFiles(
  { status, socket, hasRecord }: { status: BridgeStatus; socket: string; hasRecord: boolean },
  { paths, vai }: Surroundings,
): readonly Finding[] {
  const { sessions } = paths[status.chat.kind];
  // Where no agent runs there may be no tmux server, and nothing of a session is in use.
  const alive = status.sessions.filter(({ lifecycle }) => isAlive(lifecycle));
  const expected = [
    ...[paths.state, paths.config, paths.monitoring, socket],
    ...(alive.length === 0 ? [] : [status.tmuxSocket]),
    ...(hasRecord ? [] : [paths.daemonRecord]),
    ...alive.map(({ number }) => join(sessions, String(number))),
  ];
  // Logs are made again with their next line.
  const deleted = deletedFiles(status.pid, paths.home).filter((path) => !path.startsWith(`${paths.logs}/`));
  const all = [...expected.filter((path) => !existsSync(path)), ...deleted];
  // What was in a removed directory went with it.
  const missing = all.filter((path) => !all.some((other) => path.startsWith(`${other}/`)));
  return [...new Set(missing)].map((path) =>
    fault(
      'daemon-files-gone',
      `${path} was removed under the running bridge.`,
      `Put it back if you can; then: kill ${status.pid}; ${vai} start   (the agents run on)`,
    ),
  );
}

/** Files of the home that a process has open and that have no name any more (Linux). */
function deletedFiles(pid: number, home: string): readonly string[] {
  const directory = `/proc/${pid}/fd`;
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    return []; // No /proc, or the daemon of another user.
  }
  const deleted = names.flatMap((name) => {
    try {
      const target = readlinkSync(join(directory, name));
      return target.startsWith(`${home}/`) && target.endsWith(' (deleted)') ? [target.slice(0, -10)] : [];
    } catch {
      return []; // Closed while we looked.
    }
  });
  return [...new Set(deleted)];
}

/** The bridge goes on without logs, and with them by itself. */
function logFindings({ logTroubles = [] }: BridgeStatus): readonly Finding[] {
  return logTroubles.map(({ file, error, since, lost }) =>
    fault(
      'log-unwritable',
      `The bridge cannot write ${file} since ${since} (${error}); ${lost} lines are lost.`,
      `Make room on its disk, or mend ${dirname(file)}; the bridge goes on by itself.`,
    ),
  );
}

function chatFindings({ chat }: BridgeStatus, vai: string): readonly Finding[] {
  const findings: Finding[] = [];
  const detail = chat.detail ?? 'no reason is known';
  if (chat.state === 'failed') {
    findings.push(
      fault('chat-failed', `The chat connection failed for good: ${detail}`, `Mend that; then: ${vai} restart`),
    );
  } else if (chat.state !== 'ready') {
    findings.push(fault('chat-away', `The chat is ${chat.state}: ${detail}`, 'It goes on trying by itself.'));
  } else findings.push(good('daemon', `The chat (${chat.kind}) is connected.`));
  if (!chat.owned) {
    findings.push(fault('nobody-owns', 'Nobody owns the bridge, so nothing from the chat is run.', `${vai} pair`));
  }
  return findings;
}

function parkedFindings({ outbox }: BridgeStatus, vai: string): readonly Finding[] {
  if (outbox.parked === 0) return [];
  const says = `Channels that refuse the bot: ${outbox.parked}; what is for them waits.`;
  return [fault('channel-parked', says, `${vai} outbox; then: ${vai} outbox --retry`)];
}

function sessionFindings(session: SessionStatus, vai: string): readonly Finding[] {
  const { number, lifecycle, state, waitingFor } = session;
  const detail = session.detail === undefined ? '' : ` (${session.detail})`;
  const attach = `${vai} attach ${number}`;
  if (lifecycle === 'failed') {
    return [fault('session-failed', `Session ${number} was given up${detail}.`, `${vai} recover ${number}`)];
  }
  if (lifecycle === 'lost') {
    return [fault('session-lost', `Session ${number} died and is being restarted${detail}.`, `${vai} logs ${number}`)];
  }
  if (lifecycle === 'running' && state === 'error') {
    return [fault('session-error', `The agent of session ${number} reports an error${detail}.`, attach)];
  }
  if (lifecycle !== 'running' || state !== 'waiting')
    return [good('daemon', `Session ${number} is ${lifecycle}, ${state}.`)];
  if (waitingFor === 'login') return [fault('session-wants-login', `Session ${number} wants a login.`, attach)];
  if (waitingFor === 'trust') {
    return [
      fault(
        'session-wants-trust',
        `Session ${number} asks whether it may trust its directory.`,
        `${vai} prompts; or: ${attach}`,
      ),
    ];
  }
  return [fault('session-waits', `Session ${number} waits for a ${waitingFor ?? 'decision'}.`, `${vai} prompts`)];
}
