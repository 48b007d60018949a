import type { Inline } from './syntax.ts';

export interface Markup {
  readonly inline: Inline;
  /** Where the text goes on after it. */
  readonly end: number;
}

/** What stands in pointed brackets: mentions, times, addresses. All have an end near by. */
const bracketed: readonly {
  readonly pattern: RegExp;
  readonly read: (parts: readonly string[]) => Inline | undefined;
}[] = [
  { pattern: /<@!?(\d{1,20})>/y, read: ([, id = '']) => ({ kind: 'user', id }) },
  { pattern: /<@&(\d{1,20})>/y, read: ([, id = '']) => ({ kind: 'role', id }) },
  { pattern: /<#(\d{1,20})>/y, read: ([, id = '']) => ({ kind: 'channel', id }) },
  { pattern: /<\/([-_'\p{L}\p{N} ]{1,100}):\d{1,20}>/uy, read: ([, name = '']) => ({ kind: 'command', name }) },
  { pattern: /<a?:(\w{1,32}):\d{1,20}>/y, read: ([, name = '']) => ({ kind: 'emoji', name }) },
  { pattern: /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, read: ([, seconds, style]) => time(Number(seconds), style ?? 'f') },
  { pattern: /<(https?:\/\/[^\s<>]{1,2000})>/y, read: ([, address = '']) => linkTo(address) },
];

/** Square brackets and what they point to; the label has no brackets of its own. */
const labelled =
  /\[([^[\]\n]{1,300})\]\(<?(https?:\/\/(?:[^\s()<>]|\([^\s()<>]{0,200}\)){1,2000})>?(?: "[^"\n]{0,200}")?\)/y;

const bareAddress = /https?:\/\/[^\s<>"]{1,2000}/y;

/**
 * Reads a mention, a time or a link at a place. `open` are the delimiters whose other half is still to come: they end
 * an address that has no brackets.
 */
export function readMarkup(text: string, at: number, open: readonly string[]): Markup | undefined {
  switch (text.charAt(at)) {
    case '<':
      return readBracketed(text, at);
    case '[':
      return readLabelled(text, at);
    case '@':
      return readEveryone(text, at);
    case 'h':
      return /\w/.test(text.charAt(at - 1)) ? undefined : readAddress(text, at, open);
    default:
      return undefined;
  }
}

function readBracketed(text: string, at: number): Markup | undefined {
  for (const { pattern, read } of bracketed) {
    const match = matchAt(pattern, text, at);
    const inline = match ? read(match) : undefined;
    if (match && inline) return { inline, end: at + match[0].length };
  }
  return undefined;
}

function readLabelled(text: string, at: number): Markup | undefined {
  const match = matchAt(labelled, text, at);
  const [all = '', label = '', address = ''] = match ?? [];
  const checked = checkAddress(address);
  if (!match || checked === undefined) return undefined;
  return { inline: { kind: 'link', address: checked, content: [{ kind: 'text', text: label }] }, end: at + all.length };
}

function readEveryone(text: string, at: number): Markup | undefined {
  const match = matchAt(/@(?:everyone|here)\b/y, text, at);
  return match ? { inline: { kind: 'everyone', text: match[0] }, end: at + match[0].length } : undefined;
}

function readAddress(text: string, at: number, open: readonly string[]): Markup | undefined {
  let address = matchAt(bareAddress, text, at)?.[0];
  if (address === undefined) return undefined;
  for (const delimiter of open) {
    const end = address.indexOf(delimiter, 'https://'.length);
    if (end > 0) address = address.slice(0, end);
  }
  const trimmed = trimEnd(address);
  const inline = linkTo(trimmed);
  return inline ? { inline, end: at + trimmed.length } : undefined;
}

/** Marks at the end belong to the sentence; so does a closing bracket that was not opened in the address. */
function trimEnd(address: string): string {
  const openBrackets = address.split('(').length - 1;
  let closing = address.split(')').length - 1;
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    if (last === ')' && closing > openBrackets) closing -= 1;
    else if (!/[.,:;!?'\]}*]/.test(last)) break;
  }
  return address.slice(0, end);
}

function linkTo(address: string): Inline | undefined {
  const checked = checkAddress(address);
  return checked === undefined
    ? undefined
    : { kind: 'link', address: checked, content: [{ kind: 'text', text: address }] };
}

/** The address, if it is one of the web: nothing else becomes a link, whatever it looks like. */
export function checkAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return protocol === 'http:' || protocol === 'https:' ? href : undefined;
}

/** The largest time that `Date` knows, in seconds. */
const largestSeconds = 8_640_000_000_000;

function time(seconds: number, style: string): Inline | undefined {
  return Math.abs(seconds) <= largestSeconds ? { kind: 'time', seconds, style } : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
