/** Credentials that can be told by their shape, wherever they turn up: header values, agent keys, bot tokens. */
const shapes: readonly RegExp[] = [
  /(?<=\b(?:Bearer|Bot)\s+)[\w.~+/-]{16,}=*/gi,
  /\bsk-[\w-]{16,}/g,
  /\b(?:gh[pousr]|github_pat)_\w{20,}/g,
  /\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g, // a Discord bot token: user id, time, signature
];

/** Takes secrets out of a line: the known values and everything that looks like a credential. */
export function redactor(secrets: readonly string[]): (line: string) => string {
  // Short values would tear ordinary words; JSON shows a value in its escaped form.
  // Longest first: a secret that begins with another one must not leave its rest behind.
  const values = secrets
    .filter((value) => value.length >= 8)
    .sort((a, b) => b.length - a.length)
    .map((value) => JSON.stringify(value).slice(1, -1));
  return (line) => {
    let clean = line;
    for (const value of values) clean = clean.replaceAll(value, '[redacted]');
    for (const shape of shapes) clean = clean.replace(shape, '[redacted]');
    return clean;
  };
}
