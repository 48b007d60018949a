import { describe, expect, it } from 'vitest';

import { Owners } from '../../../src/bridge/inbound/owners.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';

const minute = 60_000;

function world(options: { configured?: readonly string[]; server?: string } = {}) {
  const clock = new ManualClock();
  const { facts } = openStores(':memory:');
  const { configured = [], server = 'discord' } = options;
  const make = (name = server): Owners => new Owners({ server: name, configured, facts, clock });
  return { clock, facts, make, owners: make() };
}

describe('owners', () => {
  it('BX-09: nobody owns a fresh bridge', () => {
    const { owners } = world();
    expect(owners.known()).toBe(false);
    expect(owners.roleOf('500')).toBe('none');
  });

  it('BX-09: the configured people are owners, and nobody else is', () => {
    const { owners } = world({ configured: ['500', '501'] });
    expect(owners.known()).toBe(true);
    expect(['500', '501', '502', '', '50'].map((id) => owners.roleOf(id))).toEqual([
      'owner',
      'owner',
      'none',
      'none',
      'none',
    ]);
  });
});

describe('pairing', () => {
  it('makes the one who types the code the owner, for good', () => {
    const { owners, make } = world();
    const { code } = owners.offerPairing();
    expect(owners.claim('500', `  ${code}\n`)).toBe(true);
    expect([owners.known(), owners.roleOf('500'), owners.roleOf('501')]).toEqual([true, 'owner', 'none']);
    expect(make().roleOf('500')).toBe('owner');
  });

  it('tells when the code ends: after ten minutes', async () => {
    const { owners, clock } = world();
    const { code, expires } = owners.offerPairing();
    expect(expires - clock.now()).toBe(10 * minute);
    await clock.advance(10 * minute);
    expect(owners.claim('500', code)).toBe(true);
  });

  it('a code is worth nothing after its time', async () => {
    const { owners, clock } = world();
    const { code } = owners.offerPairing();
    await clock.advance(10 * minute + 1);
    expect(owners.claim('500', code)).toBe(false);
    expect(owners.known()).toBe(false);
  });

  it('a code is void after its use', () => {
    const { owners } = world();
    const { code } = owners.offerPairing();
    owners.claim('500', code);
    expect(owners.claim('666', code)).toBe(false);
    expect(owners.roleOf('666')).toBe('none');
  });

  it('a new code makes the earlier one void', () => {
    const { owners } = world();
    const first = owners.offerPairing().code;
    const second = owners.offerPairing().code;
    expect(second).not.toBe(first);
    expect(owners.claim('666', first)).toBe(false);
    expect(owners.claim('500', second)).toBe(true);
  });

  it('wrong texts are refused and leave the code as it was', () => {
    const { owners } = world();
    const { code } = owners.offerPairing();
    const wrong = ['', ' ', 'pair-', code.slice(0, -1), `${code}x`, code.toUpperCase(), `say ${code}`, '日本語'];
    expect(wrong.filter((text) => owners.claim('666', text))).toEqual([]);
    expect(owners.claim('500', code)).toBe(true);
  });

  it('without a code on offer nothing is a code', () => {
    const { owners } = world();
    expect(owners.claim('666', '')).toBe(false);
    expect(owners.claim('666', 'undefined')).toBe(false);
  });

  it('an owner of one chat server is nobody on another', () => {
    const { owners, make } = world();
    owners.claim('500', owners.offerPairing().code);
    const local = make('local');
    expect([local.known(), local.roleOf('500')]).toEqual([false, 'none']);
  });

  it('adds to the configured owners', () => {
    const { owners } = world({ configured: ['500'] });
    owners.claim('501', owners.offerPairing().code);
    expect([owners.roleOf('500'), owners.roleOf('501')]).toEqual(['owner', 'owner']);
  });
});
