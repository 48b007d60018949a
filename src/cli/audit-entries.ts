import * as z from 'zod/mini';

import { parseTime } from '../base/clock.ts';
import { auditFiles, auditLines } from '../observe/audit-files.ts';

/** A line of the audit: of any version, and also one that is a mark. */
export const auditEntry = z.looseObject({
  seq: z.exactOptional(z.number()),
  at: z.string(),
  who: z.exactOptional(z.string()),
  /** Somebody asked. */
  surface: z.exactOptional(z.string()),
  action: z.exactOptional(z.string()),
  /** Something was done. */
  deed: z.exactOptional(z.string()),
  /** The audit says something about itself. */
  mark: z.exactOptional(z.string()),
  outcome: z.exactOptional(z.string()),
  session: z.exactOptional(z.number()),
  channel: z.exactOptional(z.string()),
  about: z.exactOptional(z.string()),
  reason: z.exactOptional(z.string()),
});

export type AuditRow = z.infer<typeof auditEntry>;

export interface AuditQuery {
  readonly session?: number | undefined;
  /** An id, or `local`. */
  readonly user?: string | undefined;
  /** Epoch milliseconds. */
  readonly since?: number | undefined;
  readonly outcome?: string | undefined;
  /** As many of the last ones. */
  readonly count: number;
}

/** The newest lines of the audit that are asked for, the oldest first; undefined when there is no audit. */
export function findEntries(path: string, query: AuditQuery): readonly AuditRow[] | undefined {
  const files = auditFiles(path);
  if (files.length === 0) return undefined;
  const found: AuditRow[] = [];
  for (const file of files.toReversed()) {
    if (found.length >= query.count) break;
    const entries = auditLines(file).lines.flatMap(parse);
    found.unshift(...entries.filter((entry) => isWanted(entry, query)));
    // The oldest of this file is older than all in those before it.
    if (query.since !== undefined && entries[0] !== undefined && timeOf(entries[0].at) < query.since) break;
  }
  return query.count === 0 ? [] : found.slice(-query.count);
}

function isWanted(entry: AuditRow, { session, user, since, outcome }: AuditQuery): boolean {
  if (session !== undefined && entry.session !== session) return false;
  if (user !== undefined && entry.who !== user && entry.who?.split(' ').at(-1) !== user) return false;
  if (since !== undefined && timeOf(entry.at) < since) return false;
  return outcome === undefined || entry.outcome === outcome;
}

function parse(line: string): readonly AuditRow[] {
  try {
    const entry = auditEntry.safeParse(JSON.parse(line));
    return entry.success ? [entry.data] : [];
  } catch {
    return []; // A line that was cut, or is somebody else's: `vai audit verify` tells.
  }
}

function timeOf(at: string): number {
  return parseTime(at) ?? 0;
}
