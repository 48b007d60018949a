import type { SessionNumber } from '../model/session.ts';

/** How long messages took from being stored to the end of their turns, in milliseconds. */
export interface ResponseTimes {
  readonly mean: number;
  readonly p95: number;
  /** How many messages. */
  readonly count: number;
}

/** What was measured of one session at one moment. */
export interface SessionSample {
  readonly number: SessionNumber;
  /** Its lifecycle, and while it runs what its agent does: `idle`, `busy`, `waiting` ... */
  readonly status: string;
  /** Bytes of the whole process tree; 0 when nothing runs. */
  readonly memory: number;
  readonly processes: number;
  /** Per cent of one processor since the look before; 0 at the first. */
  readonly cpu: number;
  /** Bytes of its attachments. */
  readonly disk: number;
  /** Of turns that ended well in the five minutes (`monitor.interval`) before; missing when none did. */
  readonly response?: ResponseTimes;
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

/**
 * - `memory`, `disk`: of the session's limit or quota; without a session, of the machine.
 * - `response`: the mean of a session.
 * - `total-memory`: of all sessions together.
 * - `throttled`: a session takes more memory than it may, and new messages wait.
 */
export type AlertKind = 'memory' | 'disk' | 'response' | 'total-memory' | 'throttled';

/** A threshold that is crossed now. */
export interface Alert {
  /** Missing: of the machine, or of all sessions together. */
  readonly session?: SessionNumber;
  readonly kind: AlertKind;
  /** ISO 8601. */
  readonly since: string;
  /** What was measured last, and the threshold: bytes, or milliseconds for `response`. */
  readonly value: number;
  readonly limit: number;
}

/** What the bridge takes now. */
export interface Metrics {
  /** Measured now, or at most 2 s ago. */
  readonly latest: Sample;
  readonly alerts: readonly Alert[];
}

/** Where samples are kept: `monitoring/metrics.json`. */
export interface MetricsBook {
  /**
   * Adds a sample and forgets what is older than it may be. The file is never half-written.
   * @throws the system error; nothing is changed then.
   */
  add(sample: Sample): void;
}
