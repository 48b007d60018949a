import { expect, it } from 'vitest';

import { hubName, isTerminalName } from '../../src/terminal/tmux-names.ts';

it('takes the names of sessions', () => {
  expect(isTerminalName('claude-session-5')).toBe(true);
});

it('keeps the hub out of the names of terminals', () => {
  expect(isTerminalName(hubName)).toBe(false);
});

it('takes names of up to 64 characters', () => {
  expect(isTerminalName('a'.repeat(64))).toBe(true);
  expect(isTerminalName('a'.repeat(65))).toBe(false);
});
