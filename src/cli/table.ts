import { displayWidth, shorten } from './display-width.ts';
import { visible } from './failure.ts';
import { styled, textOf } from './style.ts';
import type { Line, Piece } from './style.ts';

export interface TableOptions {
  /** Columns of the terminal; undefined when there is none: nothing is shortened then. */
  readonly width?: number | undefined;
  /** Columns that may be shortened, the first one first. */
  readonly flexible?: readonly number[];
}

type Row = readonly Piece[];

const gap = 2;
/** A flexible column keeps this much. */
const leastWidth = 8;
/** With less than this for its first flexible column, a table is a list: an id beside `plea…` helps nobody. */
const leastReadable = 16;

/** Rows as lines with aligned columns, two spaces apart, without trailing blanks. */
export function alignColumns(rows: readonly Row[], { width, flexible = [] }: TableOptions = {}): readonly Line[] {
  const widths = widthsOf(rows);
  if (width !== undefined) fit(widths, width, flexible);
  return rows.map((row) => alignRow(row, widths));
}

/**
 * A table with a head for a person: with aligned columns where the terminal is wide enough for them, else as a list, in
 * which each row stands below its first cell and each other cell on a line of its own, after its title. There, only
 * flexible columns are shortened: the rest is what one copies.
 */
export function tableLines(head: readonly string[], rows: readonly Row[], options: TableOptions = {}): readonly Line[] {
  const titles = head.map((title) => styled('strong', title));
  const { width, flexible = [] } = options;
  const [first] = flexible;
  if (width === undefined || roomFor(first, [titles, ...rows], width) >= 0) {
    return alignColumns([titles, ...rows], options);
  }
  const widest = Math.max(...head.slice(1).map((title) => displayWidth(title)));
  const indent = ' '.repeat(gap);
  return rows.flatMap((row): readonly Line[] => {
    const [name = '', ...cells] = row;
    const lines = cells.map((cell, index): Line => {
      const text = legible(cell);
      const title = head[index + 1] ?? '';
      const room = Math.max(leastWidth, width - gap - widest - gap);
      const shown = flexible.includes(index + 1) ? shorten(text, room) : text;
      return [`${indent}${title}${' '.repeat(widest - displayWidth(title) + gap)}`, restyled(cell, shown)];
    });
    return [[styled('strong', legible(name))], ...lines.filter((_, index) => legible(cells[index] ?? '') !== '')];
  });
}

/** How much of a terminal is left when the other columns are whole and this one is just readable; negative for none. */
function roomFor(flexible: number | undefined, rows: readonly Row[], width: number): number {
  const widths = widthsOf(rows).map((one, column) => (column === flexible ? Math.min(one, leastReadable) : one));
  return width - widths.reduce((sum, one) => sum + one + gap, -gap);
}

function widthsOf(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, displayWidth(legible(cell)))));
  }
  return widths;
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

function alignRow(row: Row, widths: readonly number[]): Line {
  const last = row.findLastIndex((cell) => textOf(cell) !== '');
  return row.slice(0, last + 1).flatMap((cell, column): readonly Piece[] => {
    const width = widths[column] ?? 0;
    const text = shorten(legible(cell), width);
    const piece = restyled(cell, text);
    return column === last ? [piece] : [piece, ' '.repeat(width - displayWidth(text) + gap)];
  });
}

/** What a cell shows: one line, and nothing that steers the terminal. */
function legible(cell: Piece): string {
  return visible(textOf(cell)).replace(/[\t\n]/g, ' ');
}

function restyled(cell: Piece, text: string): Piece {
  return typeof cell === 'string' ? text : { ...cell, text };
}
