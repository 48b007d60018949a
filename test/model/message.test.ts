import { expect, it } from 'vitest';

import { canMoveInbox, inboxMoves, isSettled } from '../../src/model/message.ts';
import type { InboxState } from '../../src/model/message.ts';

const states = Object.keys(inboxMoves) as InboxState[];

it('moves as the table says', () => {
  for (const from of states) {
    expect([from, states.filter((to) => canMoveInbox(from, to)).sort()]).toEqual([from, [...inboxMoves[from]].sort()]);
  }
});

it('I4: an uncertain message is never sent again without having been looked up', () => {
  expect(canMoveInbox('uncertain', 'sending')).toBe(false);
});

it('I3: nothing leads out of a settled state, and everything else can still be settled', () => {
  expect(states.filter(isSettled)).toEqual(['acknowledged', 'withdrawn', 'failed']);
  for (const state of states.filter((one) => !isSettled(one))) {
    expect([state, states.some((to) => canMoveInbox(state, to) && isSettled(to))]).toEqual([state, true]);
  }
});

it('what its author may still take back has not been handed over', () => {
  expect(states.filter((from) => canMoveInbox(from, 'withdrawn'))).toEqual(['queued', 'held']);
});
