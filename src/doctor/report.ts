import { z } from 'zod';

import { catalogue, faultIds, groups } from './catalogue.ts';
import type { FaultId, Group, Level } from './catalogue.ts';

/** Something that is as it should be: `node-ok`, `tmux-ok` … */
type OkId = `${Group}-ok`;

const okIds = groups.map((group): OkId => `${group}-ok`);

export const findingSchema = z.strictObject({
  id: z.enum([...faultIds, ...okIds]),
  group: z.enum(groups),
  level: z.enum(['ok', 'note', 'warning', 'problem']),
  /** A sentence that names the value. */
  says: z.string().min(1),
  /** What to do now; missing when nothing needs doing. */
  do: z.string().min(1).exactOptional(),
});

/** One thing that was looked at. */
export type Finding = z.infer<typeof findingSchema>;

/** What `vai doctor --json` prints. */
export const reportSchema = z.strictObject({
  version: z.string(),
  home: z.string(),
  /** No finding is a problem. */
  healthy: z.boolean(),
  counts: z.strictObject({ ok: z.number(), note: z.number(), warning: z.number(), problem: z.number() }),
  findings: z.array(findingSchema),
});

export type Report = z.infer<typeof reportSchema>;

/** Something is as it should be. */
export function good(group: Group, says: string): Finding {
  return { id: `${group}-ok`, group, level: 'ok', says };
}

/** Something is not; group and level are the catalogue's. */
export function fault(id: FaultId, says: string, todo?: string, group: Group = catalogue[id].group): Finding {
  return { id, group, level: catalogue[id].level, says, ...(todo === undefined ? {} : { do: todo }) };
}

/** Findings as a report, by group, and within a group as they came. */
export function reportOf(
  findings: readonly Finding[],
  about: { readonly version: string; readonly home: string },
): Report {
  const sorted = [...findings].sort((a, b) => groups.indexOf(a.group) - groups.indexOf(b.group));
  const count = (level: Level): number => sorted.filter((finding) => finding.level === level).length;
  const counts = { ok: count('ok'), note: count('note'), warning: count('warning'), problem: count('problem') };
  return { ...about, healthy: counts.problem === 0, counts, findings: sorted };
}
