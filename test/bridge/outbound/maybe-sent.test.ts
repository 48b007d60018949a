import { describe, expect, it } from 'vitest';

import { MaybeSent, whereToLook } from '../../../src/bridge/outbound/maybe-sent.ts';
import { snowflakeAt } from '../../../src/model/snowflake.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { HandTransport, chatError } from '../support/hand-transport.ts';
import { channelOne } from '../support/messages.ts';
import { RecordingLog } from '../support/recording-log.ts';

const minute = 60_000;
const hour = 60 * minute;
const triedAt = Date.UTC(2026, 0, 1);
const item = { triedAt, createdAt: triedAt - 5 * minute, sentIds: [] };

describe('where to look for a part that may be out', () => {
  it('nowhere, while the server knows its nonce', () => {
    expect(whereToLook(item, triedAt, 0)).toBeUndefined();
    expect(whereToLook(item, triedAt + 2 * minute, 0)).toBeUndefined();
  });

  it('from a minute before it was tried, when that was longer ago', () => {
    expect(whereToLook(item, triedAt + 2 * minute + 1, 0)).toBe(triedAt - minute);
    expect(whereToLook(item, triedAt + 100 * hour, 0)).toBe(triedAt - minute);
  });

  it('a time that nobody wrote down counts as long ago', () => {
    expect(whereToLook({ ...item, triedAt: undefined }, triedAt, 0)).toBe(item.createdAt - minute);
  });

  it('a wall clock that was set back counts as long ago; how far, nobody knows', () => {
    expect(whereToLook(item, triedAt - minute, 0)).toBe(triedAt - minute - hour);
    // What went out before it has the server's own time.
    const sentIds = ['300000000000000000', snowflakeAt(triedAt - 7 * hour)];
    expect(whereToLook({ ...item, sentIds }, triedAt - 6 * hour, 0)).toBe(triedAt - 7 * hour);
  });

  it('a wall clock that was set back is found out by the clock that never jumps', () => {
    expect(whereToLook(item, triedAt + minute, 10 * minute)).toBe(triedAt - minute);
  });

  it('a wall clock that was set forward only makes us look in vain', () => {
    expect(whereToLook(item, triedAt + 24 * hour, 1_000)).toBe(triedAt - minute);
  });
});

describe('looking', () => {
  function world() {
    const stores = openStores(':memory:');
    const transport = new HandTransport();
    const log = new RecordingLog();
    stores.outbox.append({ key: 'a', channel: channelOne, content: { kind: 'text', text: 'x' }, createdAt: 1 });
    const found = stores.outbox.get('a')!;
    return { stores, transport, log, maybeSent: new MaybeSent({ stores, transport, log }), found };
  }

  it('finds a message of the same words that belongs to no item, the oldest first', async () => {
    const { maybeSent, transport, stores, found } = world();
    stores.outbox.partSent('a', '1', 5);
    transport.own.set(channelOne, [
      { id: '1', text: 'part' },
      { id: '2', text: 'another' },
      { id: '3', text: 'part' },
      { id: '4', text: 'part' },
    ]);
    expect(await maybeSent.find(found, ' part\n', 77)).toBe('3');
    expect(await maybeSent.find(found, 'not there', 77)).toBeUndefined();
    expect(transport.looks).toEqual([77, 77]);
  });

  it('a server that does not understand the question is no reason to keep the text back; any other failure is', async () => {
    const { maybeSent, transport, found, log } = world();
    transport.beforeLook = () => {
      throw chatError('chat-invalid');
    };
    expect(await maybeSent.find(found, 'part', 1)).toBeUndefined();
    expect(log.at('warn')).toHaveLength(1);
    for (const code of ['chat-unavailable', 'chat-forbidden'] as const) {
      transport.beforeLook = () => {
        throw chatError(code);
      };
      await expect(maybeSent.find(found, 'part', 1)).rejects.toMatchObject({ code });
    }
  });
});
