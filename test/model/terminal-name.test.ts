import { expect, it } from 'vitest';

import { parseSessionNumber } from '../../src/model/session.ts';
import { sessionOfTerminal, terminalName } from '../../src/model/terminal-name.ts';

it('MS-03: names terminals as the predecessor did, and reads them back', () => {
  expect(terminalName(parseSessionNumber(5)!)).toBe('claude-session-5');
  expect(sessionOfTerminal('claude-session-5')).toBe(5);
});

it.each(['claude-session-', 'claude-session-0', 'claude-session-05', 'claude-session-5x', 'my-claude-session-5', '5'])(
  'takes "%s" for no session of ours',
  (name) => {
    expect(sessionOfTerminal(name)).toBeUndefined();
  },
);
