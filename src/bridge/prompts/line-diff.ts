/** Lines of what did not change that are shown around a change. */
const contextLines = 3;

/**
 * What changes from one text to another, as the lines of a diff: ` ` as before, `-` goes, `+` comes. What is the same at
 * both ends is left out but for some lines; all between is shown, so nothing that changes is left out.
 */
export function lineDiff(before: string, after: string): readonly string[] {
  const old = linesOf(before);
  const young = linesOf(after);
  const shorter = Math.min(old.length, young.length);
  let start = 0;
  while (start < shorter && old[start] === young[start]) start += 1;
  let end = 0;
  while (end < shorter - start && old[old.length - 1 - end] === young[young.length - 1 - end]) end += 1;
  const head = old.slice(Math.max(0, start - contextLines), start);
  const tail = old.slice(old.length - end, old.length - end + contextLines);
  return [
    ...head.map((line) => ` ${line}`),
    ...old.slice(start, old.length - end).map((line) => `-${line}`),
    ...young.slice(start, young.length - end).map((line) => `+${line}`),
    ...tail.map((line) => ` ${line}`),
  ];
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
