import type { SessionNumber } from '../model/session.ts';

/** What was measured of one session at one moment. */
export interface SessionSample {
  readonly number: SessionNumber;
  /** Its lifecycle, and while it runs what its agent does: `idle`, `busy`, `waiting` ... */
  readonly status: string;
  /** Bytes of the whole process tree; 0 when nothing runs. */
  readonly memory: number;
  readonly processes: number;
  /** Per cent of one processor since the sample before. */
  readonly cpu: number;
  /** Bytes of its attachments. */
  readonly disk: number;
  /** From a message to the end of its turn, of the turns that ended since the sample before, in milliseconds. */
  readonly response?: { readonly mean: number; readonly p95: number; readonly count: number };
  /** Messages on their way to the agent. */
  readonly queued: number;
  /** Why its messages wait, in words for a person; missing when nothing holds them back. */
  readonly throttled?: string;
}

/** What was measured of everything at one moment. */
export interface Sample {
  /** ISO 8601. */
  readonly timestamp: string;
  readonly sessions: readonly SessionSample[];
  readonly system: {
    /** Bytes. */
    readonly totalMemory: number;
    readonly usedMemory: number;
    /** Per cent of all processors, 0 to 100. */
    readonly cpu: number;
    /** Bytes of the file system that the installation is on. */
    readonly totalDisk: number;
    readonly usedDisk: number;
    /** Of the bridge's own process: bytes, and per cent of one processor. */
    readonly bridgeMemory: number;
    readonly bridgeCpu: number;
  };
}

/** A limit that is crossed now. */
export interface Alert {
  /** Missing: of the machine, or of all sessions together. */
  readonly session?: SessionNumber;
  readonly kind: 'memory' | 'total-memory' | 'disk' | 'response';
  /** ISO 8601. */
  readonly since: string;
  /** What was measured last, and the limit: bytes, or milliseconds for `response`. */
  readonly value: number;
  readonly limit: number;
}

/** Where samples are kept: `monitoring/metrics.json`. */
export interface MetricsBook {
  /**
   * Adds a sample and forgets what is older than it may be. The file is never half-written.
   * @throws the system error; nothing is changed then.
   */
  add(sample: Sample): void;
}
