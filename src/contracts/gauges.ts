/** What a process, and everything that came of it, takes. */
export interface TreeUsage {
  /** How many processes, the root among them. */
  readonly processes: number;
  /** Bytes of memory. */
  readonly memory: number;
  /** Processor time that those which live have used, in milliseconds. It gets smaller when one of them ends. */
  readonly cpuMs: number;
}

/** What the machine has, and what of it is in use. */
export interface MachineUsage {
  /** Bytes. */
  readonly totalMemory: number;
  readonly usedMemory: number;
  /** Per cent of all processors since the last time somebody asked; 0 to 100. */
  readonly cpu: number;
  /** Bytes of the file system that the installation is on. */
  readonly totalDisk: number;
  readonly usedDisk: number;
}

/** What one process takes. */
export interface ProcessUsage {
  /** Bytes of memory. */
  readonly memory: number;
  /** Processor time since its beginning, in milliseconds. */
  readonly cpuMs: number;
}

/** Looks at what processes and files take. It changes nothing. */
export interface Gauges {
  /**
   * The trees of these processes, by their ids, in one look at the machine. A tree is everything in the terminal of the
   * process, what descends from that, and what came of it and went its own way. A process that does not live is missing.
   */
  trees(roots: readonly number[]): Promise<ReadonlyMap<number, TreeUsage>>;
  /** Bytes of the files in a directory and below it; 0 when there is none. Links are not followed. */
  directory(path: string): Promise<number>;
  machine(): Promise<MachineUsage>;
  /** The bridge's own process, alone. */
  bridge(): ProcessUsage;
}
