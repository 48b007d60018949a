import { createRequire } from 'node:module';

import type stringWidth from 'string-width';

let measure: typeof stringWidth | undefined;

/** How many columns of a terminal a text takes: 2 for a Japanese character or an emoji, 0 for a combining mark. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  measure ??= loadMeasure();
  return measure(text);
}

/** A text in at most `width` columns: whole, or its beginning and `…`. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 1;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    used += displayWidth(segment);
    if (used > width) break;
    kept += segment;
  }
  return width < 1 ? '' : `${kept.trimEnd()}…`;
}

/** Loaded when the first text needs it: most never do, and it takes as long as a quarter of `vai status`. */
function loadMeasure(): typeof stringWidth {
  const loaded = createRequire(import.meta.url)('string-width') as { readonly default: typeof stringWidth };
  return loaded.default;
}
