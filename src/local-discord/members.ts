import { memberPayload, rolePayload } from './payloads/people.ts';
import { newToken } from './store/settings.ts';
import type { StoredRole } from './store/role-store.ts';
import type { StoredUser } from './store/user-store.ts';
import type { World } from './world.ts';

export interface NewMember {
  readonly name: string;
  readonly bot?: boolean;
  /** What they are called in the guild, if not by their name. */
  readonly nick?: string;
  /** Ids of roles. */
  readonly roles?: readonly string[];
}

export interface NewRole {
  readonly name: string;
  /** What it allows besides what everybody may; Discord's bit set. Default: nothing. */
  readonly permissions?: string;
}

/** Adds a member of the guild and tells everybody. */
export function addMember(world: World, wanted: NewMember): StoredUser {
  const { name, bot = false, nick, roles } = wanted;
  const user = world.users.put({
    id: world.ids.next(),
    name: name.toLowerCase(),
    displayName: name,
    bot,
    ...(nick === undefined ? {} : { nick }),
    ...(roles === undefined ? {} : { roles }),
    token: newToken(bot ? 'local' : 'user'),
    joinedAt: world.clock.now(),
  });
  tellMember(world, 'GUILD_MEMBER_ADD', user);
  return user;
}

/** Gives a member other roles and tells everybody. */
export function setRoles(world: World, user: StoredUser, roles: readonly string[]): StoredUser {
  const changed = world.users.put({ ...user, roles: [...new Set(roles)] });
  tellMember(world, 'GUILD_MEMBER_UPDATE', changed);
  return changed;
}

/** Adds a role of the guild, above all others, and tells everybody. */
export function addRole(world: World, { name, permissions = '0' }: NewRole): StoredRole {
  const role = world.roles.add({ id: world.ids.next(), name, permissions });
  tellRole(world, 'GUILD_ROLE_CREATE', { role: rolePayload(role) });
  return role;
}

/** Takes a role away, from everybody who has it too. */
export function removeRole(world: World, id: string): void {
  world.roles.delete(id);
  for (const user of world.users.all()) {
    if (user.roles?.includes(id) === true) {
      setRoles(
        world,
        user,
        user.roles.filter((role) => role !== id),
      );
    }
  }
  tellRole(world, 'GUILD_ROLE_DELETE', { role_id: id });
}

function tellMember(world: World, event: string, user: StoredUser): void {
  world.publish({ event, data: { ...memberPayload(world, user), guild_id: world.settings.guildId } });
}

function tellRole(world: World, event: string, data: object): void {
  world.publish({ event, data: { guild_id: world.settings.guildId, ...data } });
}
