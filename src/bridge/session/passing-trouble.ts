import { recoveryOf } from '../../base/errors.ts';

/** Whether what is in the way passes, like a full disk: it says nothing about anything else, and nothing is counted. */
export function passesByItself(error: unknown): boolean {
  return recoveryOf(error) === 'wait';
}
