import { describe, expect, it } from 'vitest';

import type { FileOutcome } from '../../src/model/message-file.ts';
import type { Stores } from '../../src/contracts/stores.ts';
import { openStores } from '../../src/storage/stores.ts';
import { file, message, one, turn } from './records.ts';

function withFiles(id: string, ...files: readonly string[]): Stores {
  const stores = openStores(':memory:');
  stores.inbox.append(message(id));
  stores.files.add(
    id,
    files.map((name) => file(name)),
  );
  return stores;
}

function stored(path: string): FileOutcome {
  return { state: 'stored', path, size: 5, sort: 'image' };
}

describe('files of messages', () => {
  it('are given back as they came, in their order, waiting', () => {
    const { files, inbox } = openStores(':memory:');
    inbox.append(message('m'));
    const voice = file('v', { voiceSeconds: 2.5, name: '../../x\0' });
    files.add('m', [file('z'), voice, file('a')]);
    expect(files.of('m')).toEqual([
      { ...file('z'), message: 'm', outcome: undefined },
      { ...voice, message: 'm', outcome: undefined },
      { ...file('a'), message: 'm', outcome: undefined },
    ]);
    expect(files.isWaiting('m')).toBe(true);
    expect(files.isWaiting('other')).toBe(false);
  });

  it.each([Number.POSITIVE_INFINITY, Number.NaN, -1, 1.5, 2 ** 60])(
    'an announced size of %s counts for nothing',
    (size) => {
      const { files, inbox } = openStores(':memory:');
      inbox.append(message('m'));
      files.add('m', [file('f', { size })]);
      expect(files.of('m')[0]?.size).toBe(0);
    },
  );

  it('the same file told twice is one', () => {
    const { files } = withFiles('m', 'a');
    files.add('m', [file('a')]);
    expect(files.of('m')).toHaveLength(1);
  });

  it('keep what became of them, once', () => {
    const { files, traces } = withFiles('m', 'a', 'b', 'c');
    const outcomes: readonly FileOutcome[] = [
      { ...stored('/p/a'), renamed: true, transcript: 'hi' } as FileOutcome,
      { state: 'read', text: 'words' },
      { state: 'failed', why: 'too-large' },
    ];
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      expect(files.settle({ message: 'm', id }, outcomes[index]!, 7)).toBe(true);
      expect(files.settle({ message: 'm', id }, { state: 'failed', why: 'gone' }, 8)).toBe(false);
    }
    expect(files.of('m').map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(files.isWaiting('m')).toBe(false);
    expect(traces.of('m').map(({ event }) => event)).toContain('file:waiting>read');
    expect(JSON.stringify(traces.of('m'))).not.toMatch(/words|\.png/);
  });

  it('a file that nobody knows has no outcome', () => {
    expect(withFiles('m', 'a').files.settle({ message: 'm', id: 'x' }, { state: 'failed', why: 'gone' }, 1)).toBe(
      false,
    );
  });

  it('those to be fetched belong to messages on their way, in order, with their session', () => {
    const stores = withFiles('m', 'a', 'b');
    for (const [id, state] of [
      ['held', 'held'],
      ['next', 'queued'],
      ['gone', 'queued'],
    ] as const) {
      stores.inbox.append(message(id), state);
      stores.files.add(id, [file(`of-${id}`)]);
    }
    stores.inbox.takeBack('gone', 2);
    stores.files.settle({ message: 'm', id: 'a' }, stored('/p/a'), 2);
    const waiting = (): unknown => stores.files.waiting().map(({ id, session }) => [id, session]);
    expect(waiting()).toEqual([
      ['b', one],
      ['of-next', one],
    ]);
    stores.inbox.move('held', 'queued', 3);
    expect(waiting()).toEqual([
      ['b', one],
      ['of-held', one],
      ['of-next', one],
    ]);
  });

  it('a stored one that is lost waits again; one that is not stored does not', () => {
    const { files } = withFiles('m', 'a', 'b');
    files.settle({ message: 'm', id: 'a' }, stored('/p/a'), 2);
    files.settle({ message: 'm', id: 'b' }, { state: 'failed', why: 'gone' }, 2);
    expect(files.stored().map(({ id }) => id)).toEqual(['a']);
    files.lost({ message: 'm', id: 'a' }, 3);
    files.lost({ message: 'm', id: 'b' }, 3);
    expect(files.waiting().map(({ id }) => id)).toEqual(['a']);
  });

  it('those that their author took off are forgotten, and their paths told', () => {
    const { files } = withFiles('m', 'a', 'b', 'c');
    for (const id of ['a', 'b']) files.settle({ message: 'm', id }, stored(`/p/${id}`), 2);
    expect(files.keepOnly('m', ['a'], 3)).toEqual(['/p/b']);
    expect(files.of('m').map(({ id }) => id)).toEqual(['a']);
    expect(files.keepOnly('m', ['a'], 3)).toEqual([]);
  });

  it('unsettled messages and running turns need theirs, and nobody else', () => {
    const stores = openStores(':memory:');
    for (const id of ['waits', 'runs', 'joins', 'over']) {
      stores.inbox.append(message(id));
      stores.files.add(id, [file('f')]);
      stores.files.settle({ message: id, id: 'f' }, stored(`/p/${id}`), 2);
      if (id === 'waits') continue;
      stores.inbox.move(id, 'sending', 3);
      stores.inbox.move(id, 'acknowledged', 3);
    }
    stores.turns.begin(turn('t', { message: 'over' }));
    stores.turns.end(one, 't', 'completed', 4);
    stores.turns.begin(turn('u', { message: 'runs' }));
    stores.turns.join(one, 'u', 'joins', 4);
    expect([...stores.files.needed()].sort()).toEqual(['/p/joins', '/p/runs', '/p/waits']);
  });

  it('go with their message', () => {
    const stores = withFiles('m', 'a');
    stores.inbox.takeBack('m', 2);
    expect(stores.inbox.prune(10, 10)).toBe(1);
    expect(stores.files.of('m')).toEqual([]);
  });
});
