/** Milliseconds of one unit, the largest first. */
const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;

/** What a person may write where no duration is the longest. */
const forever = 'forever';

/** Reads `90s`, `15m`, `6h`, `30d`, `0` or `forever`: milliseconds, or undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (word === forever) return Infinity;
  if (word === '0') return 0;
  const match = /^(?<count>\d{1,6})\s*(?<unit>[dhms])$/.exec(word)?.groups;
  if (match?.['count'] === undefined) return undefined;
  return Number(match['count']) * units[match['unit'] as keyof typeof units];
}

/** A duration as people write it, in the largest unit that divides it: `6h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === Infinity) return forever;
  if (milliseconds === 0) return '0';
  const unit = Object.entries(units).find(([, size]) => milliseconds % size === 0);
  return unit ? `${milliseconds / unit[1]}${unit[0]}` : `${milliseconds / 1000}s`;
}
