import { BridgeError } from '../base/errors.ts';
import type { BridgeStatus } from '../contracts/bridge-api.ts';
import type { ErrorCode } from '../error-policy/policy.ts';
import type { CliContext } from './context.ts';

/** What `vai status --json` prints: a bridge that runs, or none. */
export type StatusReport = ({ readonly running: true } & BridgeStatus) | { readonly running: false };

/**
 * Asks for the status; that no bridge runs is an answer, not an error. A bridge that ends while it is asked is asked once
 * more: looking twice changes nothing, and by then it is plain whether one runs.
 */
export async function readStatus(context: Pick<CliContext, 'withBridge'>): Promise<StatusReport> {
  try {
    return await askOnce(context).catch((error: unknown) => {
      if (!hasCode(error, 'daemon-gone')) throw error;
      return askOnce(context);
    });
  } catch (error) {
    if (!hasCode(error, 'no-daemon')) throw error;
    return { running: false };
  }
}

async function askOnce(context: Pick<CliContext, 'withBridge'>): Promise<StatusReport> {
  return { running: true, ...(await context.withBridge((bridge) => bridge.status())) };
}

function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof BridgeError && error.code === code;
}
