import { vi } from 'vitest';

/** Repeats a check until it passes; gives what it gave. As patient as `expect.poll`: a busy machine takes its time. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 10_000 });
}
