/**
 * What is known about the side effect behind an error: it happened, it did not, or nobody can tell.
 * Only `not-done` may be repeated without looking first (I4).
 */
export type Happened = 'done' | 'not-done' | 'unknown';

export interface BridgeErrorOptions {
  /** Whether the thing that was asked for happened. Default `not-done`. */
  readonly happened?: Happened;
  /** What the person should do now, as a full sentence. */
  readonly advice?: string;
  readonly cause?: unknown;
}

/** An error a person may see: a stable code, a sentence that names the value, and what to do. */
export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: string;
  readonly happened: Happened;
  readonly advice: string | undefined;

  constructor(code: string, message: string, options: BridgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.happened = options.happened ?? 'not-done';
    this.advice = options.advice;
  }
}

/** The one-line text of anything thrown: message, and the advice when there is one. */
export function describeError(error: unknown): string {
  if (error instanceof BridgeError) return error.advice ? `${error.message} ${error.advice}` : error.message;
  if (error instanceof Error) return error.message;
  return String(error);
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE` …), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}
