import { expect, it } from 'vitest';

import type { ChannelId } from '../../../src/model/session.ts';
import { chat, local, paneOne, world } from '../support/bridge-world.ts';
import { channelOne, elsewhere, one, two } from '../support/messages.ts';

async function holding() {
  const base = await world();
  const add = (n: number, channel: ChannelId = channelOne, session = one): void => {
    const said = { source: 'discord', authorId: '500', authorName: 'Olga', receivedAt: 9 } as const;
    const ids = { id: `discord:${n}`, messageId: String(n) };
    base.stores.inbox.append({ ...said, ...ids, session, channel, text: `text\nof ${n}`, sentAt: n }, 'held');
  };
  add(1);
  add(2, elsewhere);
  add(3, channelOne, two);
  return base;
}

it('BX-01: what is held of a session is shown as it was written', async () => {
  const { bridge, transport, stores } = await holding();
  transport.names.set(channelOne, 'work');
  expect(await bridge.catchUp(local, 1)).toEqual([
    {
      id: 'discord:1',
      channel: channelOne,
      channelName: 'work',
      author: 'Olga',
      sentAt: '1970-01-01T00:00:00.001Z',
      beginning: 'text of 1',
    },
    { id: 'discord:2', channel: elsewhere, author: 'Olga', sentAt: '1970-01-01T00:00:00.002Z', beginning: 'text of 2' },
  ]);
  expect(stores.inbox.get('discord:1')?.state).toBe('held');
});

it('BX-01: runs or drops what is held of one session; the agent gets it at once', async () => {
  const { bridge, stores, driver, settle } = await holding();
  expect(await bridge.catchUp(local, 1, 'run')).toHaveLength(2);
  await settle();
  expect(driver.agents.flatMap(({ delivered }) => delivered.map(({ message }) => message))).toContain('discord:1');
  expect(await bridge.catchUp(local, 2, 'drop')).toHaveLength(1);
  expect(stores.inbox.get('discord:3')?.state).toBe('withdrawn');
  expect(await bridge.catchUp(local, 1)).toEqual([]);
});

it('BX-09: who may not steer a session does not decide; an unknown session is named', async () => {
  const { bridge, stores } = await holding();
  await expect(bridge.catchUp(paneOne, 1)).resolves.toHaveLength(2);
  for (const actor of [paneOne, chat('member'), chat('none')]) {
    await expect(bridge.catchUp(actor, 1, 'run')).rejects.toMatchObject({ code: 'forbidden' });
  }
  await expect(bridge.catchUp(chat('none'), 1)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(bridge.catchUp(local, 7)).rejects.toMatchObject({ code: 'session-unknown' });
  expect(stores.inbox.get('discord:1')?.state).toBe('held');
});

it('MS-02: what is dropped is listed by the names of its files a last time, and they go', async () => {
  const { bridge, stores, clock, filesGone } = await holding();
  stores.inbox.edit('discord:3', '', clock.now());
  stores.files.add('discord:3', [{ id: '1', name: 'a.png', size: 3, url: 'http://127.0.0.1/a.png' }]);
  const stored = { state: 'stored', path: '/home/attachments/session_2/IMG_1', size: 3, sort: 'image' } as const;
  stores.files.settle({ message: 'discord:3', id: '1' }, stored, clock.now());
  expect(await bridge.catchUp(local, 2, 'drop')).toMatchObject([{ id: 'discord:3', beginning: '(1 file: a.png)' }]);
  expect(filesGone).toEqual([stored.path]);
  expect(stores.files.stored()).toEqual([]);
});
