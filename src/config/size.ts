/** Bytes of one unit, the largest first. */
const units = { GB: 1024 ** 3, MB: 1024 ** 2, kB: 1024 } as const;

/** Reads `250MB`, `512 kB`, `1GB`, in units of 1024: bytes, or undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(?<count>\d{1,6})\s*(?<unit>kb|mb|gb)$/.exec(text.trim().toLowerCase())?.groups;
  const unit = Object.entries(units).find(([name]) => name.toLowerCase() === match?.['unit']);
  return match?.['count'] === undefined || !unit ? undefined : Number(match['count']) * unit[1];
}

/** A size as people write it, in the largest unit that divides it: `250MB`; `none` for one without end. */
export function formatSize(bytes: number): string {
  if (bytes === Infinity) return 'none';
  const unit = Object.entries(units).find(([, size]) => bytes % size === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : `${bytes} bytes`;
}
