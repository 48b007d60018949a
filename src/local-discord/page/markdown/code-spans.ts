export interface CodeSpan {
  /** Code, or the backticks themselves when they enclose nothing. */
  readonly kind: 'code' | 'text';
  readonly text: string;
  /** Where the text goes on after it. */
  readonly end: number;
}

/**
 * Finds code between equally long runs of backticks. Asked from left to right, at the start of each run, which
 * is then behind: so a text of nothing but backticks stays linear.
 */
export function codeSpans(text: string): (at: number) => CodeSpan {
  const runs = new Map<number, number[]>();
  for (const { 0: run, index } of text.matchAll(/`+/g)) {
    const starts = runs.get(run.length) ?? [];
    starts.push(index);
    runs.set(run.length, starts);
  }
  const seen = new Map<number, number>();
  return (at) => {
    const length = runLength(text, at);
    const starts = runs.get(length) ?? [];
    let index = seen.get(length) ?? 0;
    while (index < starts.length && (starts[index] ?? 0) <= at) index += 1;
    seen.set(length, index);
    const close = starts[index];
    if (close === undefined) return { kind: 'text', text: '`'.repeat(length), end: at + length };
    const inner = text.slice(at + length, close);
    // One space on both sides belongs to the marks: it lets code begin or end with a backtick.
    const stripped = /^ .*\S.* $/s.test(inner) && /^ `|` $/.test(inner) ? inner.slice(1, -1) : inner;
    return { kind: 'code', text: stripped, end: close + length };
  };
}

function runLength(text: string, at: number): number {
  let end = at;
  while (text.charAt(end) === '`') end += 1;
  return end - at;
}
