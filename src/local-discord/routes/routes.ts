import type { Route } from '../http/router.ts';
import { attachmentRoutes } from './attachment-routes.ts';
import { channelRoutes } from './channel-routes.ts';
import { channelWebhookRoutes } from './channel-webhook-routes.ts';
import { commandRoutes } from './command-routes.ts';
import { gatewayRoutes } from './gateway-routes.ts';
import { guildRoutes } from './guild-routes.ts';
import { interactionRoutes } from './interaction-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { permissionRoutes } from './permission-routes.ts';
import { pinRoutes } from './pin-routes.ts';
import { reactionRoutes } from './reaction-routes.ts';
import { threadRoutes } from './thread-routes.ts';
import { userRoutes } from './user-routes.ts';
import { webhookRoutes } from './webhook-routes.ts';

/** Every route that this server has. */
export const routes: readonly Route[] = [
  ...gatewayRoutes,
  ...userRoutes,
  ...guildRoutes,
  ...channelRoutes,
  ...permissionRoutes,
  ...messageRoutes,
  ...pinRoutes,
  ...reactionRoutes,
  ...threadRoutes,
  ...attachmentRoutes,
  ...commandRoutes,
  ...interactionRoutes,
  ...channelWebhookRoutes,
  ...webhookRoutes,
];
