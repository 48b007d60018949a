import { describe, expect, it } from 'vitest';

import type { Outgoing } from '../../../../src/local-discord/page/state/outbox.ts';
import { drop, enqueue, retry, sendable, update } from '../../../../src/local-discord/page/state/outbox.ts';

const written = (nonce: string, channel = '100'): Outgoing => ({
  ...{ nonce, channel, content: nonce, files: [], status: 'waiting' },
});
const nonces = (messages: readonly Outgoing[]): string[] => messages.map(({ nonce }) => nonce);

describe('the outbox', () => {
  it('sends one at a time in a channel, in order, and channels beside each other', () => {
    const outbox = [written('a'), written('b'), written('c', '200')].reduce(enqueue, []);
    expect(nonces(sendable(outbox))).toEqual(['a', 'c']);
    const sending = update(outbox, 'a', { status: 'sending' });
    expect(nonces(sendable(sending))).toEqual(['c']);
    expect(nonces(sendable(drop(sending, 'a')))).toEqual(['b', 'c']);
  });

  it('keeps the order over a lost request', () => {
    const outbox = update([written('a'), written('b')], 'a', { status: 'sending' });
    expect(nonces(sendable(update(outbox, 'a', { status: 'waiting' })))).toEqual(['a']);
  });

  it('goes past one that was refused, which waits to be tried again', () => {
    const outbox = update([written('a'), written('b')], 'a', { status: 'failed', failure: 'No' });
    expect(nonces(sendable(outbox))).toEqual(['b']);
    expect(retry(outbox, 'a')[0]).toEqual(written('a'));
  });
});
