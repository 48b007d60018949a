import type {
  APIApplication,
  APIGuildMember,
  APIRole,
  APIUser,
  GatewayPresenceUpdate,
  GuildMemberFlags,
  RoleFlags,
} from 'discord-api-types/v10';
import { ApplicationFlags, PermissionFlagsBits, PresenceUpdateStatus } from 'discord-api-types/v10';

import { isoTime } from '../../base/clock.ts';
import type { StoredRole } from '../store/role-store.ts';
import type { StoredUser } from '../store/user-store.ts';
import type { World } from '../world.ts';
import { asBits } from './bits.ts';

const everyonePermissions =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.CreatePublicThreads |
  PermissionFlagsBits.CreatePrivateThreads |
  PermissionFlagsBits.EmbedLinks |
  PermissionFlagsBits.AttachFiles |
  PermissionFlagsBits.AddReactions |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.UseApplicationCommands |
  PermissionFlagsBits.UseExternalEmojis;

const botPermissions =
  everyonePermissions |
  PermissionFlagsBits.ManageChannels |
  PermissionFlagsBits.ManageMessages |
  PermissionFlagsBits.ManageThreads |
  PermissionFlagsBits.MentionEveryone;

/** Whether somebody may manage channels and other people's messages: the page's user, who owns the guild, and bots. */
export function isModerator(world: World, user: StoredUser): boolean {
  return user.bot || user.id === world.settings.userId;
}

/** What somebody may do in the guild, as Discord's bit set. */
export function permissionsOf(world: World, user: StoredUser): string {
  if (user.id === world.settings.userId) return String(botPermissions | PermissionFlagsBits.Administrator);
  const own = (user.roles ?? []).map((id) => BigInt(world.roles.get(id)?.permissions ?? 0));
  return String(own.reduce((all, bits) => all | bits, user.bot ? botPermissions : everyonePermissions));
}

/** The roles that somebody has, @everyone left out. */
export function roleIdsOf(world: World, user: StoredUser): readonly string[] {
  return [...(user.bot ? [botRoleId(world)] : []), ...(user.roles ?? [])];
}

export function userPayload(user: StoredUser): APIUser {
  return {
    id: user.id,
    username: user.name,
    discriminator: '0',
    global_name: user.displayName,
    avatar: null,
    ...(user.bot ? { bot: true } : {}),
  };
}

/** A user by id; of one who is unknown only the id is true. */
export function userPayloadById(world: World, id: string): APIUser {
  const user = world.users.get(id);
  if (user) return userPayload(user);
  return { id, username: 'unknown', discriminator: '0', global_name: null, avatar: null };
}

export type MemberWithoutUser = Omit<APIGuildMember, 'user'>;

export function memberPayloadWithoutUser(world: World, user: StoredUser): MemberWithoutUser {
  return {
    nick: user.nick ?? null,
    avatar: null,
    banner: null,
    roles: [...roleIdsOf(world, user)],
    joined_at: isoTime(user.joinedAt),
    premium_since: null,
    deaf: false,
    mute: false,
    flags: asBits<GuildMemberFlags>(0),
    pending: false,
    communication_disabled_until: null,
  };
}

export function memberPayload(world: World, user: StoredUser): APIGuildMember {
  return { ...memberPayloadWithoutUser(world, user), user: userPayload(user) };
}

export function presencePayload(world: World, user: string, isPresent: boolean): GatewayPresenceUpdate {
  return {
    user: { id: user },
    guild_id: world.settings.guildId,
    status: isPresent ? PresenceUpdateStatus.Online : PresenceUpdateStatus.Offline,
    activities: [],
    client_status: isPresent ? { web: PresenceUpdateStatus.Online } : {},
  };
}

export function rolePayloads(world: World): APIRole[] {
  const { guildId } = world.settings;
  return [
    rolePayload({ id: guildId, name: '@everyone', position: 0, permissions: String(everyonePermissions) }),
    {
      ...rolePayload({ id: botRoleId(world), name: 'Bots', position: 1, permissions: String(botPermissions) }),
      managed: true,
    },
    ...world.roles.all().map(rolePayload),
  ];
}

export function applicationPayload(bot: StoredUser, owner: StoredUser | undefined): APIApplication {
  return {
    id: bot.id,
    name: bot.displayName,
    icon: null,
    description: '',
    bot_public: false,
    bot_require_code_grant: false,
    bot: userPayload(bot),
    ...(owner ? { owner: userPayload(owner) } : {}),
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- still required in v10
    summary: '',
    verify_key: '0'.repeat(64),
    team: null,
    flags: asBits<ApplicationFlags>(applicationFlags),
    flags_new: String(applicationFlags),
  };
}

/** Every bot here may read message content, as a small verified one may at Discord. */
export const applicationFlags =
  ApplicationFlags.GatewayMessageContentLimited | ApplicationFlags.GatewayGuildMembersLimited;

function botRoleId(world: World): string {
  return String(BigInt(world.settings.guildId) + 1n);
}

export function rolePayload({ id, name, position, permissions }: StoredRole): APIRole {
  return {
    id,
    name,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- still required in v10
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    position,
    permissions,
    managed: false,
    mentionable: false,
    flags: asBits<RoleFlags>(0),
  };
}
