import { describe, expect, it } from 'vitest';

import { displayWidth } from '../../src/cli/display-width.ts';
import { paint, styled } from '../../src/cli/style.ts';
import { alignColumns, tableLines } from '../../src/cli/table.ts';
import type { TableOptions } from '../../src/cli/table.ts';

function lines(rows: Parameters<typeof alignColumns>[0], options?: TableOptions): readonly string[] {
  return alignColumns(rows, options).map((line) => paint(line, false));
}

describe('alignColumns', () => {
  const rows = [
    ['N', 'CHANNEL', 'STATE', ''],
    ['1', '#一般チャンネル', styled('good', 'idle'), ''],
    ['12', '#general', styled('attention', 'waiting'), '3 queued'],
  ];

  it('aligns by display width, also Japanese names and styled cells', () => {
    expect(lines(rows)).toEqual([
      'N   CHANNEL          STATE',
      '1   #一般チャンネル  idle',
      '12  #general         waiting  3 queued',
    ]);
    const [, japanese = '', latin = ''] = lines(rows);
    expect(displayWidth(japanese.slice(0, japanese.indexOf('idle')))).toBe(latin.indexOf('waiting'));
  });

  it('pads outside of the style, so that no colour reaches the gap', () => {
    expect(
      paint(
        alignColumns([
          [styled('good', 'a'), 'x'],
          ['bbb', 'y'],
        ])[0]!,
        true,
      ),
    ).toBe('\u001b[32ma\u001b[39m    x');
  });

  it('fits a terminal by shortening the flexible columns, the first of them first', () => {
    const wide = [
      ['1', '#a-very-long-name-of-a-channel', 'scripted', '/home/someone/projects/shop'],
      ['2', '#short', 'claude-code', '/srv/x'],
    ];
    const fitted = lines(wide, { width: 60, flexible: [3, 1] });
    expect(fitted).toEqual([
      '1  #a-very-long-name-of-a-channel  scripted     /home/someo…',
      '2  #short                          claude-code  /srv/x',
    ]);
    for (const line of lines(wide, { width: 45, flexible: [3, 1] })) expect(displayWidth(line)).toBeLessThanOrEqual(45);
    expect(lines(wide, { width: 45, flexible: [3, 1] })[0]).toContain('…  scripted');
  });

  it('shortens nothing without a terminal', () => {
    expect(lines([['x'.repeat(500), 'y']], { width: undefined, flexible: [0] })[0]).toHaveLength(503);
  });

  it('makes control characters harmless before it measures', () => {
    expect(
      lines([
        ['\u001b[2J', 'x'],
        ['1234', 'y'],
      ]),
    ).toEqual(['\u{fffd}[2J  x', '1234  y']);
  });
});

describe('tableLines', () => {
  const head = ['ID', 'STATE', 'TEXT'];
  const rows = [
    ['discord:1200000000000000001', styled('good', 'queued (busy)'), 'please run all the tests of the shop'],
    ['discord:1200000000000000002', 'held', ''],
  ];
  const shown = (width: number | undefined): readonly string[] =>
    tableLines(head, rows, { width, flexible: [2] }).map((line) => paint(line, false));

  it('is a table where there is room for one, and where there is no terminal', () => {
    expect(shown(64)).toEqual([
      'ID                           STATE          TEXT',
      'discord:1200000000000000001  queued (busy)  please run all the…',
      'discord:1200000000000000002  held',
    ]);
    expect(shown(undefined)[1]).toContain('tests of the shop');
  });

  it('is a list on a terminal too narrow for it, in which every line fits and ids are whole', () => {
    expect(shown(32)).toEqual([
      'discord:1200000000000000001',
      '  STATE  queued (busy)',
      '  TEXT   please run all the tes…',
      'discord:1200000000000000002',
      '  STATE  held',
    ]);
    expect(paint(tableLines(head, rows, { width: 32, flexible: [2] })[1] ?? '', true)).toContain('\u001b[32mqueued');
  });

  it('keeps a cell in its line', () => {
    expect(tableLines(['A', 'B'], [['one\ntwo', 'x\ty']]).map((line) => paint(line, false))).toEqual([
      'A        B',
      'one two  x y',
    ]);
    expect(tableLines(['A', 'B'], [['one\ntwo', 'x']], { width: 5 }).map((line) => paint(line, false))).toEqual([
      'one two',
      '  B  x',
    ]);
  });
});
