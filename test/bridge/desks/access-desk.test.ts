import { describe, expect, it } from 'vitest';

import { AccessDesk } from '../../../src/bridge/desks/access-desk.ts';
import { Owners } from '../../../src/bridge/inbound/owners.ts';
import type { AccessEntry, AccessGrant } from '../../../src/contracts/bridge-api.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { gateWorld } from '../support/gate-world.ts';
import { world as managerWorld } from '../support/manager-world.ts';
import { channelOne, channelTwo, one, two } from '../support/messages.ts';
import { RecordingLog } from '../support/recording-log.ts';

const configured = '100000000000000001';
const ann = '100000000000000002';
const bob = '100000000000000003';
const team = '200000000000000001';
const robot = '300000000000000001';

async function world() {
  const { manager } = managerWorld({ 1: channelOne, 2: channelTwo });
  await manager.load();
  const clock = new ManualClock();
  const log = new RecordingLog();
  const { facts } = openStores(':memory:');
  const holder: { owners?: Owners } = {};
  const gates = gateWorld({ clock, log, owners: { ids: () => holder.owners?.ids() ?? [] } });
  const owners = new Owners({
    server: 'local',
    configured: [configured],
    facts,
    clock,
    policy: () => gates.register.policy,
  });
  holder.owners = owners;
  const desk = new AccessDesk({ register: gates.register, owners, sessions: manager });
  const list = (): readonly string[] => desk.list().map(shown);
  return { desk, owners, list, ...gates };
}

function shown({ kind, id, role, session, decides, from }: AccessEntry): string {
  return [kind, id, role, session ?? 'all', decides ? 'decides' : '-', from].join(' ');
}

const grant = (id: string, role: AccessGrant['role'], more: Partial<AccessGrant> = {}): AccessGrant => ({
  kind: 'user',
  id,
  role,
  ...more,
});

describe('access-desk', () => {
  it('lists what is said, by configuration, by pairing and by the file', async () => {
    const { desk, owners, list } = await world();
    owners.claim(ann, owners.offerPairing().code);
    await desk.grant(grant(bob, 'member', { session: 2, decide: true }));
    await desk.grant(grant(team, 'operator', { kind: 'role', decide: false }));
    await desk.grant(grant(robot, 'operator', { kind: 'bot', session: 1 }));
    expect(list()).toEqual([
      `user ${configured} owner all decides configured`,
      `user ${ann} owner all decides paired`,
      `role ${team} operator all - file`,
      `bot ${robot} operator 1 - file`,
      `user ${bob} member 2 decides file`,
    ]);
  });

  it('BX-09: what is granted counts at once, and what is revoked no more', async () => {
    const { desk, gate } = await world();
    const author = { kind: 'human', id: bob, name: 'Bob' } as const;
    const may = (): readonly boolean[] =>
      [one, two].map((session) => gate.consider(author, 'message', session).allowed);
    expect(may()).toEqual([false, false]);
    await desk.grant(grant(bob, 'member'));
    expect(may()).toEqual([true, true]);
    await desk.grant(grant(bob, 'none', { session: 2 }));
    expect(may()).toEqual([true, false]);
    await desk.revoke({ kind: 'user', id: bob });
    expect(may()).toEqual([false, false]);
    await desk.grant(grant(bob, 'member', { session: 2 }));
    expect(may()).toEqual([false, true]);
  });

  it('owners are one list, and lose it by another role or by being revoked', async () => {
    const { desk, list, register, owners } = await world();
    await desk.grant(grant(bob, 'member'));
    await desk.grant(grant(bob, 'owner'));
    expect(register.policy.owners).toEqual([bob]);
    expect(owners.ids()).toEqual([configured, bob]);
    await desk.revoke({ kind: 'user', id: bob });
    expect(list()).toHaveLength(1);
    await desk.grant(grant(bob, 'owner'));
    await expect(desk.grant(grant(bob, 'viewer', { session: 1 }))).rejects.toThrow('owns the bridge');
    await desk.grant(grant(bob, 'viewer'));
    expect(list().slice(1)).toEqual([`user ${bob} viewer all - file`]);
  });

  it('a paired owner can be revoked, the configured one cannot', async () => {
    const { desk, owners, list } = await world();
    owners.claim(ann, owners.offerPairing().code);
    await desk.revoke({ kind: 'user', id: ann });
    expect(list()).toHaveLength(1);
    await expect(desk.revoke({ kind: 'user', id: configured })).rejects.toMatchObject({ code: 'access-fixed' });
    await expect(desk.grant(grant(configured, 'viewer'))).rejects.toMatchObject({ code: 'access-invalid' });
  });

  it.each([
    [grant('1234', 'member'), '"1234" is not the id of a user.'],
    [grant(`${bob}a`, 'member'), 'is not the id of a user.'],
    [grant(robot, 'owner', { kind: 'bot' }), 'A bot cannot be an owner.'],
    [grant(robot, 'member', { kind: 'bot', decide: true }), 'A bot decides nothing'],
    [grant(bob, 'none', { decide: true }), 'Who is nothing cannot decide anything.'],
    [grant(bob, 'member', { session: 9 }), 'no session 9'],
  ])('refuses %j', async (given, says) => {
    const { desk, register } = await world();
    await expect(desk.grant(given)).rejects.toThrow(says);
    expect(register.policy.everywhere.users.size + register.policy.sessions.size).toBe(0);
  });

  it('revokes exactly what is named', async () => {
    const { desk } = await world();
    await desk.grant(grant(bob, 'member', { session: 2 }));
    for (const target of [
      { kind: 'user', id: bob },
      { kind: 'user', id: bob, session: 1 },
      { kind: 'role', id: bob, session: 2 },
      { kind: 'user', id: bob.slice(0, -1), session: 2 },
      { kind: 'user', id: bob, session: 2.5 },
    ] as const) {
      await expect(desk.revoke(target)).rejects.toMatchObject({ code: 'access-unknown' });
    }
    await desk.revoke({ kind: 'user', id: bob, session: 2 });
  });
});
