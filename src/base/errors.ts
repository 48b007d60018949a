import { errorPolicy } from '../error-policy/policy.ts';
import type { ErrorCode } from '../error-policy/policy.ts';
import type { Happened, Recovery } from '../error-policy/row.ts';

export interface BridgeErrorOptions {
  /** Whether the thing that was asked for happened, where that is not what the policy says of the code. */
  readonly happened?: Happened;
  /** What the person should do now, as a full sentence, where it can be said better than in the policy. */
  readonly advice?: string;
  readonly cause?: unknown;
}

/**
 * An error a person may see: a stable code, a sentence that names the value, and what to do. What a code means, and what
 * the bridge does about it, stands in one table, the error policy.
 */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: ErrorCode;
  readonly happened: Happened;
  /** What the bridge does by itself after this. */
  readonly recovery: Recovery;
  readonly advice: string;

  constructor(code: ErrorCode, message: string, options: BridgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const { happened, recovery, advice } = errorPolicy[code];
    this.code = code;
    this.happened = options.happened ?? (typeof happened === 'string' ? happened : happened[0]);
    this.recovery = recovery;
    this.advice = options.advice ?? advice;
  }
}

/** What the bridge does by itself about anything thrown; undefined for what is no error of the policy. */
export function recoveryOf(error: unknown): Recovery | undefined {
  return error instanceof BridgeError ? error.recovery : undefined;
}

/** The one-line text of anything thrown: message, and the advice when there is one. */
export function describeError(error: unknown): string {
  if (error instanceof BridgeError) return `${error.message} ${error.advice}`;
  if (error instanceof Error) return error.message;
  return String(error);
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE` …), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
