import { describe, expect, it } from 'vitest';

import { displayWidth } from '../../src/cli/display-width.ts';
import { paint, styled } from '../../src/cli/style.ts';
import { alignColumns } from '../../src/cli/table.ts';
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
