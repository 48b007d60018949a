/** The longest line that is worth showing, in characters. */
const longest = 400;

/**
 * What a screen or an error says, as one line for a person. Lines without words (frames, pictures) are left out; of
 * too much, the end is kept: there stands what happened last.
 */
export function legible(text: string): string {
  const lines = text
    .split('\n')
    .map((line) =>
      line
        .replace(/[\u2500-\u259f]+/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => /\p{L}{2}/u.test(line));
  const whole = lines.join(' · ');
  return whole.length <= longest ? whole : `… ${whole.slice(-longest)}`;
}
