import { displayWidth, shorten } from './display-width.ts';
import { visible } from './failure.ts';
import { textOf } from './style.ts';
import type { Line, Piece } from './style.ts';

export interface TableOptions {
  /** Columns of the terminal; undefined when there is none: nothing is shortened then. */
  readonly width?: number | undefined;
  /** Columns that may be shortened, the first one first. */
  readonly flexible?: readonly number[];
}

const gap = 2;
/** A flexible column keeps this much. */
const leastWidth = 8;

/** Rows as lines with aligned columns, two spaces apart, without trailing blanks. */
export function alignColumns(
  rows: readonly (readonly Piece[])[],
  { width, flexible = [] }: TableOptions = {},
): readonly Line[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach(
      (cell, column) => (widths[column] = Math.max(widths[column] ?? 0, displayWidth(visible(textOf(cell))))),
    );
  }
  if (width !== undefined) fit(widths, width, flexible);
  return rows.map((row) => alignRow(row, widths));
}

/** Takes from the flexible columns what is too much. What is too wide even then stays so. */
function fit(widths: number[], width: number, flexible: readonly number[]): void {
  for (const column of flexible) {
    const excess = widths.reduce((sum, one) => sum + one + gap, -gap) - width;
    const present = widths[column];
    if (excess <= 0 || present === undefined) continue;
    widths[column] = Math.max(Math.min(present, leastWidth), present - excess);
  }
}

function alignRow(row: readonly Piece[], widths: readonly number[]): Line {
  const last = row.findLastIndex((cell) => textOf(cell) !== '');
  return row.slice(0, last + 1).flatMap((cell, column): readonly Piece[] => {
    const width = widths[column] ?? 0;
    const text = shorten(visible(textOf(cell)), width);
    const piece = typeof cell === 'string' ? text : { ...cell, text };
    return column === last ? [piece] : [piece, ' '.repeat(width - displayWidth(text) + gap)];
  });
}
