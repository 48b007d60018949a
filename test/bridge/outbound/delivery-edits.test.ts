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

describe('what waits for its turn at the server', () => {
  it('a reaction that was overtaken meanwhile is left out, and so is an edit', async () => {
    const { say, react, change, go, settle, transport, stores, stateOf } = world();
    say('a');
    await go();
    const turn = gate();
    transport.turn = turn.passed;
    react('stored', 'm');
    change('first', 'a');
    await go();
    stores.outbox.append({
      key: 'answered',
      channel: channelOne,
      content: { kind: 'reaction', messageId: 'm', reaction: 'answered' },
      createdAt: 0,
    });
    change('second', 'a');
    turn.open();
    await settle();
    await settle();
    expect(transport.reactions).toEqual(['m answered']);
    expect([stateOf('stored'), stateOf('answered')]).toEqual(['dropped', 'posted']);
    expect(stateOf('first')).toBe('dropped');
    expect(transport.edits.map(({ text }) => text)).not.toContain('first');
  });

  it('a stop ends the wait: what has not gone stays pending', async () => {
    const { say, go, transport, delivery, settle, stateOf, clock } = world();
    const turn = gate();
    transport.beforeSend = async () => {
      await turn.passed;
      throw chatError('chat-unavailable');
    };
    say('1');
    say('2');
    await go();
    const stopped = delivery.drain(0);
    await settle();
    await stopped;
    turn.open();
    await settle();
    expect([stateOf('1'), stateOf('2')]).toEqual(['pending', 'pending']);
    expect(clock.pending).toBe(0);
  });
});
