import { describe, expect, it } from 'vitest';

import { world } from '../support/delivery-world.ts';
import { chatError, gate } from '../support/hand-transport.ts';
import { channelOne } from '../support/messages.ts';

describe('edits', () => {
  it('change the first message of a posted text', async () => {
    const { say, change, go, transport, stores, stateOf } = world();
    say('a', 'one|two');
    await go();
    change('e1', 'a', 'new words');
    await go();
    expect(transport.edits).toEqual([{ messageId: stores.outbox.get('a')?.sentIds[0], text: 'new words' }]);
    expect(stateOf('e1')).toBe('posted');
  });

  it('of one channel go out once a second at most, and of those that wait only the newest', async () => {
    const { say, change, go, transport, clock, stateOf } = world();
    say('a');
    await go();
    for (let step = 1; step <= 10; step += 1) {
      change(`e${step}`, 'a', `step ${step}`);
      await go();
      await clock.advance(250);
    }
    await clock.advance(5_000);
    // At 0, 1000 and 2000 ms, and what came after that.
    expect(transport.edits.map(({ text }) => text)).toEqual(['step 1', 'step 4', 'step 8', 'step 10']);
    expect([stateOf('e2'), stateOf('e10')]).toEqual(['dropped', 'posted']);
    expect(clock.pending).toBe(0);
  });

  it('of a text that is still on its way waits for it; others do not wait', async () => {
    const { say, change, go, settle, transport, stateOf, clock } = world();
    say('first');
    await go();
    const hanging = gate();
    transport.beforeSend = () => hanging.passed;
    say('slow');
    await go();
    change('e1', 'slow');
    change('e2', 'first');
    await go();
    expect(transport.edits.map(({ text }) => text)).toEqual(['e2']);
    expect(clock.pending).toBe(0);
    hanging.open();
    await settle();
    await clock.advance(1_000);
    expect(transport.edits.map(({ text }) => text)).toEqual(['e2', 'e1']);
    expect(stateOf('e1')).toBe('posted');
  });

  it('of a text that failed, was dropped or is forgotten is dropped', async () => {
    const { say, change, go, transport, stores, stateOf, clock } = world();
    transport.beforeSend = () => {
      throw chatError('chat-invalid');
    };
    say('refused');
    change('e1', 'refused');
    change('e2', 'never there');
    say('taken back');
    stores.outbox.settle('taken back', 'dropped', clock.now());
    change('e3', 'taken back');
    await go();
    await clock.advance(5_000);
    expect([stateOf('e1'), stateOf('e2'), stateOf('e3')]).toEqual(['dropped', 'dropped', 'dropped']);
    expect(transport.edits).toEqual([]);
  });

  it('an edit overtaken while it goes out is no failure; the newer one follows', async () => {
    const { say, change, go, settle, transport, stateOf, clock } = world();
    say('a');
    await go();
    const hanging = gate();
    transport.beforeEdit = () => hanging.passed;
    change('e1', 'a');
    await go();
    change('e2', 'a');
    transport.beforeEdit = () => undefined;
    hanging.open();
    await settle();
    await clock.advance(1_000);
    expect(transport.edits.map(({ text }) => text)).toEqual(['e1', 'e2']);
    expect([stateOf('e1'), stateOf('e2')]).toEqual(['dropped', 'posted']);
  });

  it('never wait for texts of their channel, nor texts for them', async () => {
    const { say, change, go, transport } = world();
    say('a');
    await go();
    const hanging = gate();
    transport.beforeEdit = () => hanging.passed;
    change('e1', 'a');
    say('b');
    await go();
    expect(transport.textsIn(channelOne)).toEqual(['a', 'b']);
  });
});

describe('under a limit', () => {
  it('texts go before reactions, reactions before edits', async () => {
    const { say, react, change, go, transport, clock } = world({ requestsPerSecond: 1 });
    say('a');
    await go();
    const order: string[] = [];
    transport.beforeSend = ({ text }) => void order.push(text);
    transport.beforeReact = (messageId) => void order.push(messageId);
    transport.beforeEdit = (_messageId, text) => void order.push(text);
    for (const burst of ['1', '2', '3', '4']) say(burst);
    await go();
    change('edit', 'a');
    react('reaction');
    say('b');
    say('c');
    await go();
    await clock.advance(5_000);
    expect(order).toEqual(['1', '2', '3', '4', 'b', 'c', 'reaction', 'edit']);
  });

  it('a stop ends the wait: what has not gone stays pending', async () => {
    const { say, go, transport, delivery, settle, stateOf, clock } = world({ requestsPerSecond: 1 });
    for (const key of ['1', '2', '3', '4', '5', '6']) say(key);
    await go();
    expect(transport.textsIn(channelOne)).toHaveLength(5);
    const stopped = delivery.drain(0);
    await settle();
    await stopped;
    await settle();
    expect(stateOf('6')).toBe('pending');
    expect(clock.pending).toBe(0);
  });
});
