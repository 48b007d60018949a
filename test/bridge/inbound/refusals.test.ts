import { expect, it } from 'vitest';

import { Refusals } from '../../../src/bridge/inbound/refusals.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { channelTwo, inbound, owner, stranger } from '../support/messages.ts';

it('BX-09: remembers up to which message somebody was refused in a channel', () => {
  const { facts } = openStores(':memory:');
  const refusals = new Refusals(facts);
  expect(refusals.covers(inbound('5'))).toBe(false);
  refusals.note(inbound('5'));
  refusals.note(inbound('4'));
  expect(['4', '5', '6', '10'].map((id) => refusals.covers(inbound(id)))).toEqual([true, true, false, false]);
  expect(refusals.covers(inbound('5', { author: stranger }))).toBe(false);
  expect(refusals.covers(inbound('5', { channel: channelTwo }))).toBe(false);
  expect(new Refusals(facts).covers(inbound('5'))).toBe(true);
});

it('I11: remembers the last ones only', () => {
  const { facts } = openStores(':memory:');
  const refusals = new Refusals(facts);
  refusals.note(inbound('1'));
  for (let id = 1; id <= 99; id += 1) refusals.note(inbound('1', { author: { ...owner, id: `9${id}` } }));
  expect(refusals.covers(inbound('1'))).toBe(true);
  refusals.note(inbound('1', { author: stranger }));
  expect(refusals.covers(inbound('1'))).toBe(false);
  expect(refusals.covers(inbound('1', { author: stranger }))).toBe(true);
});
