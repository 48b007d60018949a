import { describe, expect, it } from 'vitest';

import { SpentFiles } from '../../../src/bridge/outbound/spent-files.ts';
import type { OutboundText } from '../../../src/model/outbound.ts';
import { openStores } from '../../../src/storage/stores.ts';
import { channelOne } from '../support/messages.ts';
import { RecordingLog } from '../support/recording-log.ts';

const carrying = (...paths: readonly string[]): OutboundText => ({
  kind: 'text',
  text: '',
  files: [...paths.map((path) => ({ path, name: 'x' })), { content: 'text', name: 'y' }],
});

function world(remove?: (paths: readonly string[]) => void) {
  const stores = openStores(':memory:');
  const log = new RecordingLog();
  const removed: string[] = [];
  const outgoing = { remove: remove ?? ((paths: readonly string[]) => void removed.push(...paths)) };
  return { stores, log, removed, spent: new SpentFiles({ stores, outgoing, log }) };
}

describe('I11: copies of files that went with something that has ended', () => {
  it('are removed', () => {
    const { spent, removed } = world();
    spent.ended(carrying('/o/1', '/o/2'));
    spent.ended({ kind: 'text', text: 'no files' });
    spent.ended({ kind: 'edit', of: 'a', text: 'b' });
    expect(removed).toEqual(['/o/1', '/o/2']);
  });

  it('stay while something else waits with them, also what only follows', () => {
    const { spent, removed, stores } = world();
    stores.outbox.append({
      key: 'a',
      channel: channelOne,
      content: carrying('/o/1'),
      createdAt: 1,
      then: [{ key: 'b', channel: channelOne, content: carrying('/o/2') }],
    });
    spent.ended(carrying('/o/1', '/o/2', '/o/3'));
    expect(removed).toEqual(['/o/3']);
    stores.outbox.settle('a', 'posted', 2);
    spent.ended(carrying('/o/1', '/o/2'));
    expect(removed).toEqual(['/o/3', '/o/1']);
  });

  it('that cannot be removed are told in the log, and cost nothing else', () => {
    const { spent, log } = world(() => {
      throw new Error('read-only file system');
    });
    spent.ended(carrying('/o/1'));
    expect(log.lines.map(({ fields }) => fields)).toEqual([{ error: 'read-only file system' }]);
  });
});
