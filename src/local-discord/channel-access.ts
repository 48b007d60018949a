import { OverwriteType, PermissionFlagsBits } from 'discord-api-types/v10';

import { permissionsOf, roleIdsOf } from './payloads/people.ts';
import type { StoredChannel, StoredOverwrite } from './store/channel-store.ts';
import type { StoredUser } from './store/user-store.ts';
import type { World } from './world.ts';

const readHistory = PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory;

/** Whether somebody may know that a channel is there. */
export function maySee(world: World, user: StoredUser, channel: StoredChannel): boolean {
  return may(world, user, channel, PermissionFlagsBits.ViewChannel);
}

/** Whether somebody may read what was said in a channel before. */
export function mayReadHistory(world: World, user: StoredUser, channel: StoredChannel): boolean {
  return may(world, user, channel, readHistory);
}

/** By Discord's rules: the roles together, then the overwrites for @everyone, for the roles, for the member. */
function may(world: World, user: StoredUser, channel: StoredChannel, wanted: bigint): boolean {
  if (channel.recipients) return true;
  const base = BigInt(permissionsOf(world, user));
  if ((base & PermissionFlagsBits.Administrator) !== 0n) return true;
  const { guildId } = world.settings;
  const rules = channel.thread ? world.channels.get(channel.parent ?? '')?.overwrites : channel.overwrites;
  const groups: ((rule: StoredOverwrite) => boolean)[] = [
    ({ id }) => id === guildId,
    ({ id, type }) => type === OverwriteType.Role && roleIdsOf(world, user).includes(id),
    ({ id, type }) => type === OverwriteType.Member && id === user.id,
  ];
  const all = groups.reduce((now, isOf) => {
    const group = (rules ?? []).filter(isOf);
    const denied = group.reduce((bits, { deny }) => bits | BigInt(deny), 0n);
    return (now & ~denied) | group.reduce((bits, { allow }) => bits | BigInt(allow), 0n);
  }, base);
  return (all & wanted) === wanted;
}
