import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { BridgeError, describeError } from '../src/base/errors.ts';
import { readOrBegin } from '../src/config/env-file.ts';
import { loadConfig } from '../src/config/load-config.ts';
import type { BridgePaths } from '../src/config/paths.ts';
import { isSameDirectory } from '../src/config/predecessor.ts';
import { parseSessionNumber } from '../src/model/session.ts';
import type { FileChange } from '../src/storage/file-change.ts';
import { digestIfThere } from '../src/storage/file-copy.ts';
import { highestNumberIn } from '../src/storage/session-records.ts';
import { SessionsFile, sessionsText } from '../src/storage/sessions-file.ts';
import { namesOfFiles, planFiles } from './plan-files.ts';
import type { FilesPlan } from './plan-files.ts';
import { planSessions, readPredecessorSessions } from './predecessor-sessions.ts';
import { planSettings, readPredecessorEnv } from './predecessor-settings.ts';
import { nothingToDo } from './step.ts';
import type { Place, Step } from './step.ts';
import { Taken } from './taken.ts';

/**
 * The Python bridge of the same name: its settings, its map and its attachments are copied. Nothing there is changed,
 * and nothing that is set here.
 */
export const pythonInstallation: Step = {
  id: '002-python-installation',
  title: 'The Python bridge’s settings, sessions and attachments',
  plan: async (place) => {
    const { paths, predecessor, envExample } = place;
    if (predecessor === undefined) return nothingToDo;
    const mapFile = join(predecessor, 'sessions.json');
    const theirs = readPredecessorSessions(readIfThere(mapFile) ?? '', mapFile);
    const ours = await new SessionsFile({ path: paths.discord.map }).read();
    const taken = Taken.read(join(paths.migrations, 'taken.json'));
    const isGiven = await givenNumbers(paths);
    const sessions = planSessions({ theirs, ours, taken: taken.channels, isGiven });
    const settings = planSettings({
      theirs: readPredecessorEnv(readIfThere(join(predecessor, '.env')) ?? ''),
      text: readOrBegin(paths.envFile, envExample),
      ours: loadConfig({ environment: {}, envFile: paths.envFile, bridgeJson: paths.bridgeJson }),
      taken: taken.settings,
      numbers: sessions.numbers,
    });
    const from = { predecessor, isTaken: (path: string) => taken.hasFile(path) };
    const numbers = theirs.length === 0 ? new Map([[1, 1]]) : sessions.numbers;
    const files = planAttachments(place, from, numbers);
    const own = [
      ...(settings.text === undefined ? [] : [toBeWritten(paths.envFile, settings.text)]),
      ...(sessions.entries === undefined ? [] : [toBeWritten(paths.discord.map, sessionsText(sessions.entries))]),
      ...files.changes,
    ];
    const record = taken.with({
      settings: settings.added,
      channels: sessions.added.map(({ channel }) => channel),
      files: files.files.map((file) => file.from),
    });
    const changes = own.length === 0 ? [] : [...own, record];
    return {
      changes,
      files: files.files,
      settings: settings.added,
      sessions: sessions.added,
      notes: [...settings.notes, ...sessions.notes, ...files.notes, ...(changes.length === 0 ? [] : whatRuns(place))],
    };
  },
};

/** It may run meanwhile: it is only read. What is to be done about it comes afterwards. */
function whatRuns({ running: { programs, terminals } }: Place): readonly string[] {
  return [
    ...programs.map(
      ({ program, pid }) =>
        `The Python bridge is running (${program}, process ${pid}). It was only read; end it before this bridge starts ` +
        `(vexit of that installation, or: kill ${pid}), else both answer. What people send it until then is not here: ` +
        'run this again afterwards.',
    ),
    ...(terminals.length === 0
      ? []
      : [
          `Its agents run on your own tmux server and are left alone: ${terminals.join(', ')}. ` +
            'Here new ones begin; end those with: tmux kill-session -t NAME',
        ]),
  ];
}

/** What lies in its directory itself, which was one for all, goes to the first of its sessions. */
function planAttachments(
  { paths, names }: Place,
  { predecessor, isTaken }: { readonly predecessor: string; readonly isTaken: (path: string) => boolean },
  numbers: ReadonlyMap<number, number>,
): FilesPlan {
  const from = join(predecessor, 'attachments');
  if (!existsSync(from) || isSameDirectory(from, paths.attachments)) return nothingToDo;
  const planFor = (directory: string, number: number): FilesPlan => {
    const ours = numbers.get(number);
    if (ours !== undefined) {
      const to = join(paths.attachments, `session_${ours}`);
      return planFiles({ from: directory, to, names, move: false, isTaken });
    }
    const isEmpty = namesOfFiles(directory).length === 0;
    const notes = isEmpty ? [] : [`The files in ${directory} are left out: session ${number} is not taken over.`];
    return { ...nothingToDo, notes };
  };
  const first = [...numbers.keys()].sort((a, b) => a - b)[0];
  const nested = readdirSync(from).flatMap((name) => {
    const number = parseSessionNumber(/^session_(\d+)$/.exec(name)?.[1] ?? '');
    return number === undefined ? [] : [planFor(join(from, name), number)];
  });
  return joined([planFor(from, first ?? 1), ...nested]);
}

function joined(plans: readonly FilesPlan[]): FilesPlan {
  return {
    changes: plans.flatMap(({ changes }) => changes),
    files: plans.flatMap(({ files }) => files),
    notes: plans.flatMap(({ notes }) => notes),
  };
}

/** Numbers that sessions of Discord or of the built-in chat have, or had. */
async function givenNumbers({ discord, local, workspace }: BridgePaths): Promise<(number: number) => boolean> {
  const highest = Math.max(highestNumberIn(discord.database), highestNumberIn(local.database));
  const maps = await Promise.all([discord.map, local.map].map((path) => new SessionsFile({ path }).read()));
  const mapped = new Set<number>(maps.flat().map(({ number }) => number));
  return (number) => number <= highest || mapped.has(number) || existsSync(join(workspace, `session_${number}`));
}

function toBeWritten(target: string, text: string): FileChange {
  const before = digestIfThere(target);
  return { target, source: { text }, ...(before === undefined ? {} : { replaces: before.sha256 }) };
}

/** @throws BridgeError `predecessor-unreadable`. */
function readIfThere(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BridgeError(
      'predecessor-unreadable',
      `${file} of the Python bridge cannot be read: ${describeError(cause)}.`,
      {
        advice: 'Make it readable for this user.',
        cause,
      },
    );
  }
}
