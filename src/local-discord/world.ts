import type { DatabaseSync } from 'node:sqlite';

import type { Clock } from '../base/clock.ts';
import type { Faults } from './faults.ts';
import type { Interactions } from './interactions.ts';
import type { AttachmentStore } from './store/attachment-store.ts';
import type { ChannelStore, StoredChannel } from './store/channel-store.ts';
import type { CommandStore } from './store/command-store.ts';
import type { MessageStore } from './store/message-store.ts';
import type { ReactionStore } from './store/reaction-store.ts';
import type { RoleStore } from './store/role-store.ts';
import type { Settings } from './store/settings.ts';
import type { Snowflakes } from './store/snowflakes.ts';
import type { UserStore } from './store/user-store.ts';
import type { WebhookStore } from './store/webhook-store.ts';

/** An event for the gateway. */
export interface Dispatch {
  readonly event: string;
  readonly data: object;
  /** Where it happened; undefined when it concerns the guild as a whole. */
  readonly channel?: StoredChannel | undefined;
  /** Only for this user's connections (ephemeral messages, interactions for one bot). */
  readonly onlyFor?: string;
  /** Only for this gateway session, while there is one; else for all of `onlyFor`. */
  readonly onlySession?: string;
}

/** Everything a route works with. */
export interface World {
  readonly clock: Clock;
  readonly faults: Faults;
  readonly ids: Snowflakes;
  readonly settings: Settings;
  readonly database: DatabaseSync;
  readonly users: UserStore;
  readonly roles: RoleStore;
  readonly channels: ChannelStore;
  readonly messages: MessageStore;
  readonly reactions: ReactionStore;
  readonly attachments: AttachmentStore;
  readonly commands: CommandStore;
  readonly webhooks: WebhookStore;
  readonly interactions: Interactions;
  /** Tells every connection that may know. */
  publish(dispatch: Dispatch): void;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
}
