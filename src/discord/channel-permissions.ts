import { OAuth2Scopes, PermissionFlagsBits } from 'discord-api-types/v10';

/** What the bot needs in a channel that has a session, by the name that Discord shows. */
export const neededPermissions: readonly {
  readonly name: string;
  readonly bit: bigint;
  readonly inThreads?: bigint;
}[] = [
  { name: 'View Channels', bit: PermissionFlagsBits.ViewChannel },
  {
    name: 'Send Messages',
    bit: PermissionFlagsBits.SendMessages,
    inThreads: PermissionFlagsBits.SendMessagesInThreads,
  },
  { name: 'Send Messages in Threads', bit: PermissionFlagsBits.SendMessagesInThreads },
  { name: 'Read Message History', bit: PermissionFlagsBits.ReadMessageHistory },
  { name: 'Add Reactions', bit: PermissionFlagsBits.AddReactions },
  { name: 'Attach Files', bit: PermissionFlagsBits.AttachFiles },
];

/** The number that stands for them in an invite link. */
export const invitePermissions: bigint = neededPermissions.reduce((all, { bit }) => all | bit, 0n);

/** The address that asks a server's administrator to let the bot in, with what it needs. */
export function inviteLink(applicationId: string): string {
  const query = new URLSearchParams({
    client_id: applicationId,
    scope: `${OAuth2Scopes.Bot} ${OAuth2Scopes.ApplicationsCommands}`,
    permissions: String(invitePermissions),
  });
  return `https://discord.com/oauth2/authorize?${query.toString().replaceAll('+', '%20')}`;
}

export interface Overwrite {
  /** Of a role, or of a member. */
  readonly id: string;
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface PermissionFacts {
  readonly guildId: string;
  readonly memberId: string;
  /** The roles that the member has, @everyone left out. */
  readonly memberRoles: readonly string[];
  /** What each role of the server may. */
  readonly roles: ReadonlyMap<string, bigint>;
  /** Of the channel; of its parent when it is a thread. */
  readonly overwrites: readonly Overwrite[];
  /** A member in time-out can only look. */
  readonly isTimedOut: boolean;
}

/**
 * What a member may do in a channel, by Discord's rules: the roles together, then the channel's overwrites for
 * @everyone, for the roles, for the member; whoever may not see it may do nothing.
 */
export function channelPermissions(facts: PermissionFacts): bigint {
  const { guildId, memberId, memberRoles, roles, overwrites, isTimedOut } = facts;
  const base = [guildId, ...memberRoles].reduce((all, role) => all | (roles.get(role) ?? 0n), 0n);
  if ((base & PermissionFlagsBits.Administrator) !== 0n) return ~0n;
  const everyone = overwrites.filter(({ id }) => id === guildId);
  const ofRoles = overwrites.filter(({ id }) => memberRoles.includes(id));
  const own = overwrites.filter(({ id }) => id === memberId);
  const all = [everyone, ofRoles, own].reduce(
    (now, group) =>
      (now & ~group.reduce((bits, { deny }) => bits | deny, 0n)) | group.reduce((bits, { allow }) => bits | allow, 0n),
    base,
  );
  if ((all & PermissionFlagsBits.ViewChannel) === 0n) return 0n;
  return isTimedOut ? all & (PermissionFlagsBits.ViewChannel | PermissionFlagsBits.ReadMessageHistory) : all;
}

/** The names of what is missing for the bot's work in a channel. */
export function missingPermissions(has: bigint, isThread: boolean): readonly string[] {
  const missing = neededPermissions.filter(({ bit, inThreads }) => {
    const needed = isThread ? (inThreads ?? bit) : bit;
    return (has & needed) !== needed;
  });
  return [...new Set(missing.map(({ name }) => name))];
}
