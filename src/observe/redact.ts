/** What stands in the place of a secret. */
const mark = '[redacted]';

/** How names end whose values are credentials: of fields, headers, parameters and variables. */
const names = String.raw`(?:token|secret|passwo?r?d|passphrase|api[-_]?key|private[-_]?key|access[-_]?key|encryption[-_]?key|authorization|cookie|credential)s?`;

const headers = String.raw`(?:authorization|api-key|cookie)`;

/** Between a name and its value. Every repetition here has an end: whoever fills a line must not hold up the bridge. */
const space = String.raw`\s{0,8}`;

/** How a credential is introduced in a header; it may stay. */
const scheme = String.raw`(?:(?:Bearer|Bot|Basic|Digest|Token)\s{1,8})?`;

/** Values under such a name: in JSON, in JSON inside a text, in a header or a line of settings, in an address. */
const named: readonly RegExp[] = [
  new RegExp(String.raw`(${names}"${space}:${space}"${scheme})(?:[^"\\]|\\.)+`, 'gi'),
  new RegExp(String.raw`(${names}\\{1,16}"${space}:${space}\\{1,16}"${scheme})[^"]+?(?=\\{1,16}")`, 'gi'),
  new RegExp(String.raw`(${headers}"${space},${space}"${scheme})(?:[^"\\]|\\.)+`, 'gi'), // names and values in one list
  new RegExp(String.raw`(${names}'?${space}:${space}')[^'"\\]+`, 'gi'),
  new RegExp(String.raw`(${names}${space}=${space}(?:\\{0,16}["'])?${scheme})[^\s"'\\&;,]{4,}`, 'gi'),
  new RegExp(String.raw`(--[\w-]{0,40}${names}\s{1,8})[^\s"'\\-][^\s"'\\]{3,}`, 'gi'),
  new RegExp(String.raw`(cookie${space}:${space})[^"'\\]{4,}`, 'gi'),
  new RegExp(String.raw`(${headers}${space}:${space}${scheme})[^\s"'\\,]{4,}`, 'gi'),
  new RegExp(String.raw`(${names}${space}:${space})(?=[^\s"'\\,]{0,200}\d)[^\s"'\\,[]{8,}`, 'gi'), // no word of a sentence
  /([?&](?:key|code|sig|signature|hm)=)[^\s"'\\&#]{4,}/gi,
  /(\w:\/\/[^\s/:@"\\]{0,200}:)[^\s/"\\]{1,500}(?=@)/g,
  /(\w:\/\/)[^\s/:@"\\]{16,200}(?=@)/g,
  /(\/(?:webhooks|interactions)\/\d{15,20}\/)[\w-]{20,}/g,
];

/** The same, where the value is no text: all of it becomes one. */
const namedOtherwise: readonly RegExp[] = [
  new RegExp(String.raw`(${names}"${space}:${space})\[(?:"(?:[^"\\]|\\.)*",?)+\]`, 'gi'),
  /((?:secret|passwo?r?d|passphrase)"\s{0,8}:\s{0,8})-?\d[\d.]{0,30}/gi,
];

/** Credentials that can be told by their shape, wherever they turn up. */
const shapes: readonly RegExp[] = [
  /(?<=\b(?:Bearer|Bot|Basic)\s{1,8})[\w.~+/-]{16,}=*/gi,
  /\bsk-[\w-]{16,}/g,
  /\b(?:gh[pousr]|github_pat)_\w{20,}/g,
  /\bglpat-[\w-]{20,}/g,
  /\bnpm_\w{30,}/g,
  /\bxox[abeoprs]-[\w-]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{35}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, // a JSON web token
  /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|(?=")|$)/gs,
  /\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g, // a Discord bot token: user id, time, signature
];

/** Takes secrets out of a line of JSON: the known values, and everything that looks or is named like a credential. */
export function redactor(secrets: readonly string[]): (line: string) => string {
  // Short values would tear ordinary words. Longest first: a secret that begins with another one must not leave its
  // rest behind.
  const values = [...new Set(secrets.filter((value) => value.length >= 8).flatMap(formsOf))].sort(
    (a, b) => b.length - a.length,
  );
  return (line) => {
    let clean = line;
    for (const value of values) clean = clean.replaceAll(value, mark);
    for (const pattern of named) clean = clean.replace(pattern, `$1${mark}`);
    for (const pattern of namedOtherwise) clean = clean.replace(pattern, `$1"${mark}"`);
    for (const shape of shapes) clean = clean.replace(shape, mark);
    return clean;
  };
}

/** A value as it may stand in a line of JSON: in a text, in JSON inside a text, in an address, in a Basic header. */
function formsOf(value: string): readonly string[] {
  const escaped = JSON.stringify(value).slice(1, -1);
  return [
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    encodeURIComponent(value),
    Buffer.from(value).toString('base64').replace(/=+$/, ''),
  ];
}
