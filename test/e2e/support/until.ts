import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again and again until `check` gives something true; fails with `what` after `timeoutMs` (default 20 s). */
export async function until<T>(
  check: () => T | Promise<T>,
  options: { readonly what: string; readonly timeoutMs?: number },
): Promise<NonNullable<T>> {
  const { what, timeoutMs = 20_000 } = options;
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await sleep(25);
  }
}
