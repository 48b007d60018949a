import type { BridgePaths } from '../src/config/paths.ts';
import type { RunningProgram } from '../src/config/predecessor.ts';
import type { MigrationStepReport } from '../src/contracts/migration.ts';
import type { FileChange } from '../src/storage/file-change.ts';
import type { FreeNames } from './free-names.ts';

/** What steps look at. They change nothing. */
export interface Place {
  readonly paths: BridgePaths;
  /** Where the Python bridge is; undefined when there is none. */
  readonly predecessor: string | undefined;
  /** What of it runs on this machine. */
  readonly running: { readonly programs: readonly RunningProgram[]; readonly terminals: readonly string[] };
  /** Shared by all steps, so that no two files are planned for one place. */
  readonly names: FreeNames;
  /** The shipped example, where each setting is explained: a new `config/.env` begins with it. */
  readonly envExample: string;
}

export interface StepPlan extends Omit<MigrationStepReport, 'id' | 'title'> {
  readonly changes: readonly FileChange[];
}

/**
 * One step of the migration. It says what is to be changed, by looking at what is there: where nothing is to be done any
 * more it plans nothing, so that it may be run again at any time.
 */
export interface Step {
  /** Its number and name, as its file is called. */
  readonly id: string;
  readonly title: string;
  /** @throws BridgeError when it must not be guessed what is meant. */
  plan(place: Place): Promise<StepPlan>;
}

/** The plan of a step that has nothing to do. */
export const nothingToDo: StepPlan = { changes: [], files: [], settings: [], sessions: [], notes: [] };
