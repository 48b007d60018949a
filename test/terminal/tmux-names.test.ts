import { expect, it } from 'vitest';

import { parseSessionNumber } from '../../src/model/session.ts';
import { hubName, isTerminalName, sessionOfTerminal, terminalName } from '../../src/terminal/tmux-names.ts';

it('MS-03: names terminals as the predecessor did, and reads them back', () => {
  const five = parseSessionNumber(5)!;
  expect(terminalName(five)).toBe('claude-session-5');
  expect(sessionOfTerminal('claude-session-5')).toBe(5);
  expect(isTerminalName(terminalName(five))).toBe(true);
});

it.each(['claude-session-', 'claude-session-0', 'claude-session-05', 'claude-session-5x', 'my-claude-session-5', '5'])(
  'takes "%s" for no session of ours',
  (name) => {
    expect(sessionOfTerminal(name)).toBeUndefined();
  },
);

it('keeps the hub out of the names of terminals', () => {
  expect(isTerminalName(hubName)).toBe(false);
});

it('takes names of up to 64 characters', () => {
  expect(isTerminalName('a'.repeat(64))).toBe(true);
  expect(isTerminalName('a'.repeat(65))).toBe(false);
});
