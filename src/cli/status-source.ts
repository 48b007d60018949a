import { BridgeError } from '../base/errors.ts';
import type { BridgeStatus } from '../contracts/bridge-api.ts';
import type { CliContext } from './context.ts';

/** What `vai status --json` prints: a bridge that runs, or none. */
export type StatusReport = ({ readonly running: true } & BridgeStatus) | { readonly running: false };

/** Asks for the status; that no bridge runs is an answer, not an error. */
export async function readStatus(context: CliContext): Promise<StatusReport> {
  try {
    return { running: true, ...(await context.withBridge((bridge) => bridge.status())) };
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'no-daemon') throw error;
    return { running: false };
  }
}
