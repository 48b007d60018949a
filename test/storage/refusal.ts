import { expect } from 'vitest';

/** Matches a BridgeError of a code whose message holds these parts, in this order. */
export function refusal(code: string, ...parts: readonly string[]): Error {
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const message: unknown = expect.stringMatching(new RegExp(escaped.join('.*'), 's'));
  return expect.objectContaining({ name: 'BridgeError', code, message }) as Error;
}
