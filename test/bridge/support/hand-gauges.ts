import type { Gauges, MachineUsage, ProcessUsage, TreeUsage } from '../../../src/contracts/gauges.ts';

/** Gauges that show what a test sets. */
export class HandGauges implements Gauges {
  /** By the id of the root. */
  readonly usage = new Map<number, TreeUsage>();
  readonly directories = new Map<string, number>();
  /** How often somebody looked at processes. */
  looks = 0;
  /** What the next look fails with. */
  failure: Error | undefined;
  machineUsage: MachineUsage = { totalMemory: 1000, usedMemory: 100, cpu: 5, totalDisk: 1000, usedDisk: 200 };
  own: ProcessUsage = { memory: 50, cpuMs: 0 };

  async trees(roots: readonly number[]): Promise<ReadonlyMap<number, TreeUsage>> {
    this.looks += 1;
    if (this.failure) throw this.failure;
    return new Map([...this.usage].filter(([pid]) => roots.includes(pid)));
  }

  async directory(path: string): Promise<number> {
    return this.directories.get(path) ?? 0;
  }

  async machine(): Promise<MachineUsage> {
    return this.machineUsage;
  }

  bridge(): ProcessUsage {
    return this.own;
  }
}
