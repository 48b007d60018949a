import { expect, it } from 'vitest';

import { GapGate } from '../../../src/bridge/catch-up/gap-gate.ts';
import type { LiveEvent } from '../../../src/bridge/catch-up/gap-gate.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { channelOne, channelTwo, elsewhere, inbound } from '../support/messages.ts';

const thread = '100000000000000777' as ChannelId;
const said = (id: number, channel: ChannelId = channelOne, text = 'x'): LiveEvent => ({
  kind: 'said',
  message: inbound(String(id), { channel, text }),
});

/** What waits in a channel, in order; empties it. */
function drain(gate: GapGate, channel: ChannelId): readonly string[] {
  const drained: string[] = [];
  for (let event = gate.first(channel); event; event = gate.first(channel)) {
    drained.push(
      event.kind === 'deleted'
        ? `deleted ${event.messageIds.join()}`
        : `${event.kind} ${event.message.messageId} ${event.message.text}`,
    );
    gate.removeFirst(channel);
  }
  return drained;
}

it('BX-01: holds back the channels that are not read yet, and their events in order', () => {
  const gate = new GapGate(100);
  gate.close(channelOne, undefined);
  expect([gate.holds(channelOne, undefined), gate.holds(elsewhere, undefined)]).toEqual([true, false]);
  gate.hold(said(2), undefined);
  gate.hold(said(1), undefined);
  expect(gate.oldestOf(channelOne)).toBe('1');
  expect(drain(gate, channelOne)).toEqual(['said 2 x', 'said 1 x']);
  gate.open(channelOne);
  expect([gate.holds(channelOne, undefined), gate.isClosed]).toEqual([false, false]);
});

it('never opens a channel in which something waits', () => {
  const gate = new GapGate(100);
  gate.hold(said(1), undefined);
  expect(() => gate.open(channelOne)).toThrow('still waits');
});

it('holds back every thread of a channel until it is known which ones were missed', () => {
  const gate = new GapGate(100);
  gate.closeWithThreads(channelOne);
  expect([gate.holds(thread, channelOne), gate.holds(thread, channelTwo)]).toEqual([true, false]);
  gate.threadsListed(channelOne);
  expect([gate.holds(thread, channelOne), gate.holds(channelOne, undefined)]).toEqual([false, true]);
  gate.closeWithThreads(channelOne);
  gate.hold(said(1, thread), channelOne);
  gate.threadsListed(channelOne);
  expect(gate.holds(thread, channelOne)).toBe(true);
  expect(gate.channels()).toEqual([
    { channel: channelOne, parent: undefined },
    { channel: thread, parent: channelOne },
  ]);
});

it('BX-06: what was edited or deleted while it waited is never given in its old form', () => {
  const gate = new GapGate(100);
  gate.hold(said(1), undefined);
  gate.hold(said(2), undefined);
  gate.hold({ kind: 'edited', message: inbound('1', { text: 'new' }) }, undefined);
  gate.hold({ kind: 'deleted', channel: channelOne, messageIds: ['2', '9'] }, undefined);
  expect(drain(gate, channelOne)).toEqual(['said 1 new', 'edited 1 new', 'deleted 2,9']);
});

it('is bounded: the longest queue is dropped, and its channel is to be read once more', () => {
  const gate = new GapGate(10);
  gate.close(channelOne, undefined);
  gate.close(channelTwo, undefined);
  gate.hold(said(1, channelTwo), undefined);
  for (let id = 1; id <= 10; id += 1) gate.hold(said(id), undefined);
  expect([gate.takeSpilled(channelOne), gate.takeSpilled(channelTwo)]).toEqual([true, false]);
  expect(gate.takeSpilled(channelOne)).toBe(false);
  expect([drain(gate, channelOne), drain(gate, channelTwo)]).toEqual([[], ['said 1 x']]);
  expect(gate.oldestOf(channelOne)).toBe('1');
  for (let id = 1; id <= 10; id += 1) gate.hold(said(id), undefined);
  expect(gate.takeSpilled(channelOne)).toBe(false);
});
