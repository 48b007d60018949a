import { BridgeError } from '../../base/errors.ts';

/** Whether an error says that something could not be stored. That passes, and says nothing about anything else. */
export function isStateTrouble(error: unknown): boolean {
  return error instanceof BridgeError && error.code.startsWith('state-');
}
