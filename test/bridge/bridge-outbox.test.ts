import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import { refusal } from '../storage/refusal.ts';
import { chat, local, paneOne, world } from './support/bridge-world.ts';
import type { World } from './support/bridge-world.ts';
import { words } from './support/collector-world.ts';
import { channelOne, channelTwo, one } from './support/messages.ts';
import { reactionsFor, textsFor } from './support/outbox.ts';

const toOne = { kind: 'session', session: 1 } as const;
const megabyte = 1024 * 1024;

/** What goes with each text in the channel of session 1. */
const filesIn = ({ stores }: World) =>
  textsFor(stores, channelOne).map(({ text, files = [] }) => [text, files.map(({ name }) => name)]);

describe('MS-05: files', () => {
  it('go with the text; a text is not needed', async () => {
    const now = await world();
    await now.bridge.post(local, toOne, 'look', ['/d/a.png', '/d/b.png']);
    await now.bridge.post(local, toOne, ' ', ['/d/c.png']);
    expect(filesIn(now)).toEqual([
      ['look', ['a.png', 'b.png']],
      ['', ['c.png']],
    ]);
  });

  it('ten go into one message, and not more than one message should carry', async () => {
    const now = await world();
    await now.bridge.post(
      local,
      toOne,
      'many',
      Array.from({ length: 23 }, (_, index) => `/d/${index}`),
    );
    expect(filesIn(now).map(([text, names]) => [text, names?.length])).toEqual([
      ['many', 10],
      ['', 10],
      ['', 3],
    ]);
    const other = await world();
    for (const name of ['b', 'c', 'd']) other.workspace.sizes.set(`/d/${name}`, 15 * megabyte);
    other.workspace.sizes.set('/d/e', 60 * megabyte);
    await other.bridge.post(local, toOne, 'large', ['/d/a', '/d/b', '/d/c', '/d/d', '/d/e', '/d/f']);
    expect(filesIn(other)).toEqual([
      ['large', ['a', 'b']],
      ['', ['c']],
      ['', ['d']],
      ['', ['e']],
      ['', ['f']],
    ]);
  });

  it('one that cannot be posted refuses all of it; nothing is stored', async () => {
    const { bridge, workspace, stores } = await world();
    workspace.missing.add('/d/b');
    await expect(bridge.post(local, toOne, 'look', ['/d/a', '/d/b'])).rejects.toThrow(refusal('file-missing', '/d/b'));
    expect(stores.outbox.lanes()).toEqual([]);
  });

  it('I1: are copied before it is told that they are posted, and say where they come from', async () => {
    const { bridge, outgoing, stores } = await world();
    await bridge.post(local, toOne, 'look', ['/d/a.png']);
    const [post] = textsFor(stores, channelOne);
    expect(post?.files).toEqual([{ path: '/outgoing/1', name: 'a.png', source: '/d/a.png' }]);
    expect([...outgoing.copies]).toEqual(['/outgoing/1']);
  });

  it('one that cannot be copied refuses all of it; no copy is left', async () => {
    const { bridge, outgoing, stores } = await world();
    outgoing.beforeCopy = ({ path }) => {
      if (path === '/d/b') throw new BridgeError('outgoing-full', 'no room');
    };
    await expect(bridge.post(local, toOne, 'look', ['/d/a', '/d/b'])).rejects.toThrow(refusal('outgoing-full'));
    expect(stores.outbox.lanes()).toEqual([]);
    expect([...outgoing.copies]).toEqual([]);
  });

  it('what cannot be stored leaves no copy; where nobody knows, the copy stays', async () => {
    for (const happened of ['not-done', 'unknown'] as const) {
      const { bridge, outgoing, stores } = await world();
      Object.assign(stores.outbox, {
        append: () => {
          throw new BridgeError('state-unwritable', 'no', { happened });
        },
      });
      await expect(bridge.post(local, toOne, 'look', ['/d/a'])).rejects.toThrow(refusal('state-unwritable'));
      expect([happened, outgoing.copies.size]).toEqual([happened, happened === 'unknown' ? 1 : 0]);
    }
  });

  it('BX-09: a process inside a session posts only what lies in its own directories', async () => {
    const now = await world();
    const own = '/home/workspace/session_1/shot.png';
    await now.bridge.post(paneOne, toOne, 'mine', [own]);
    const foreign = now.bridge.post(paneOne, toOne, 'theirs', ['/home/workspace/session_2/secret']);
    await expect(foreign).rejects.toThrow(refusal('file-forbidden'));
    expect(filesIn(now)).toEqual([['mine', ['shot.png']]]);
  });

  it('BX-04: are posted although the agent has said the words that go with them', async () => {
    const now = await world();
    const { bridge, driver, settle, stores } = now;
    const { id } = await bridge.send(local, 1, 'go');
    await settle();
    const turn = stores.turns.current(one)?.turn ?? '';
    driver.agents[0]!.tell({ kind: 'text', turn, key: 'k', text: 'the picture' });
    await bridge.post(paneOne, toOne, 'the picture', ['/home/workspace/session_1/shot.png']);
    expect(filesIn(now)).toEqual([
      [words.sentFromShell('go'), []],
      ['the picture', []],
      ['', ['shot.png']],
    ]);
    // And they are in the trace of the message that the agent works on.
    expect(stores.outbox.pending(channelOne, 'text').map(({ message }) => message)).toEqual([id, id, id]);
  });
});

describe('the outbox', () => {
  async function refusing() {
    const now = await world();
    await now.bridge.post(local, toOne, 'first\nwords', ['/d/a']);
    await now.bridge.post(local, toOne, 'second');
    await now.bridge.post(local, { kind: 'session', session: 2 }, 'elsewhere');
    now.stores.outbox.park(channelOne, 'chat-forbidden', now.clock.now());
    now.transport.names.set(channelOne, 'work');
    return now;
  }

  it('lists what waits, the channels that refuse the bot first', async () => {
    const { bridge, stores } = await refusing();
    const [first] = stores.outbox.pending(channelOne);
    stores.outbox.plan(first!.key, ['a', 'b'], 1);
    stores.outbox.partSent(first!.key, 'id', 1);
    const listing = await bridge.outbox(local);
    expect(listing.parked).toEqual([
      { channel: channelOne, channelName: 'work', code: 'chat-forbidden', since: expect.any(String), pending: 2 },
    ]);
    expect(listing.total).toBe(3);
    expect(listing.items).toMatchObject([
      { channel: channelOne, channelName: 'work', kind: 'text', beginning: 'first words', files: 1, parts: 2, sent: 1 },
      { channel: channelOne, beginning: 'second' },
      { channel: channelTwo, beginning: 'elsewhere' },
    ]);
  });

  it('is listed up to 500; the rest is counted', async () => {
    const { bridge } = await world();
    for (let index = 0; index < 503; index += 1) await bridge.post(local, toOne, `${index}`);
    const listing = await bridge.outbox(local);
    expect([listing.items.length, listing.total]).toEqual([500, 503]);
  });

  it('what is stored for a channel that refuses the bot comes with the obstacle', async () => {
    const { bridge } = await refusing();
    expect((await bridge.post(local, toOne, 'x')).obstacle).toContain('vai outbox');
    expect((await bridge.send(local, 1, 'x')).obstacle).toContain(channelOne);
    expect((await bridge.post(local, { kind: 'session', session: 2 }, 'x')).obstacle).toBeUndefined();
  });

  it('channels are tried again: all, or one; one that is not held back is an error', async () => {
    const { bridge, retried } = await refusing();
    expect(await bridge.retryOutbox(local)).toEqual({ channels: [channelOne] });
    expect(await bridge.retryOutbox(local, channelOne)).toEqual({ channels: [channelOne] });
    expect(retried).toEqual([channelOne, channelOne]);
    await expect(bridge.retryOutbox(local, channelTwo)).rejects.toThrow(refusal('channel-not-parked', channelTwo));
    await expect(bridge.retryOutbox(local, '42')).rejects.toThrow(refusal('channel-invalid', '"42"'));
  });

  it('I3: what is dropped is settled, and the message that it answers shows ❌', async () => {
    const { bridge, stores, kicks, ended } = await refusing();
    const [first] = stores.outbox.pending(channelOne);
    stores.outbox.follow(first!.key, {
      key: 'after',
      channel: channelOne,
      content: { kind: 'reaction', messageId: 'm1', reaction: 'answered' },
    });
    const before = kicks.length;
    await bridge.dropOutbox(local, first!.key);
    expect(stores.outbox.get(first!.key)?.state).toBe('dropped');
    expect(reactionsFor(stores, channelOne)).toEqual(['m1 failed']);
    expect(kicks.length).toBe(before + 1);
    expect(ended).toMatchObject([{ kind: 'text', files: [{ source: '/d/a' }] }]);
    await expect(bridge.dropOutbox(local, first!.key)).rejects.toThrow(refusal('outbox-item-settled', 'dropped'));
    await expect(bridge.dropOutbox(local, 'nothing')).rejects.toThrow(refusal('outbox-item-unknown', '"nothing"'));
  });

  it('BX-09: is for owners only', async () => {
    const { bridge } = await refusing();
    for (const actor of [paneOne, chat('operator'), chat('none')]) {
      await expect(bridge.outbox(actor)).rejects.toThrow(refusal('forbidden'));
      await expect(bridge.retryOutbox(actor)).rejects.toThrow(refusal('forbidden'));
      await expect(bridge.dropOutbox(actor, 'x')).rejects.toThrow(refusal('forbidden'));
    }
    expect((await bridge.outbox(chat('owner'))).total).toBe(3);
  });
});
