import { expect, it } from 'vitest';

import { canMoveInbox } from '../../src/model/message.ts';
import type { InboxState } from '../../src/model/message.ts';

const states: readonly InboxState[] = ['queued', 'sending', 'uncertain', 'acknowledged', 'rejected', 'failed'];

it('moves as the table says', () => {
  const moves = states.map((from) => [from, states.filter((to) => canMoveInbox(from, to))]);
  expect(Object.fromEntries(moves)).toEqual({
    queued: ['sending', 'rejected', 'failed'],
    sending: ['queued', 'uncertain', 'acknowledged', 'rejected', 'failed'],
    uncertain: ['queued', 'acknowledged', 'failed'],
    acknowledged: [],
    rejected: [],
    failed: [],
  });
});

it('I4: an uncertain message is never sent again without having been looked up', () => {
  expect(canMoveInbox('uncertain', 'sending')).toBe(false);
});

it('I3: nothing leads out of a settled state', () => {
  for (const settled of ['acknowledged', 'rejected', 'failed'] as const) {
    expect(states.some((to) => canMoveInbox(settled, to))).toBe(false);
  }
});
