export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The size of a terminal in cells. One that does not know its own (a serial line, a program that gave its terminal none)
 * says 0, and counts as 80 by 24.
 */
export function terminalSize({ columns, rows }: Partial<TerminalSize>): TerminalSize {
  return { columns: columns || 80, rows: rows || 24 };
}
