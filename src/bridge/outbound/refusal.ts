import { recoveryOf } from '../../base/errors.ts';

/** Whether the chat server said no, or a file cannot be had: trying the same again is useless. */
export function isRefusal(error: unknown): boolean {
  const recovery = recoveryOf(error);
  return recovery === 'park' || recovery === 'leave-out';
}
