/** A word as a POSIX shell reads it back; plain when it needs no quotes. zsh expands a leading `=`, so that is quoted. */
export function shellWord(word: string): string {
  return /^[\w./:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line that a person can copy into a shell. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
