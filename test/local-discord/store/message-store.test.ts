import { MessageType } from 'discord-api-types/v10';
import { expect, it } from 'vitest';

import { inTransaction, openDatabase } from '../../../src/local-discord/store/database.ts';
import { MessageStore } from '../../../src/local-discord/store/message-store.ts';

it('keeps the newest 20000 messages of a channel (I11)', () => {
  const database = openDatabase(':memory:');
  const store = new MessageStore(database);
  const body = {
    type: MessageType.Default,
    content: 'x',
    embeds: [],
    components: [],
    mentions: [],
    mentionEveryone: false,
    flags: 0,
    tts: false,
  };
  const insert = (channel: string, index: number): void =>
    store.insert({ id: String(1000 + index), channel, author: '1', body });
  inTransaction(database, () => {
    insert('quiet', 0);
    for (let index = 1; index <= 21_000; index += 1) insert('busy', index);
  });
  expect(store.count('busy')).toBeGreaterThanOrEqual(20_000);
  expect(store.count('busy')).toBeLessThan(20_500);
  expect(store.newest('busy')).toBe('22000');
  expect(store.count('quiet')).toBe(1);
  database.close();
});
