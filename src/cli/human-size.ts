const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes for a person, with the bridge's units (a kB has 1024 bytes): `0 B`, `612 MB`, `1.2 GB`. */
export function humanSize(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  // 1023.9 would be shown as 1024.
  if (Math.round(value) >= 1024 && power < units.length - 1) return `1.0 ${units[power + 1] ?? ''}`;
  return `${power > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value))} ${units[power] ?? ''}`;
}
