import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { expect, it } from 'vitest';

import { initialSchema } from '../../src/storage/migrations/001-initial.ts';
import { openStores } from '../../src/storage/stores.ts';
import { channelA, one } from './records.ts';
import { temporaryDirectory } from './temporary-directory.ts';

it('a state of the first schema is taken over whole: messages, parts that are out, followers, turns', () => {
  const path = join(temporaryDirectory(), 'bridge.db');
  const old = new DatabaseSync(path);
  old.exec(`${initialSchema} PRAGMA user_version = 1;
    INSERT INTO inbox (id, session, source, channel, message_id, author_name, text, state, received_at, moved_at)
      VALUES ('m1', 1, 'discord', '${channelA}', '500', 'Ann', 'hello', 'sending', 1000, 1001);
    INSERT INTO outbox (key, channel, kind, content, state, parts, sent_ids, created_at)
      VALUES ('a', '${channelA}', 'text', '{"kind":"text","text":"one two"}', 'pending', '["one","two","three"]',
        '["901","902"]', 1000);
    INSERT INTO outbox (key, channel, kind, content, state, created_at)
      VALUES ('r', '${channelA}', 'reaction', '{"kind":"reaction","messageId":"500","reaction":"stored"}', 'pending', 1000);
    INSERT INTO outbox_followers (after, key, channel, content)
      VALUES ('a', 'f', '${channelA}', '{"kind":"reaction","messageId":"500","reaction":"answered"}');
    INSERT INTO turns (session, turn, channel, message, started_at) VALUES (1, 't1', '${channelA}', 'm1', 1000);`);
  old.close();

  const stores = openStores(path);
  const { inbox, outbox, turns, traces } = stores;
  expect(inbox.get('m1')).toMatchObject({ state: 'sending', authorId: undefined, sentAt: 1_000, receivedAt: 1_000 });
  expect(inbox.markUncertain('sending', 2_000)).toBe(1);
  expect(outbox.get('a')).toMatchObject({
    parts: ['one', 'two', 'three'],
    sentIds: ['901', '902'],
    triedAt: undefined,
  });
  expect(traces.findByChatMessage('500')).toBe('m1');
  expect(turns.messagesOf(one, 't1')).toEqual(['m1']);
  outbox.append({
    key: 'd',
    channel: channelA,
    content: { kind: 'reaction', messageId: '500', reaction: 'delivered' },
    createdAt: 2_000,
  });
  expect(outbox.get('r')?.state).toBe('dropped');
  expect(outbox.settle('a', 'posted', 3_000)).toEqual(['f']);
  stores.close();
});
