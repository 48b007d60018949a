import { PermissionFlagsBits as bits } from 'discord-api-types/v10';
import { describe, expect, it } from 'vitest';

import {
  channelPermissions,
  inviteLink,
  invitePermissions,
  missingPermissions,
} from '../../src/discord/channel-permissions.ts';
import type { Overwrite, PermissionFacts } from '../../src/discord/channel-permissions.ts';

const everything = bits.ViewChannel | bits.SendMessages | bits.ReadMessageHistory | bits.AddReactions;

function facts(change: Partial<PermissionFacts> = {}): PermissionFacts {
  return {
    guildId: 'guild',
    memberId: 'bot',
    memberRoles: ['role'],
    roles: new Map([
      ['guild', everything],
      ['role', bits.SendMessagesInThreads],
      ['other', bits.Administrator],
    ]),
    overwrites: [],
    isTimedOut: false,
    ...change,
  };
}

function overwrite(id: string, change: Partial<Overwrite>): Overwrite {
  return { id, allow: 0n, deny: 0n, ...change };
}

describe('channelPermissions', () => {
  it('adds up the roles of the member, and of nobody else', () => {
    expect(channelPermissions(facts())).toBe(everything | bits.SendMessagesInThreads);
  });

  it('lets an administrator do everything, whatever the channel says', () => {
    const roles = new Map([['role', bits.Administrator]]);
    const overwrites = [overwrite('guild', { deny: bits.ViewChannel })];
    expect(missingPermissions(channelPermissions(facts({ roles, overwrites })), false)).toEqual([]);
  });

  it('applies overwrites in their order: @everyone, roles, member', () => {
    const overwrites = [
      overwrite('bot', { deny: bits.AddReactions }),
      overwrite('role', { allow: bits.SendMessages | bits.AddReactions }),
      overwrite('guild', { deny: bits.SendMessages | bits.ReadMessageHistory }),
      overwrite('other', { deny: everything }),
    ];
    expect(channelPermissions(facts({ overwrites }))).toBe(
      bits.ViewChannel | bits.SendMessages | bits.SendMessagesInThreads,
    );
  });

  it('allows nothing to who cannot see, and only looking to who is in time-out', () => {
    expect(channelPermissions(facts({ overwrites: [overwrite('guild', { deny: bits.ViewChannel })] }))).toBe(0n);
    expect(channelPermissions(facts({ isTimedOut: true }))).toBe(bits.ViewChannel | bits.ReadMessageHistory);
  });
});

describe('missingPermissions', () => {
  it('names what is missing as Discord does', () => {
    expect(missingPermissions(invitePermissions, false)).toEqual([]);
    expect(missingPermissions(invitePermissions & ~bits.AddReactions, false)).toEqual(['Add Reactions']);
  });

  it('asks in a thread for the permission of threads', () => {
    expect(missingPermissions(invitePermissions & ~bits.SendMessages, true)).toEqual([]);
    expect(missingPermissions(invitePermissions & ~bits.SendMessagesInThreads, true)).toEqual([
      'Send Messages',
      'Send Messages in Threads',
    ]);
  });
});

it('makes an invite link with both scopes and exactly what is needed', () => {
  const link = new URL(inviteLink('42'));
  expect(link.origin + link.pathname).toBe('https://discord.com/oauth2/authorize');
  expect(link.searchParams.get('client_id')).toBe('42');
  expect(link.searchParams.get('scope')).toBe('bot applications.commands');
  // View Channels, Send Messages, Read Message History, Add Reactions, Attach Files, Send Messages in Threads.
  expect(link.searchParams.get('permissions')).toBe(
    String((1n << 10n) | (1n << 11n) | (1n << 16n) | (1n << 6n) | (1n << 15n) | (1n << 38n)),
  );
});
