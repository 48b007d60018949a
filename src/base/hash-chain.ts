/** The hash before the first line. */
export const genesis = '0'.repeat(64);

/** A line's place in the chain. */
export interface Tip {
  /** 1 for the first line there ever was. */
  readonly seq: number;
  readonly hash: string;
}

/** What a line of the chain is. */
export interface Link extends Tip {
  /** The hash of the line before. */
  readonly prev: string;
  /** Whether it is as it was written. */
  readonly isWhole: boolean;
}

/** Where a chain begins. */
export const beginning: Tip = { seq: 0, hash: genesis };

/** The SHA-256 of a text, 64 hexadecimal digits. */
export function sha256(content: string | Uint8Array): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(content).digest('hex');
}

/**
 * The line of JSON, without its end, that follows in the chain: its number, the hash of the line before, the fields, and
 * the hash of all that.
 *
 * @param clean changes the text before it is hashed; it must stay an object of JSON.
 */
export function sealLine(
  before: Tip,
  fields: object,
  clean = (json: string): string => json,
): { line: string; tip: Tip } {
  const body = clean(JSON.stringify(fields)).slice(1);
  const head = `{"seq":${before.seq + 1},"prev":"${before.hash}"${body === '}' ? '' : ','}${body.slice(0, -1)}`;
  const hash = sha256(head);
  return { line: `${head},"hash":"${hash}"}`, tip: { seq: before.seq + 1, hash } };
}

/** A line of a chain; undefined for anything else. */
export function readLink(line: string): Link | undefined {
  const [, head, seq, prev, hash] =
    /^((?=\{"seq":(\d{1,15}),"prev":"([0-9a-f]{64})").*),"hash":"([0-9a-f]{64})"\}$/s.exec(line) ?? [];
  if (head === undefined || seq === undefined || prev === undefined || hash === undefined) return undefined;
  return { seq: Number(seq), prev, hash, isWhole: sha256(head) === hash };
}
