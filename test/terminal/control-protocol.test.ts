import { expect, it } from 'vitest';

import { ControlParser } from '../../src/terminal/control-protocol.ts';

// As tmux 3.3a wrote it.
const recorded = [
  '%begin 1795235562 271 0',
  '%end 1795235562 271 0',
  '%session-changed $0 HUB',
  '%begin 1795235562 277 1',
  '%0 x',
  '%end of something else',
  '',
  '%end 1795235562 277 1',
  '%begin 1795235562 278 1',
  "can't find pane: %9",
  '%error 1795235562 278 1',
  '%unlinked-window-close @3',
  '%sessions-changed',
  '%begin 1795235562 279 1',
  '%end 1795235562 279 1',
  '',
].join('\n');

const expected = [
  { kind: 'notification', name: 'session-changed', rest: '$0 HUB' },
  { kind: 'reply', ok: true, output: '%0 x\n%end of something else\n' },
  { kind: 'reply', ok: false, output: "can't find pane: %9" },
  { kind: 'notification', name: 'unlinked-window-close', rest: '@3' },
  { kind: 'notification', name: 'sessions-changed', rest: '' },
  { kind: 'reply', ok: true, output: '' },
];

it('reads replies and notifications, and drops blocks that no line of ours caused', () => {
  expect(new ControlParser().feed(recorded)).toEqual(expected);
});

it.each([1, 2, 3, 7, 50])('reads the same when it comes in pieces of %i characters', (size) => {
  const parser = new ControlParser();
  const messages = [];
  for (let start = 0; start < recorded.length; start += size) {
    messages.push(...parser.feed(recorded.slice(start, start + size)));
  }
  expect(messages).toEqual(expected);
});

it('is not fooled by output that looks like the end of another block', () => {
  const parser = new ControlParser();
  const output = '%end 1 2 1\n%error 3 4 1\n%begin 5 6 1';
  expect(parser.feed(`%begin 9 9 1\n${output}\n%end 9 9 1\n`)).toEqual([{ kind: 'reply', ok: true, output }]);
});
