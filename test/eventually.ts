import { vi } from 'vitest';

/** As patient as `expect.poll` is by `vitest.config.ts`: a busy machine takes its time. `vi` alone gives up after a second. */
const patience = { timeout: 20_000 };

/** Repeats a check until it passes; gives what it gave. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, patience);
}

/** Asks until the answer is yes. */
export async function eventuallyTrue(check: () => boolean): Promise<void> {
  await vi.waitUntil(check, patience);
}
