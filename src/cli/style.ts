import { styleText } from 'node:util';

import { displayWidth, shorten } from './display-width.ts';
import { visible } from './failure.ts';

/** What a piece of text means; how that looks is decided here and nowhere else. */
export type Look = 'strong' | 'quiet' | 'good' | 'active' | 'attention' | 'bad';

export interface Styled {
  readonly text: string;
  readonly look: Look;
}

/** A piece of a line. Text is text: control characters in it never reach the terminal. */
export type Piece = string | Styled;

export type Line = Piece | readonly Piece[];

export interface Output {
  readonly isTTY?: boolean;
}

const formats = {
  strong: 'bold',
  quiet: 'dim',
  good: 'green',
  active: 'cyan',
  attention: 'yellow',
  bad: 'red',
} as const satisfies Readonly<Record<Look, string>>;

export function styled(look: Look, text: string): Styled {
  return { look, text };
}

export function textOf(piece: Piece): string {
  return typeof piece === 'string' ? piece : piece.text;
}

/**
 * Whether colours go to a stream: to terminals, unless `--no-color`, NO_COLOR (https://no-color.org) or TERM=dumb say
 * no. FORCE_COLOR decides over all but `--no-color`: `0` or `false` for never, anything else for always.
 */
export function isColoured(
  stream: Output,
  environment: Readonly<Record<string, string | undefined>>,
  noColor: boolean,
): boolean {
  const { NO_COLOR: none, FORCE_COLOR: forced, TERM: terminal } = environment;
  if (noColor) return false;
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && !none && terminal !== 'dumb';
}

/** A line as it is written to a stream. */
export function paint(line: Line, coloured: boolean): string {
  return piecesOf(line)
    .map((piece) => paintPiece(piece, coloured))
    .join('');
}

/** A line in at most `width` columns. */
export function clip(line: Line, width: number): Line {
  let left = width;
  const clipped: Piece[] = [];
  for (const piece of piecesOf(line)) {
    const text = shorten(visible(textOf(piece)), left);
    clipped.push(typeof piece === 'string' ? text : { ...piece, text });
    if (text !== visible(textOf(piece))) break;
    left -= displayWidth(text);
  }
  return clipped;
}

function piecesOf(line: Line): readonly Piece[] {
  return typeof line === 'string' || 'text' in line ? [line] : line;
}

function paintPiece(piece: Piece, coloured: boolean): string {
  const text = visible(textOf(piece));
  if (!coloured || typeof piece === 'string' || text === '') return text;
  return styleText(formats[piece.look], text, { validateStream: false });
}
