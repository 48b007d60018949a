import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { isoTime, parseTime } from '../../base/clock.ts';
import { BridgeError, systemErrorCode } from '../../base/errors.ts';
import { fault, good } from '../report.ts';
import type { Finding } from '../report.ts';
import type { Check } from '../run-checks.ts';
import type { Surroundings } from '../surroundings.ts';

const dayMs = 86_400_000;

/** So many attempts for one session within a day are no accident any more. */
const manyAttempts = 10;

/** What is read of a line of the history of recoveries. */
const attempt = z.object({ at: z.string(), session: z.number() });

/** What the bridge keeps about its own run: whether samples are still taken, and how often sessions had to be recovered. */
export function recordsCheck(surroundings: Surroundings): Check {
  return {
    name: 'the records of the run',
    group: 'daemon',
    run: async () => [...(await sampleFindings(surroundings)), ...(await recoveryFindings(surroundings))],
  };
}

/** A running bridge adds a sample every `monitor.interval`. */
async function sampleFindings({ configuration, daemon, paths, clock, vai }: Surroundings): Promise<readonly Finding[]> {
  if (configuration instanceof BridgeError || (await daemon()).kind !== 'running') return [];
  const { monitorInterval } = configuration.config;
  const latest = 2 * monitorInterval + 60_000;
  const file = join(paths.monitoring, 'metrics.json');
  const written = changeTime(file);
  const began = changeTime(paths.daemonRecord);
  if (began === undefined || clock.now() - Math.max(written ?? 0, began) <= latest) {
    return [good('daemon', `${file} is kept up to date.`)];
  }
  const says = written === undefined ? 'was never written' : `was last written at ${isoTime(written)}`;
  return [fault('metrics-stale', `${file} ${says}, and the bridge is running.`, `The reason: ${vai} logs`)];
}

async function recoveryFindings({ daemon, paths, clock, vai }: Surroundings): Promise<readonly Finding[]> {
  const view = await daemon();
  // One that was removed meanwhile is nobody's trouble any more.
  const present = view.kind === 'running' ? view.status.sessions.map(({ number }): number => number) : undefined;
  const since = clock.now() - dayMs;
  const counts = new Map<number, number>();
  for (const line of read(paths.recoveryFile).split('\n')) {
    const session = sessionOf(line, since);
    if (session !== undefined) counts.set(session, (counts.get(session) ?? 0) + 1);
  }
  const often = [...counts].filter(([session, count]) => count >= manyAttempts && (present?.includes(session) ?? true));
  if (often.length === 0) return [good('daemon', 'No session had to be recovered often within a day.')];
  return often.map(([session, count]) =>
    fault(
      'recovered-often',
      `Within a day it was tried ${count} times to bring session ${session} back.`,
      `What was found each time: ${vai} recover --history ${session}; then: ${vai} logs ${session}`,
    ),
  );
}

/** Of a line that is not whole, nothing: it may be the last one before a power cut. */
function sessionOf(line: string, since: number): number | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const parsed = attempt.safeParse(value);
  return parsed.success && (parseTime(parsed.data.at) ?? 0) >= since ? parsed.data.session : undefined;
}

function changeTime(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}

/** Empty where there is no such file; one that may not be read is told by the check of files. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return '';
  }
}
