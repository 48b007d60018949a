import type { JudgedGoal, Row } from './judge.ts';

const headings = ['', 'n', 'median', 'p95', 'p99', 'min', 'ratio', 'goal', 'met'] as const;
/** Columns of words; the others are numbers and stand at the right. */
const words: ReadonlySet<number> = new Set([0, 7, 8]);

/** Rows as an aligned table with a line of headings; each line ends without white space. */
export function tableLines(rows: readonly Row[]): readonly string[] {
  const cells = [headings, ...rows.map(cellsOf)];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells.map((row) =>
    row
      .map((cell, column) =>
        words.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** A value with as many digits as it deserves. */
export function showValue(value: number, unit: Row['unit']): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const number = unit === 'count' && Number.isInteger(value) ? String(value) : value.toFixed(digits);
  return unit === 'count' ? number : `${number} ${unit}`;
}

function cellsOf(row: Row): readonly string[] {
  const { quantity, unit, n, ratio, goals } = row;
  const figures = [row.median, row.p95, row.p99, row.min].map((value) => showValue(value, unit));
  const met = goals.length === 0 ? '' : goals.every((goal) => goal.met) ? 'yes' : 'NO';
  return [
    quantity,
    String(n),
    ...figures,
    ratio === undefined ? '' : ratio.toFixed(2),
    goals.map((goal) => showGoal(goal, unit)).join(', '),
    met,
  ];
}

function showGoal({ statistic, atMost }: JudgedGoal, unit: Row['unit']): string {
  return `${statistic} <= ${statistic === 'ratio' ? String(atMost) : showValue(atMost, unit).replace(/\.0+(?= |$)/, '')}`;
}
