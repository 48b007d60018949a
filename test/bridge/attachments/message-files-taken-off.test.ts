import { describe, expect, it } from 'vitest';

import { openStores } from '../../../src/storage/stores.ts';
import type { SessionNumber } from '../../../src/model/session.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { messageFiles } from '../support/files-world.ts';
import { channelOne, one } from '../support/messages.ts';
import { textsFor } from '../support/outbox.ts';
import { RecordingLog } from '../support/recording-log.ts';

function world() {
  const clock = new ManualClock();
  const stores = openStores(':memory:');
  const ready: SessionNumber[] = [];
  const base = { stores, clock, log: new RecordingLog() };
  const { files, folders } = messageFiles(base, { onReady: (session) => ready.push(session) });
  const [first, second] = ['a.png', 'b.png'].map((name) => ({ id: name, name, size: 1_000, url: `https://x/${name}` }));
  stores.inbox.append({
    ...{ id: '1', session: one, source: 'discord', channel: channelOne, messageId: '300000000000000001' },
    ...{ text: 'text', authorId: '1', authorName: 'Olga', sentAt: 1, receivedAt: 1 },
  });
  stores.files.add('1', [first!, second!]);
  files.kick();
  const edits = (): readonly string[] =>
    stores.outbox.pending(channelOne, 'edit').flatMap(({ content }) => (content.kind === 'edit' ? content.text : []));
  const said = (): readonly string[] => textsFor(stores, channelOne).map(({ text }) => text);
  return { clock, stores, ready, files, folders, edits, said };
}

describe('MS-02: a message whose files are taken off it while they are fetched', () => {
  it('goes on without them', async () => {
    const { clock, stores, ready, files } = world();
    files.remove(stores.files.keepOnly('1', [], 2));
    await clock.advance(0);
    expect(files.isReady('1')).toBe(true);
    expect(ready).toContain(one);
  });

  it('goes on when the others are there, and tells of one that did not come', async () => {
    const { clock, stores, ready, files, folders, said } = world();
    folders.calls[0]?.fail('file-refused');
    await clock.advance(0);
    expect(ready).toEqual([]);
    files.remove(stores.files.keepOnly('1', ['a.png'], 2));
    await clock.advance(0);
    expect(ready).toEqual([one]);
    expect(said()).toEqual([expect.stringContaining('The file "a.png" did not reach the agent')]);
  });

  it('still waits for those that are left', async () => {
    const { clock, stores, ready, files, folders } = world();
    files.remove(stores.files.keepOnly('1', ['b.png'], 2));
    await clock.advance(0);
    expect([files.isReady('1'), ready]).toEqual([false, []]);
    folders.calls[1]?.arrive();
    await clock.advance(0);
    expect(ready).toEqual([one]);
  });
});

describe('MS-02: a message that is taken back while its files are fetched', () => {
  it('lets the messages behind it go on, and says no longer that its files come', async () => {
    const { clock, stores, ready, said, edits } = world();
    await clock.advance(4_000);
    expect(said()).toEqual([expect.stringContaining('Fetching your 2 files')]);
    stores.inbox.move('1', 'withdrawn', clock.now());
    await clock.advance(1_000);
    expect(ready).toContain(one);
    expect(edits()).toEqual(['📎 Not fetched: taken back.']);
  });
});
