import type { Clock } from '../base/clock.ts';
import type { Scope } from '../base/scope.ts';
import type { Faults } from './faults.ts';
import { Interactions } from './interactions.ts';
import { AttachmentStore } from './store/attachment-store.ts';
import { ChannelStore } from './store/channel-store.ts';
import { CommandStore } from './store/command-store.ts';
import { openDatabase } from './store/database.ts';
import { MessageStore } from './store/message-store.ts';
import { ReactionStore } from './store/reaction-store.ts';
import { RoleStore } from './store/role-store.ts';
import { loadSettings } from './store/settings.ts';
import { Snowflakes } from './store/snowflakes.ts';
import { UserStore } from './store/user-store.ts';
import { WebhookStore } from './store/webhook-store.ts';
import type { Dispatch, World } from './world.ts';

/** Opens what an installation keeps, and makes what a new one needs: the guild's bot and the page's user. */
export function openWorld(options: {
  readonly dataFile: string;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly scope: Scope;
  /** Where the server listens and who tells the connections; known only later. */
  readonly here: { readonly port: number; readonly publish: (dispatch: Dispatch) => void };
}): World {
  const { clock, faults, scope, here } = options;
  const database = scope.own('chat data', openDatabase(options.dataFile), (it) => it.close());
  const users = new UserStore(database);
  const roles = new RoleStore(database);
  const channels = new ChannelStore(database);
  const messages = new MessageStore(database);
  for (const id of channels.eraseOld(clock.now())) messages.eraseChannel(id);
  const attachments = new AttachmentStore(database);
  const commands = new CommandStore(database);
  const webhooks = new WebhookStore(database);
  const used = [
    ...[...users.all(), ...roles.all(), ...webhooks.all()].map(({ id }) => id),
    ...commands.usable().flatMap(({ id, version }) => [id, version]),
  ];
  const largest = [messages.largest(), attachments.largest(), ...channels.ownIds(), ...used.map(BigInt)];
  const ids = new Snowflakes(clock, largest.reduce(larger, 0n));
  const settings = loadSettings(database, ids);
  const world: World = {
    clock,
    faults,
    ids,
    settings,
    database,
    users,
    roles,
    channels,
    messages,
    reactions: new ReactionStore(database),
    attachments,
    commands,
    webhooks,
    interactions: scope.own('interactions', new Interactions(clock, faults), (it) => it.close()),
    publish: (dispatch) => here.publish(dispatch),
    get origin() {
      return `http://127.0.0.1:${here.port}`;
    },
  };
  const joinedAt = clock.now();
  const { botId, botToken, userId, userToken } = settings;
  if (!users.get(botId)) {
    users.put({ id: botId, name: 'claude-bridge', displayName: 'Claude Bridge', bot: true, token: botToken, joinedAt });
  }
  if (!users.get(userId)) {
    users.put({ id: userId, name: 'owner', displayName: 'Owner', bot: false, token: userToken, joinedAt });
  }
  return world;
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
