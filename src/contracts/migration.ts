import type { Clock } from '../base/clock.ts';

/** What one step would do, or did. */
export interface MigrationStepReport {
  /** `001-attachments-of-session-1`: what the step is called in `migration/`. */
  readonly id: string;
  /** A few words for a person. */
  readonly title: string;
  /** Files that go to another place. */
  readonly files: readonly { readonly from: string; readonly to: string; readonly bytes: number }[];
  /** Settings that are added to `config/.env`, by name; never a value. */
  readonly settings: readonly string[];
  /** Sessions that are added to the map. */
  readonly sessions: readonly {
    readonly number: number;
    readonly channel: string;
    /** Its number where it comes from. */
    readonly was: number;
  }[];
  /** What a person must know: what is not taken over, and why; whole sentences. */
  readonly notes: readonly string[];
}

export interface MigrationReport {
  /** `planned`: of a dry run, or of one that is to be confirmed; nothing was changed. */
  readonly outcome: 'nothing' | 'planned' | 'done';
  /** What was done about an earlier run that was killed. Null: there was none. */
  readonly healed: 'undone' | 'finished' | null;
  readonly steps: readonly MigrationStepReport[];
  /** How many files were written and read back, and how many bytes they have. */
  readonly verified: { readonly files: number; readonly bytes: number };
  /** The directory with what was there before; null when nothing was changed. */
  readonly backup: string | null;
}

export interface MigrationRequest {
  readonly clock: Pick<Clock, 'now'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The directory of the Python bridge; undefined: where it usually is, if it is there. */
  readonly from: string | undefined;
  /** Say what would be done. */
  readonly dryRun: boolean;
}

/** Brings what earlier versions and the predecessor left to where this version has it. */
export type Migrate = (request: MigrationRequest) => Promise<MigrationReport>;
