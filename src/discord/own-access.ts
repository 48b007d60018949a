import { ChannelType, GatewayDispatchEvents, PermissionFlagsBits } from 'discord-api-types/v10';
import { z } from 'zod';

import type { Cancel, Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { parseChannelId } from '../model/session.ts';
import type { ChannelId } from '../model/session.ts';
import { channelPermissions } from './channel-permissions.ts';
import type { Overwrite } from './channel-permissions.ts';

/** The events that say what the bot may do where. */
export const accessEvents = [
  GatewayDispatchEvents.GuildCreate,
  GatewayDispatchEvents.GuildDelete,
  GatewayDispatchEvents.GuildRoleCreate,
  GatewayDispatchEvents.GuildRoleUpdate,
  GatewayDispatchEvents.GuildRoleDelete,
  GatewayDispatchEvents.GuildMemberUpdate,
  GatewayDispatchEvents.ChannelCreate,
  GatewayDispatchEvents.ChannelUpdate,
  GatewayDispatchEvents.ChannelDelete,
] as const;

export type AccessEvent = (typeof accessEvents)[number];

const bits = z.string().regex(/^\d+$/).transform(BigInt);
const overwrites = z.array(z.object({ id: z.string(), allow: bits, deny: bits })).default([]);
const role = z.object({ id: z.string(), permissions: bits });
const member = z.object({ user: z.object({ id: z.string() }), roles: z.array(z.string()) });
const channel = z.object({ id: z.string(), permission_overwrites: overwrites });
const inGuild = z.object({ guild_id: z.string() });

const shapes = {
  guild: z.object({
    id: z.string(),
    roles: z.array(role),
    members: z.array(z.unknown()).default([]),
    channels: z.array(channel).default([]),
  }),
  gone: z.object({ id: z.string() }),
  role: inGuild.extend({ role }),
  roleGone: inGuild.extend({ role_id: z.string() }),
  member: inGuild.extend(member.shape),
  channel: inGuild.extend(channel.shape),
  direct: z.object({ type: z.literal([ChannelType.DM, ChannelType.GroupDM]) }),
};

function isChannel(event: AccessEvent): boolean {
  return (
    event === GatewayDispatchEvents.ChannelCreate ||
    event === GatewayDispatchEvents.ChannelUpdate ||
    event === GatewayDispatchEvents.ChannelDelete
  );
}

interface Guild {
  readonly roles: Map<string, bigint>;
  /** The bot's roles; undefined when the server has not said them. */
  ownRoles: readonly string[] | undefined;
  readonly channels: Map<string, readonly Overwrite[]>;
}

const reading = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;

/** How long after a login the server takes to tell of its guilds, in milliseconds. */
const guildsMs = 10_000;

export interface OwnAccessOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** The bot's user id. */
  readonly ownId: () => string;
  /** The bot may read a channel that it could not read before. */
  readonly onOpened: (channel: ChannelId) => void;
}

/**
 * Owns what the gateway tells of the bot's permissions: which channels it may read. A server gives an empty history
 * where the bot may not read it. Knows nothing about messages.
 */
export class OwnAccess {
  readonly #options: OwnAccessOptions;
  readonly #guilds = new Map<string, Guild>();
  /** Those who wait for the next guild. */
  readonly #waiting = new Set<() => void>();
  /** Monotonic time of the last login. */
  #since: number | undefined;

  constructor(options: OwnAccessOptions) {
    this.#options = options;
  }

  /** Whether the bot may read what was said in a channel (of a thread: in its channel); undefined when nobody knows. */
  mayRead(channelId: string): boolean | undefined {
    for (const [guildId, guild] of this.#guilds) {
      const found = guild.channels.get(channelId);
      if (found) return this.#mayRead(guildId, guild, found);
    }
    return undefined;
  }

  /** As `mayRead`; just after a login it waits until the server has said it. */
  async toldWhetherReadable(channelId: string): Promise<boolean | undefined> {
    const { clock } = this.#options;
    for (;;) {
      const known = this.mayRead(channelId);
      const leftMs = this.#since === undefined ? 0 : this.#since + guildsMs - clock.monotonic();
      if (known !== undefined || leftMs <= 0) return known;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          cancel();
          this.#waiting.delete(go);
          resolve();
        };
        const cancel: Cancel = clock.after(leftMs, go);
        this.#waiting.add(go);
      });
    }
  }

  /** A new login: everything is told afresh. */
  loggedIn(): void {
    this.#guilds.clear();
    this.#since = this.#options.clock.monotonic();
  }

  /** Nothing more will be told. */
  close(): void {
    this.#since = undefined;
    this.#wake();
  }

  /** Learns from an event as the server gave it. */
  learn(event: AccessEvent, data: unknown): void {
    const guildId = this.#guildOf(event, data);
    // A direct message: nobody's permissions count there.
    if (isChannel(event) && guildId === '' && shapes.direct.safeParse(data).success) return;
    const before = this.#readable(guildId);
    try {
      this.#apply(event, data);
    } catch (error) {
      // Of an older state nobody may be sure.
      this.#options.log.warn({ event, error: String(error) }, 'what the bot may do could not be read');
      this.#guilds.delete(guildId);
      return;
    }
    this.#wake();
    if (event === GatewayDispatchEvents.GuildCreate) return;
    for (const id of this.#readable(guildId)) if (!before.has(id)) this.#options.onOpened(id);
  }

  #wake(): void {
    for (const go of [...this.#waiting]) go();
  }

  #guildOf(event: AccessEvent, data: unknown): string {
    const isGuild = event === GatewayDispatchEvents.GuildCreate || event === GatewayDispatchEvents.GuildDelete;
    return (isGuild ? shapes.gone.safeParse(data).data?.id : inGuild.safeParse(data).data?.guild_id) ?? '';
  }

  #apply(event: AccessEvent, data: unknown): void {
    switch (event) {
      case GatewayDispatchEvents.GuildCreate:
        this.#learnGuild(shapes.guild.parse(data));
        return;
      case GatewayDispatchEvents.GuildDelete:
        this.#guilds.delete(shapes.gone.parse(data).id);
        return;
      case GatewayDispatchEvents.GuildRoleCreate:
      case GatewayDispatchEvents.GuildRoleUpdate: {
        const { guild_id: guild, role: changed } = shapes.role.parse(data);
        this.#guilds.get(guild)?.roles.set(changed.id, changed.permissions);
        return;
      }
      case GatewayDispatchEvents.GuildRoleDelete: {
        const { guild_id: guild, role_id: gone } = shapes.roleGone.parse(data);
        this.#guilds.get(guild)?.roles.delete(gone);
        return;
      }
      case GatewayDispatchEvents.GuildMemberUpdate: {
        const { guild_id: id, user, roles } = shapes.member.parse(data);
        const guild = this.#guilds.get(id);
        if (guild && user.id === this.#options.ownId()) guild.ownRoles = roles;
        return;
      }
      case GatewayDispatchEvents.ChannelCreate:
      case GatewayDispatchEvents.ChannelUpdate: {
        const { guild_id: guild, id, permission_overwrites: rules } = shapes.channel.parse(data);
        this.#guilds.get(guild)?.channels.set(id, rules);
        return;
      }
      case GatewayDispatchEvents.ChannelDelete: {
        const { guild_id: guild, id } = shapes.channel.parse(data);
        this.#guilds.get(guild)?.channels.delete(id);
      }
    }
  }

  #learnGuild({ id, roles, members, channels }: z.infer<typeof shapes.guild>): void {
    const own = members.map((one) => member.safeParse(one).data).find((one) => one?.user.id === this.#options.ownId());
    this.#guilds.set(id, {
      roles: new Map(roles.map((one) => [one.id, one.permissions])),
      ownRoles: own?.roles,
      channels: new Map(channels.map((one) => [one.id, one.permission_overwrites])),
    });
  }

  /** The channels of a server that the bot is known to be able to read. */
  #readable(guildId: string): ReadonlySet<ChannelId> {
    const guild = this.#guilds.get(guildId);
    if (!guild) return new Set();
    const ids = [...guild.channels].filter(([, rules]) => this.#mayRead(guildId, guild, rules) === true);
    return new Set(ids.flatMap(([id]) => parseChannelId(id) ?? []));
  }

  #mayRead(guildId: string, { roles, ownRoles }: Guild, rules: readonly Overwrite[]): boolean | undefined {
    if (ownRoles === undefined) return undefined;
    const memberId = this.#options.ownId();
    const may = channelPermissions({
      guildId,
      memberId,
      memberRoles: ownRoles,
      roles,
      overwrites: rules,
      isTimedOut: false, // Who is in time-out may still read.
    });
    return (may & reading) === reading;
  }
}
