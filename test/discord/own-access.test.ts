import { GatewayDispatchEvents as events, PermissionFlagsBits as bits } from 'discord-api-types/v10';
import { beforeEach, describe, expect, it } from 'vitest';

import { OwnAccess } from '../../src/discord/own-access.ts';
import { RecordingLog } from '../bridge/support/recording-log.ts';
import { ManualClock } from '../fakes/manual-clock.ts';

const guild = '100';
const channel = '200000000000000001';
const other = '200000000000000002';
const reading = String(bits.ViewChannel | bits.ReadMessageHistory);

describe('OwnAccess', () => {
  let access: OwnAccess;
  let opened: string[];
  let clock: ManualClock;
  const log = new RecordingLog();

  const rule = (id: string, deny: bigint, allow = 0n) => ({ id, type: 0, deny: String(deny), allow: String(allow) });
  const change = (...permission_overwrites: object[]): void =>
    access.learn(events.ChannelUpdate, { id: channel, guild_id: guild, type: 0, permission_overwrites });

  beforeEach(() => {
    opened = [];
    clock = new ManualClock();
    access = new OwnAccess({ clock, log, ownId: () => '1', onOpened: (id) => opened.push(id) });
    tellGuild();
  });

  const tellGuild = (): void =>
    access.learn(events.GuildCreate, {
      id: guild,
      roles: [
        { id: guild, permissions: reading },
        { id: '7', permissions: '0' },
      ],
      members: [{ roles: [] }, { user: { id: '9' }, roles: [] }, { user: { id: '1' }, roles: ['7'] }],
      channels: [
        { id: channel, type: 0, permission_overwrites: [] },
        { id: other, type: 0 },
      ],
    });

  it('knows which channels the bot may read, and of no others', () => {
    expect([access.mayRead(channel), access.mayRead('3')]).toEqual([true, undefined]);
    expect(opened).toEqual([]);
    change(rule(guild, bits.ReadMessageHistory));
    expect([access.mayRead(channel), access.mayRead(other)]).toEqual([false, true]);
    access.loggedIn();
    expect(access.mayRead(channel)).toBeUndefined();
  });

  it('tells when a channel is open again: by itself, by a role of the server, by a role of the bot', () => {
    change(rule(guild, bits.ViewChannel));
    expect(access.mayRead(channel)).toBe(false);
    change();
    expect(opened.splice(0)).toEqual([channel]);
    change();
    access.learn(events.GuildRoleUpdate, { guild_id: guild, role: { id: guild, permissions: '0' } });
    expect(opened).toEqual([]);
    access.learn(events.GuildRoleUpdate, { guild_id: guild, role: { id: '7', permissions: reading } });
    expect(opened.splice(0)).toEqual([channel, other]);
    access.learn(events.GuildMemberUpdate, { guild_id: guild, user: { id: '1' }, roles: [] });
    access.learn(events.GuildMemberUpdate, { guild_id: guild, user: { id: '9' }, roles: ['7'] });
    expect(access.mayRead(channel)).toBe(false);
    access.learn(events.GuildMemberUpdate, { guild_id: guild, user: { id: '1' }, roles: ['7'] });
    expect(opened.splice(0)).toEqual([channel, other]);
    access.learn(events.GuildRoleDelete, { guild_id: guild, role_id: '7' });
    access.learn(events.ChannelDelete, { guild_id: guild, id: other });
    expect([access.mayRead(channel), access.mayRead(other)]).toEqual([false, undefined]);
  });

  it('waits just after a login until the server has said it, and never longer than ten seconds', async () => {
    expect(await access.toldWhetherReadable(channel)).toBe(true);
    expect(await access.toldWhetherReadable('3')).toBeUndefined();
    access.loggedIn();
    const asked = access.toldWhetherReadable(channel);
    const never = access.toldWhetherReadable('3');
    let isOver = false;
    void never.then(() => (isOver = true));
    await clock.advance(5_000);
    tellGuild();
    expect(await asked).toBe(true);
    await clock.advance(4_999);
    expect(isOver).toBe(false);
    await clock.advance(1);
    expect(await never).toBeUndefined();
    access.loggedIn();
    const closing = access.toldWhetherReadable('3');
    access.close();
    expect(await closing).toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('learns nothing from a direct message, which is of no server, and does not wonder', () => {
    for (const event of [events.ChannelCreate, events.ChannelDelete] as const)
      access.learn(event, { id: '9', type: 1 });
    expect(log.at('warn')).toEqual([]);
  });

  it('says nothing of servers that are gone, or whose events cannot be read', () => {
    change({ id: 'x', allow: 'many', deny: 'few' });
    expect(access.mayRead(channel)).toBeUndefined();
    expect(log.at('warn')).toEqual(['what the bot may do could not be read']);
    access.learn(events.GuildCreate, { id: guild, roles: [], channels: [{ id: channel, type: 0 }] });
    expect(access.mayRead(channel)).toBeUndefined(); // It is not said which roles the bot has.
    access.learn(events.GuildDelete, { id: guild });
    expect(access.mayRead(channel)).toBeUndefined();
    expect(opened).toEqual([]);
  });
});
