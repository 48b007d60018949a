import { z } from 'zod';

import { LogFile } from './log-file.ts';

const line = z.looseObject({
  at: z.string(),
  session: z.number(),
  generation: z.number(),
  by: z.enum(['bridge', 'person']),
  finding: z.string(),
  evidence: z.record(z.string(), z.union([z.string(), z.number()])).readonly(),
  step: z.string(),
  attempt: z.number(),
  outcome: z.string(),
  reason: z.string().exactOptional(),
});

/** One attempt, as the bridge kept it. */
export type Attempt = z.infer<typeof line>;

/** So many are shown. */
const most = 50;

/** More than a file holds: a line has 100 bytes at least, a file some MB. */
const mostKept = 50_000;

/**
 * The last attempts to set sessions going, oldest first, of one session or of all; also of the file before the present
 * one. Lines that cannot be read are passed over: the machine may have stopped in the middle of one.
 *
 * @param path of the present file; it need not exist.
 */
export function readAttempts(path: string, session: number | undefined): readonly Attempt[] {
  const before = new LogFile(path.replace(/\.jsonl$/, '.1.jsonl')).last(mostKept) ?? [];
  const present = new LogFile(path).last(mostKept) ?? [];
  const wanted = [...before, ...present]
    .flatMap((text) => parse(text) ?? [])
    .filter((attempt) => session === undefined || attempt.session === session);
  return wanted.slice(-most);
}

/** One attempt for a person. */
export function attemptText({ at, session, by, finding, step, attempt, outcome, reason, evidence }: Attempt): string {
  const when = at.replace('T', ' ').replace(/\..*$/, 'Z');
  const figures = Object.entries(evidence).map(([name, value]) => `${name}=${value}`);
  const why = reason === undefined ? [] : [`reason=${reason}`];
  return `${when}  session ${session}  ${finding}: ${step} ${attempt}, ${outcome} (by ${by}; ${[...figures, ...why].join(' ')})`;
}

function parse(text: string): Attempt | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // Half a line, after a power cut.
  }
}
