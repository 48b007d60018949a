import { ok, openRoute, route } from '../http/router.ts';
import type { Route } from '../http/router.ts';

/** Where the gateway is. */
export const gatewayRoutes: readonly Route[] = [
  openRoute('GET', '/gateway', ({ host }) => ok({ url: `ws://${host}` })),
  route('GET', '/gateway/bot', ({ host, world }) => {
    const { total, remaining, resetAfterMs } = world.faults.sessionStarts;
    return ok({
      url: `ws://${host}`,
      shards: 1,
      session_start_limit: { total, remaining, reset_after: resetAfterMs, max_concurrency: 1 },
    });
  }),
];
