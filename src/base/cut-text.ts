/** The first `limit` UTF-16 units of a text, never half a surrogate pair. */
export function cut(text: string, limit: number): string {
  const head = text.slice(0, Math.max(0, limit));
  return /[\uD800-\uDBFF]$/.test(head) ? head.slice(0, -1) : head;
}

/** At most `limit` UTF-16 units of a text; what is cut ends with `…`. */
export function shorten(text: string, limit: number): string {
  return text.length <= limit ? text : `${cut(text, limit - 1)}…`;
}
