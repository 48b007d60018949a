import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../../src/base/errors.ts';
import type { MessageFilesOptions } from '../../../src/bridge/attachments/message-files.ts';
import type { AttachmentRef } from '../../../src/model/message.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { messageFiles } from '../support/files-world.ts';
import { channelOne, inbound, one, two } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { RecordingLog } from '../support/recording-log.ts';

const chatId = (id: string): string => `30000000000000000${id}`;

function world(change: Partial<MessageFilesOptions> = {}) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const stores = openStores(':memory:');
  const ready: SessionNumber[] = [];
  const { files, folders } = messageFiles(
    { stores, clock, log },
    { onReady: (session) => ready.push(session), ...change },
  );
  /** A message of session 1 with these files. */
  const store = (id: string, names: readonly string[], more: Partial<AttachmentRef> = {}, session = one): void => {
    stores.inbox.append({
      ...{ id, session, source: 'discord', channel: channelOne, messageId: chatId(id), text: `text of ${id}` },
      ...{ authorId: '1', authorName: 'Olga', sentAt: 1, receivedAt: 1 },
    });
    stores.files.add(
      id,
      names.map((name) => ({ id: name, name, size: 1_000, url: `old:${id}:${name}`, ...more })),
    );
    files.kick();
  };
  const settle = (): Promise<void> => clock.advance(0);
  const said = (): readonly string[] => textsFor(stores, channelOne).map(({ text }) => text);
  const edits = (): readonly string[] =>
    stores.outbox.pending(channelOne, 'edit').flatMap(({ content }) => (content.kind === 'edit' ? content.text : []));
  const text = (id: string): string => files.textFor(stores.inbox.get(id)!);
  return { clock, log, stores, ready, files, folders, store, settle, said, edits, text };
}

describe('files of messages', () => {
  it('are fetched as soon as the message is stored; it waits for all of its own, and not longer', async () => {
    const { files, folders, ready, store, settle, text, said } = world();
    store('1', ['a.png', 'b.png']);
    store('2', ['c.png']);
    expect(folders.calls.map(({ name }) => name)).toEqual(['a.png', 'b.png', 'c.png']);
    folders.calls[0]?.arrive();
    folders.calls[2]?.arrive();
    await settle();
    expect([files.isReady('1'), files.isReady('2'), files.isReady('none')]).toEqual([false, true, true]);
    expect(ready).toEqual([one]);
    folders.calls[1]?.arrive();
    await settle();
    expect(files.isReady('1')).toBe(true);
    expect(ready).toEqual([one, one]);
    expect(text('1').split('\n')).toEqual([
      'text of 1',
      '[attached image: /home/attachments/session_1/FILE_1 (original name "a.png", 1000 B)]',
      '[attached image: /home/attachments/session_1/FILE_2 (original name "b.png", 1000 B)]',
    ]);
    expect(said()).toEqual([]);
  });

  it('MS-02: at most 5 of a session and 20 of all at once; the others follow', async () => {
    const { folders, store, settle } = world();
    const numbers = [1, 2, 3, 4, 5] as SessionNumber[];
    for (const session of numbers) {
      store(
        String(session),
        Array.from({ length: 6 }, (_, index) => `${index}.png`),
        {},
        session,
      );
    }
    await settle();
    expect(folders.open.size).toBe(20);
    const of = (session: number) => folders.calls.filter((call) => call.session === session);
    expect(numbers.map((session) => of(session).length)).toEqual([5, 5, 5, 5, 0]);
    for (let place = 0; place < folders.calls.length; place += 1) {
      folders.calls[place]?.arrive();
      await settle();
      expect(folders.open.size).toBeLessThanOrEqual(20);
    }
    expect(folders.calls).toHaveLength(30);
    expect(numbers.map((session) => of(session).length)).toEqual([6, 6, 6, 6, 6]);
  });

  it('30 at once of one session come five by five, each once', async () => {
    const { files, folders, store, settle } = world();
    store(
      '1',
      Array.from({ length: 30 }, (_, index) => `${index}.png`),
    );
    let most = 0;
    for (let place = 0; place < 30; place += 1) {
      await settle();
      most = Math.max(most, folders.open.size);
      folders.calls[place]?.arrive();
    }
    await settle();
    expect([most, folders.calls.length, files.isReady('1')]).toEqual([5, 30, true]);
  });

  it('a second look fetches nothing twice', async () => {
    const { files, folders, store, settle } = world();
    store('1', ['a.png']);
    files.kick();
    files.kick();
    await settle();
    expect(folders.calls).toHaveLength(1);
  });

  it('held messages wait with their files until somebody runs them', async () => {
    const { files, folders, stores, settle } = world();
    stores.inbox.append(
      {
        ...{ id: '1', session: one, source: 'discord', channel: channelOne, messageId: chatId('1'), text: 'x' },
        ...{ authorId: '1', authorName: 'Olga', sentAt: 1, receivedAt: 1 },
      },
      'held',
    );
    stores.files.add('1', [{ id: 'a', name: 'a', size: 1, url: 'x' }]);
    files.kick();
    await settle();
    expect(folders.calls).toHaveLength(0);
    stores.inbox.move('1', 'queued', 2);
    files.kick();
    await settle();
    expect(folders.calls).toHaveLength(1);
  });
});

describe('a file that does not come', () => {
  it('never costs the message: the agent is told and the channel, once for all of a message', async () => {
    const { folders, store, settle, said, text, files } = world();
    store('1', ['a.png', 'b"\n.zip', 'c.png']);
    folders.calls[0]?.fail('file-too-large');
    folders.calls[1]?.fail('disk-full');
    await settle();
    expect(said()).toEqual([]);
    folders.calls[2]?.arrive();
    await settle();
    expect(files.isReady('1')).toBe(true);
    expect(said()).toEqual([
      '📎 The file "a.png" did not reach the agent: it is larger than 100.0 MB. Send a smaller one, or put it onto the machine.\n' +
        '📎 The file "b__.zip" did not reach the agent: the disk of the machine is full. Make room there, then send it again.\n' +
        'The agent gets your message without them.',
    ]);
    expect(text('1')).toContain('[attachment "a.png" could not be fetched: it is larger than the bridge takes]');
  });

  it('is tried again, later each time, and given up after five tries', async () => {
    const { clock, folders, store, settle, text } = world();
    store('1', ['a.png']);
    const waited: number[] = [];
    for (let tries = 1; tries <= 5; tries += 1) {
      folders.calls.at(-1)?.fail('file-incomplete');
      const from = clock.now();
      await settle();
      while (folders.calls.length === tries && tries < 5) await clock.advance(100);
      waited.push(clock.now() - from);
    }
    expect(folders.calls).toHaveLength(5);
    expect(waited.slice(0, 4).every((ms, index) => ms > (waited[index - 1] ?? 0))).toBe(true);
    expect(text('1')).toContain('it came only in part, several times');
  });

  it('one that comes at the second try is as good', async () => {
    const { clock, folders, store, settle, text, said } = world();
    store('1', ['a.png']);
    folders.calls[0]?.fail('file-unreachable');
    await settle();
    await clock.advance(2_000);
    folders.calls[1]?.arrive();
    await settle();
    expect(text('1')).toContain('[attached image: ');
    expect(said()).toEqual([]);
  });

  it('MS-02: an expired link is asked for anew, at once', async () => {
    const asked: unknown[] = [];
    const { folders, store, settle, text } = world({
      freshMessage: (channel, messageId) => {
        asked.push([channel, messageId]);
        const attachments = [{ id: 'a.png', name: 'a.png', size: 1, url: 'fresh' }];
        return Promise.resolve(inbound(messageId, { attachments }));
      },
    });
    store('1', ['a.png']);
    folders.calls[0]?.fail('file-link-expired');
    await settle();
    expect(asked).toEqual([[channelOne, chatId('1')]]);
    expect(folders.calls.map(({ url }) => url)).toEqual(['old:1:a.png', 'fresh']);
    folders.calls[1]?.arrive();
    await settle();
    expect(text('1')).toContain('[attached image: ');
  });

  it.each([
    ['its message is gone', () => Promise.resolve(undefined)],
    ['it is not in its message any more', () => Promise.resolve(inbound(chatId('1'), { attachments: [] }))],
  ])('%s: then so is the file', async (_name, freshMessage) => {
    const { folders, store, settle, text } = world({ freshMessage });
    store('1', ['a.png']);
    folders.calls[0]?.fail('file-link-expired');
    await settle();
    expect(text('1')).toContain('it is not there any more');
  });

  it('a chat server that cannot be asked for a link is asked again', async () => {
    let down = true;
    const { clock, folders, store, settle } = world({
      freshMessage: (_channel, messageId) =>
        down
          ? Promise.reject(new BridgeError('chat-unavailable', 'down'))
          : Promise.resolve(inbound(messageId, { attachments: [{ id: 'a', name: 'a', size: 1, url: 'fresh' }] })),
    });
    store('1', ['a']);
    folders.calls[0]?.fail('file-link-expired');
    await settle();
    down = false;
    await clock.advance(2_000);
    folders.calls[1]?.fail('file-link-expired');
    await settle();
    expect(folders.calls.map(({ url }) => url)).toEqual(['old:1:a', 'old:1:a', 'fresh']);
  });
});

describe('what is made of files', () => {
  it('message.txt is the text itself, and its file goes', async () => {
    const { folders, store, settle, text } = world();
    store('1', ['message.txt']);
    folders.texts.set('/home/attachments/session_1/FILE_1', 'the long text');
    folders.calls[0]?.arrive({ sort: 'file' });
    await settle();
    expect(text('1')).toBe('text of 1\nthe long text');
    expect(folders.removed).toEqual(['/home/attachments/session_1/FILE_1']);
  });

  it.each([
    ['larger than 100 kB', 'message.txt', 100 * 1024 + 1, 'the long text'],
    ['with another name', 'notes.txt', 10, 'the long text'],
    ['no text', 'message.txt', 10, undefined],
  ])('one that is %s stays a file', async (_name, name, size, content) => {
    const { folders, store, settle, text } = world();
    store('1', [name]);
    if (content !== undefined) folders.texts.set('/home/attachments/session_1/FILE_1', content);
    folders.calls[0]?.arrive({ sort: 'file', size });
    await settle();
    expect(text('1')).toContain('[attached file: ');
    expect(folders.removed).toEqual([]);
  });

  it('a voice message is transcribed when that is configured', async () => {
    const { folders, store, settle, text, said } = world();
    folders.transcript = 'buy milk';
    store('1', ['voice-message.ogg'], { voiceSeconds: 3 });
    folders.calls[0]?.arrive();
    await settle();
    expect(text('1')).toMatch(/\[attached voice message: .*, 3 s, .*\]\n\[what is said in it:\]\nbuy milk$/);
    folders.transcript = new Error('no model');
    store('2', ['voice-message.ogg'], { voiceSeconds: 3 });
    folders.calls[1]?.arrive();
    await settle();
    expect(text('2')).toMatch(/\[attached voice message: .*there is no transcript.*\]$/);
    expect(said()).toEqual([]);
  });
});

describe('files that take long', () => {
  it('are one line that changes, and says in the end that they are there', async () => {
    const { clock, folders, store, settle, said, edits, files } = world();
    const megabyte = 1024 * 1024;
    store('1', ['a.bin', 'b.bin'], { size: 8 * megabyte });
    await clock.advance(2_000);
    expect(said()).toEqual([]);
    folders.calls[0]?.progress(2 * megabyte);
    await clock.advance(1_000);
    expect(said()).toEqual(['⏳ Fetching your 2 files: 2.0 MB of 16.0 MB. Your message goes to the agent with them.']);
    folders.calls[0]?.progress(4 * megabyte);
    await clock.advance(3_000);
    expect(edits()).toEqual([]);
    await clock.advance(2_000);
    expect(edits()).toEqual(['⏳ Fetching your 2 files: 4.0 MB of 16.0 MB. Your message goes to the agent with them.']);
    folders.calls[0]?.arrive();
    folders.calls[1]?.fail('file-refused');
    await settle();
    expect(edits()).toEqual(['📎 1 of 2 files fetched (8.0 MB).']);
    expect(said()).toHaveLength(2);
    expect(files.isReady('1')).toBe(true);
    await clock.advance(60_000);
    expect(clock.pending).toBe(0);
  });

  it('the line goes on after a restart', async () => {
    const first = world();
    first.store('1', ['a.bin'], { size: 2048 });
    await first.clock.advance(3_000);
    const { files } = messageFiles({ stores: first.stores, clock: first.clock, log: first.log });
    await first.files.close();
    files.kick();
    await first.clock.advance(9_000);
    expect(first.said()).toHaveLength(1);
    await files.close();
    expect(first.clock.pending).toBe(0);
  });
});

describe('files that are not wanted any more', () => {
  it('of a message that was taken back: broken off', async () => {
    const { clock, folders, store, stores, settle, said } = world();
    store('1', ['a.png']);
    await settle();
    stores.inbox.takeBack('1', 2);
    await clock.advance(1_000);
    expect(folders.open.size).toBe(0);
    expect(stores.files.of('1')[0]?.outcome).toBeUndefined();
    expect(said()).toEqual([]);
    await clock.advance(10_000);
    expect(clock.pending).toBe(0);
  });

  it('that came just when it was too late: removed', async () => {
    const { folders, store, stores, settle } = world();
    store('1', ['a.png']);
    stores.files.keepOnly('1', [], 2);
    folders.calls[0]?.arrive();
    await settle();
    expect(folders.removed).toEqual(['/home/attachments/session_1/FILE_1']);
  });

  it('that are stored go when their author takes them off', () => {
    const { files, folders } = world();
    files.remove(['/home/attachments/session_1/FILE_9']);
    expect(folders.removed).toEqual(['/home/attachments/session_1/FILE_9']);
  });
});

describe('trouble on our side', () => {
  it('what cannot be written down is fetched again', async () => {
    const { clock, stores, log } = world();
    let isFull = true;
    const failing = {
      ...stores,
      unflushed: <T>(action: () => T): T => {
        if (isFull) throw new Error('full');
        return stores.unflushed(action);
      },
    };
    const ready: number[] = [];
    const { files, folders } = messageFiles({ stores: failing, clock, log }, { onReady: (one) => ready.push(one) });
    stores.inbox.append({
      ...{ id: '1', session: two, source: 'discord', channel: channelOne, messageId: '5', text: 'x' },
      ...{ authorId: '1', authorName: 'Olga', sentAt: 1, receivedAt: 1 },
    });
    stores.files.add('1', [{ id: 'a', name: 'a', size: 1, url: 'x' }]);
    files.kick();
    folders.calls[0]?.arrive();
    await clock.advance(0);
    expect(folders.removed).toHaveLength(1);
    isFull = false;
    await clock.advance(5_000);
    folders.calls[1]?.arrive();
    await clock.advance(0);
    expect([files.isReady('1'), ready]).toEqual([true, [two]]);
  });

  it('I1: what is stored and lies there no more is fetched again', async () => {
    const { files, folders, store, settle, stores } = world();
    store('1', ['a.png', 'b.png']);
    for (const call of folders.calls) call.arrive();
    await settle();
    folders.missing.add('/home/attachments/session_1/FILE_1');
    files.checkStored();
    expect(stores.files.waiting().map(({ id }) => id)).toEqual(['a.png']);
    files.kick();
    await settle();
    expect(folders.calls).toHaveLength(3);
  });

  it('a stop breaks off what is under way, and begins nothing', async () => {
    const { files, folders, store, stores, clock } = world();
    store('1', ['a.png']);
    await files.close();
    expect(folders.open.size).toBe(0);
    store('2', ['b.png']);
    await clock.advance(60_000);
    expect(folders.calls).toHaveLength(1);
    expect(stores.files.waiting()).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });
});
