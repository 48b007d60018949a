const kilobyte = 1024;

/** A size in bytes for a person, in the unit that fits: `3.4 MB`. Units of 1024. */
export function sizeText(bytes: number): string {
  if (bytes < kilobyte) return `${bytes} bytes`;
  let size = bytes / kilobyte;
  let unit = 'kB';
  for (const larger of ['MB', 'GB', 'TB']) {
    if (size < 999.95) break;
    size /= kilobyte;
    unit = larger;
  }
  return `${size.toFixed(1)} ${unit}`;
}
