import { expect, it } from 'vitest';

import { emptyTile } from '../../src/view/tile.ts';
import { labelCommands, lineOf, parseTiles, tileProgram } from '../../src/view/view-commands.ts';

const tile = { session: 3, terminal: 'claude-session-3', title: '3 一般', state: 'idle', colour: 'green' };

it('reads tiles back as they were labelled', () => {
  expect(parseTiles(`@1 %4 3 ${lineOf(tile)}\n@2 %5  \t\t\n`)).toEqual([
    { window: '@1', pane: '%4', session: 3, line: lineOf(tile) },
    { window: '@2', pane: '%5', session: 0, line: '\t\t' },
  ]);
  expect(parseTiles('')).toEqual([]);
  expect(labelCommands('%4', tile)).toContainEqual(['set-option', '-p', '-t', '%4', '@title', '3 一般']);
});

it('gives sockets and names to programs as arguments, never as a part of a script', () => {
  const odd = `/run/it's; $(odd)`;
  const [shell, flag, script, ...rest] = tileProgram(tile, odd);
  expect([shell, flag, ...rest]).toEqual(['sh', '-c', 'vai-view-tile', odd, 'claude-session-3']);
  expect(script).not.toContain('odd');
  expect(tileProgram(emptyTile, odd)).not.toContain(odd);
});
