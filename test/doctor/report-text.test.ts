import { expect, it } from 'vitest';

import { reportLines } from '../../src/doctor/report-text.ts';
import { fault, good, reportOf } from '../../src/doctor/report.ts';
import type { Finding } from '../../src/doctor/report.ts';

const about = { version: '1.2.3', home: '/home/bridge' };

function lines(findings: readonly Finding[], verbose: boolean): readonly string[] {
  const marked = reportLines(reportOf(findings, about), {
    verbose,
    vai: 'bin/vai',
    mark: (level, text) => `<${level}>${text}`,
  });
  return marked.map((pieces) => pieces.join(''));
}

it('shows a line for a group that is well, and what is not', () => {
  expect(
    lines([good('node', 'Node 24.'), good('tmux', 'tmux 3.4.'), fault('tmux-known-bad', 'Bad.', 'upgrade')], false),
  ).toEqual([
    'Node           <ok>ok',
    'tmux',
    '  <warning>warning  Bad. [tmux-known-bad]',
    '           -> upgrade',
    '',
    '1 warning. Nothing keeps the bridge from working. All that was looked at: bin/vai doctor --verbose',
  ]);
});

it('shows everything when asked to', () => {
  expect(lines([good('node', 'Node 24.')], true)).toEqual([
    'Node',
    '  <ok>ok       Node 24.',
    '',
    'Everything is well.',
  ]);
  expect(lines([fault('tmux-missing', 'None.'), fault('tmux-missing', 'None.')], true).at(-1)).toBe('2 problems.');
});
