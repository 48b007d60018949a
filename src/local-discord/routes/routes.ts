import type { Route } from '../http/router.ts';
import { channelRoutes } from './channel-routes.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { guildRoutes } from './guild-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { userRoutes } from './user-routes.ts';

/** Every route that this server has. */
export const routes: readonly Route[] = [
  ...gatewayRoutes,
  ...userRoutes,
  ...guildRoutes,
  ...channelRoutes,
  ...messageRoutes,
];
