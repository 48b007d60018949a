import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { finishInterruptedRestore, finishUnderLock, takeWholeInstallation } from '../src/backup/idle-installation.ts';
import { refuseUnfinished } from '../src/backup/one-at-a-time.ts';
import { makePrivateDirectory } from '../src/base/atomic-file.ts';
import { BridgeError } from '../src/base/errors.ts';
import { packageRoot } from '../src/base/own-files.ts';
import { expandHome, isDirectory } from '../src/config/directories.ts';
import { resolvePaths } from '../src/config/paths.ts';
import {
  isSameDirectory,
  predecessorDirectory,
  predecessorTraces,
  runningPredecessors,
} from '../src/config/predecessor.ts';
import type { Migrate, MigrationReport, MigrationRequest } from '../src/contracts/migration.ts';
import { FileChanges } from '../src/storage/file-changes.ts';
import { listForeignSessions } from '../src/terminal/foreign-sessions.ts';
import { attachmentsOfSession1 } from './001-attachments-of-session-1.ts';
import { pythonInstallation } from './002-python-installation.ts';
import { FreeNames } from './free-names.ts';
import type { Place, Step, StepPlan } from './step.ts';

/** Every step ever made, in order. Only ever appended to. */
const steps: readonly Step[] = [attachmentsOfSession1, pythonInstallation];

type Surroundings = Pick<Place, 'paths' | 'predecessor' | 'running'>;

type Plan = readonly { readonly step: Step; readonly plan: StepPlan }[];

/**
 * Plans, and unless it is a dry run: backs up, applies, reads everything back; all of it or nothing. What an earlier run
 * left that was killed is ended first. It may be run again at any time.
 *
 * @throws BridgeError `bridge-running`, `backup-running`; `migration-unfinished`, `restore-unfinished` of a dry run; `predecessor-not-found`, `predecessor-unreadable`,
 *   `predecessor-running`; `changes-undone` when it failed and everything is as before; `changes-stuck`.
 */
export const migrate: Migrate = async (request) => migrateBeside(await whatRuns(request), request);

/** The same, where it is known what of the Python bridge runs. */
export async function migrateBeside(running: Place['running'], request: MigrationRequest): Promise<MigrationReport> {
  const paths = resolvePaths({ environment: request.environment });
  const predecessor = findPredecessor(request);
  const surroundings = { paths, predecessor, running };
  const changes = new FileChanges({ directory: paths.migrations });
  const look = (): Promise<Plan> => makePlan(surroundings);
  if (request.dryRun) {
    refuseUnfinished(paths);
    const plan = await look();
    return report(plan, isEmpty(plan) ? 'nothing' : 'planned');
  }
  finishInterruptedRestore(paths);
  if (!changes.isUnfinished) {
    const plan = await look();
    if (isEmpty(plan)) return report(plan, 'nothing');
  }
  makePrivateDirectory(paths.state);
  const release = takeWholeInstallation(paths);
  try {
    finishUnderLock(paths);
    const healed = changes.heal() ?? null;
    const plan = await look();
    if (isEmpty(plan)) return { ...report(plan, 'nothing'), healed };
    refuseBelowRunning(plan, surroundings);
    const made = changes.make(
      plan.flatMap(({ plan: { changes: each } }) => each),
      request.clock.now(),
    );
    const { backup, files, bytes, left } = made;
    const notes = left.map((file) => `${file} could not be removed; it was copied. Remove it by hand.`);
    return { ...report(plan, 'done', notes), healed, verified: { files, bytes }, backup };
  } finally {
    release();
  }
}

/** @throws BridgeError `predecessor-not-found` when it was named, and is not there. */
function findPredecessor({ from, environment }: MigrationRequest): string | undefined {
  const userHome = environment['HOME'] || homedir();
  const directory = resolve(expandHome(from ?? predecessorDirectory(userHome), userHome));
  if (isDirectory(directory) && predecessorTraces(directory).length > 0) return directory;
  if (from === undefined) return undefined;
  throw new BridgeError('predecessor-not-found', `The Python bridge is not in ${directory}.`);
}

async function makePlan({ paths, predecessor, running }: Surroundings): Promise<Plan> {
  const envExample = join(packageRoot(), 'config', '.env.example');
  const place = { paths, predecessor, running, envExample, names: new FreeNames() };
  const plan: { step: Step; plan: StepPlan }[] = [];
  for (const step of steps) plan.push({ step, plan: await step.plan(place) });
  return plan;
}

/** What of the Python bridge runs. Only looks. */
async function whatRuns({ environment }: MigrationRequest): Promise<Place['running']> {
  return {
    programs: runningPredecessors(),
    terminals: await listForeignSessions(/^claude-(?:session-\d+|discord-bridge)$/, { environment }),
  };
}

function isEmpty(plan: Plan): boolean {
  return plan.every(({ plan: { changes } }) => changes.length === 0);
}

/** Nothing is moved from below a program that works there. Copying does it no harm. */
function refuseBelowRunning(plan: Plan, { paths, predecessor, running }: Surroundings): void {
  const moves = plan.some(({ plan: { changes } }) => changes.some(({ removesSource }) => removesSource));
  const [program] = running.programs;
  if (!moves || !program || predecessor === undefined || !isSameDirectory(predecessor, paths.home)) return;
  throw new BridgeError(
    'predecessor-running',
    `The Python bridge is running (${program.program}, process ${program.pid}), and it has the directory of this one.`,
    { advice: `End it first: vexit of that installation, or: kill ${program.pid}` },
  );
}

function report(plan: Plan, outcome: MigrationReport['outcome'], notes: readonly string[] = []): MigrationReport {
  const last = plan.at(-1)?.step;
  return {
    outcome,
    healed: null,
    steps: plan.map(({ step, plan: { changes: _, ...rest } }) => ({
      id: step.id,
      title: step.title,
      ...rest,
      notes: step === last ? [...rest.notes, ...notes] : rest.notes,
    })),
    verified: { files: 0, bytes: 0 },
    backup: null,
  };
}
