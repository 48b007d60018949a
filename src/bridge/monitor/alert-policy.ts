import type { Alert, AlertKind, Sample, SessionSample } from '../../contracts/metrics.ts';

/** What may be taken before somebody is told. */
export interface AlertLimits {
  /** Bytes that one session may take; over that its new messages wait. */
  readonly sessionMemory: number;
  /** Bytes that all sessions may take together. */
  readonly totalMemory: number;
  /** Bytes that the attachments of one session may take. */
  readonly attachments: number;
  /** Per cent of a session's limit, and of the machine's memory. */
  readonly memoryPercent: number;
  /** Per cent of a session's quota, and of the machine's disk. */
  readonly diskPercent: number;
  /** Milliseconds that messages may take on average. */
  readonly responseMs: number;
}

/** What became of the alerts by one sample. */
export interface Judgement {
  /** Those that are open now. */
  readonly open: readonly Alert[];
  /** Of these, what is new. */
  readonly crossed: readonly Alert[];
  /** What is over, with what was measured now. */
  readonly over: readonly Alert[];
}

/** An alert is over when no more than this part of its threshold is taken: what wavers is told once. */
export const backRatio = 0.9;

/** Something measured, and its threshold. */
type Reading = Pick<Alert, 'session' | 'kind' | 'limit'> & {
  /** Undefined when there was nothing to measure: then nothing changes. */
  readonly value: number | undefined;
};

/**
 * Which thresholds a sample crosses, in either direction. An alert of a session that is no more is over without a word.
 * Pure.
 */
export function judgeSample(before: readonly Alert[], sample: Sample, limits: AlertLimits): Judgement {
  const total = applyReading(before, totalReading(sample, limits), sample.timestamp);
  const readings = [
    ...machineReadings(sample, limits),
    ...sample.sessions.flatMap((one) => [
      ...sessionReadings(one, limits),
      throttleReading(one, shareOf(sample, limits, total !== undefined)),
    ]),
  ];
  const open = readings.flatMap((reading) => applyReading(before, reading, sample.timestamp) ?? []);
  const now = total ? [total, ...open] : open;
  const values = new Map(
    [totalReading(sample, limits), ...readings].map((reading) => [nameOf(reading), reading.value]),
  );
  const over = before.flatMap((alert) => {
    const value = values.get(nameOf(alert));
    return value === undefined || find(now, alert) ? [] : [{ ...alert, value }];
  });
  return { open: now, crossed: now.filter((alert) => !find(before, alert)), over };
}

/** The alert that a reading leaves open: the one there was, or a new one. */
function applyReading(before: readonly Alert[], { value, ...about }: Reading, at: string): Alert | undefined {
  const known = find(before, about);
  if (value === undefined) return known;
  // A threshold that is another one than before (configured, or another share) has nothing to waver around yet.
  const until = known?.limit === about.limit ? about.limit * backRatio : about.limit;
  if (known) return value > until ? { ...known, ...about, value } : undefined;
  return value > about.limit ? { ...about, since: at, value } : undefined;
}

function totalReading({ sessions }: Sample, { totalMemory }: AlertLimits): Reading {
  const value = sessions.reduce((sum, { memory }) => sum + memory, 0);
  return { kind: 'total-memory', value, limit: totalMemory };
}

function machineReadings({ system }: Sample, limits: AlertLimits): readonly Reading[] {
  const { totalMemory, usedMemory, totalDisk, usedDisk } = system;
  return [
    { kind: 'memory', value: usedMemory, limit: part(totalMemory, limits.memoryPercent) },
    { kind: 'disk', value: usedDisk, limit: part(totalDisk, limits.diskPercent) },
  ];
}

function sessionReadings(
  { number: session, memory, disk, response }: SessionSample,
  limits: AlertLimits,
): readonly Reading[] {
  return [
    { session, kind: 'memory', value: memory, limit: part(limits.sessionMemory, limits.memoryPercent) },
    { session, kind: 'disk', value: disk, limit: part(limits.attachments, limits.diskPercent) },
    { session, kind: 'response', value: response?.mean, limit: limits.responseMs },
  ];
}

function throttleReading({ number: session, memory }: SessionSample, limit: number): Reading {
  return { session, kind: 'throttled', value: memory, limit };
}

/**
 * What each session may take: its own limit; while all together take too much, no more than an equal share. At least one
 * takes more than that then, and those that take little go on.
 */
function shareOf({ sessions }: Sample, { sessionMemory, totalMemory }: AlertLimits, isTooMuch: boolean): number {
  const running = sessions.filter(({ memory }) => memory > 0).length;
  return isTooMuch && running > 0 ? Math.min(sessionMemory, totalMemory / running) : sessionMemory;
}

function part(whole: number, percent: number): number {
  return (whole * percent) / 100;
}

function nameOf({ session, kind }: { readonly session?: Alert['session']; readonly kind: AlertKind }): string {
  return `${session ?? 'all'} ${kind}`;
}

function find(alerts: readonly Alert[], about: Pick<Alert, 'session' | 'kind'>): Alert | undefined {
  return alerts.find((alert) => nameOf(alert) === nameOf(about));
}
