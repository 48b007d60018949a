import { z } from 'zod';

const goal = z.strictObject({
  statistic: z.enum(['median', 'p95', 'p99', 'max', 'ratio']),
  atMost: z.number(),
  met: z.boolean(),
});

const row = z.strictObject({
  quantity: z.string(),
  unit: z.enum(['ms', 's', 'MB', 'kB', '%', 'count']),
  n: z.int().positive(),
  min: z.number(),
  median: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
  baseline: z.string().exactOptional(),
  ratio: z.number().exactOptional(),
  goals: z.array(goal).readonly(),
});

const common = { name: z.string(), title: z.string(), notes: z.array(z.string()).readonly(), seconds: z.number() };

const measured = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('measured'), ...common, rows: z.array(row).readonly() }),
  z.strictObject({ outcome: z.literal('skipped'), ...common, why: z.string() }),
  z.strictObject({ outcome: z.literal('failed'), ...common, why: z.string() }),
]);

const load = z.tuple([z.number(), z.number(), z.number()]);

const machine = z.strictObject({
  processor: z.string(),
  cores: z.int().positive(),
  memoryMegabytes: z.number(),
  kernel: z.string(),
  node: z.string(),
  tmux: z.string(),
  claude: z.string(),
});

/** The content of bench/results.json. */
export const results = z.strictObject({
  version: z.literal(1),
  /** ISO 8601. */
  date: z.iso.datetime(),
  commit: z.string(),
  /** Whether the checkout differed from the commit. */
  changed: z.boolean(),
  quick: z.boolean(),
  machine,
  /** Load averages over 1, 5 and 15 minutes. */
  loadAtBegin: load,
  loadAtEnd: load,
  seconds: z.number(),
  measurements: z.array(measured).readonly(),
});

export type Results = z.infer<typeof results>;
export type Measured = z.infer<typeof measured>;
export type Machine = z.infer<typeof machine>;
