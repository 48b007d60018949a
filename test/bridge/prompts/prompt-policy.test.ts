import { expect, it } from 'vitest';

import { defaultFor, remindersDue } from '../../../src/bridge/prompts/prompt-policy.ts';

it('reminders: after each of the times, and then from one to the next for ever', () => {
  const after = [10, 60, 360, 720];
  const due = [0, 9, 10, 59, 60, 360, 1_079, 1_080, 1_800].map((now) => remindersDue(0, now, after));
  expect(due).toEqual([0, 0, 1, 1, 2, 3, 3, 4, 5]);
  expect([0, 9, 10, 25].map((now) => remindersDue(0, now, [10]))).toEqual([0, 0, 1, 2]);
  expect(remindersDue(0, 1e9, [])).toBe(0);
});

it('a default answer comes only when the owner wants one, and a yes only where there is one', () => {
  const policy = { remindAfter: [], defaultAfter: 5 };
  const ask = (kind: 'permission' | 'question' | 'plan' | 'form' | 'trust', defaultAnswer: 'none' | 'allow' | 'deny') =>
    defaultFor({ kind, since: 10 }, { ...policy, defaultAnswer });
  expect(ask('permission', 'none')).toBeUndefined();
  expect(ask('permission', 'allow')).toEqual({ behavior: 'allow', at: 15 });
  expect(ask('question', 'allow')).toBeUndefined();
  expect(ask('form', 'deny')).toEqual({ behavior: 'deny', at: 15 });
  expect(ask('trust', 'deny')).toBeUndefined();
});
