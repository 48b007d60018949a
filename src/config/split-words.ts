/**
 * Splits a line into words as a shell would: white space separates, '…' is literal, in "…" a backslash escapes `"`,
 * `\`, `$` and a back-tick, elsewhere it escapes any character. Nothing is expanded.
 *
 * @returns undefined when a quote is not closed or the line ends in a backslash.
 */
export function splitWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: '"' | "'" | undefined;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      word ??= '';
    } else if (character === quote) {
      quote = undefined;
    } else if (character === '\\' && quote !== "'") {
      index += 1;
      if (index >= line.length) return undefined;
      const escaped = line.charAt(index);
      word = (word ?? '') + (quote === '"' && !'"\\$`'.includes(escaped) ? '\\' : '') + escaped;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
