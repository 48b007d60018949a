import { ok, openRoute, route } from '../http/router.ts';
import type { Route } from '../http/router.ts';

/** Where the gateway is. */
export const gatewayRoutes: readonly Route[] = [
  openRoute('GET', '/gateway', ({ host }) => ok({ url: `ws://${host}` })),
  route('GET', '/gateway/bot', ({ host }) =>
    ok({
      url: `ws://${host}`,
      shards: 1,
      session_start_limit: { total: 1000, remaining: 1000, reset_after: 0, max_concurrency: 1 },
    }),
  ),
];
