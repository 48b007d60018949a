import { describe, expect, it } from 'vitest';

import {
  batches,
  classifyRefusal,
  controlLine,
  maxTextBytes,
  parseLook,
  parsePanes,
  sendText,
  spawnArguments,
  splitText,
} from '../../src/terminal/tmux-commands.ts';

describe('controlLine', () => {
  it('quotes every byte that could mean something', () => {
    expect(controlLine(['send-keys', '-l', '-t', '%1', '--', `a b;"$~\\é\n`])).toBe(
      String.raw`send-keys -l -t "\0451" -- "a b\073\042\044\176\134\303\251\012"`,
    );
  });

  it('keeps an empty word', () => {
    expect(controlLine(['set-option', '-g', 'x', ''])).toBe('set-option -g x ""');
  });

  it('never gives a second line', () => {
    const everyByte = String.fromCodePoint(...Array.from({ length: 255 }, (_, index) => index + 1));
    expect(controlLine(['x', everyByte])).not.toMatch(/[\n\r;]/);
  });
});

describe('spawnArguments', () => {
  it('chains commands and escapes a final semicolon only', () => {
    expect(
      spawnArguments([
        ['a', 'x;y'],
        ['b', 'x;'],
        ['c', ';'],
      ]),
    ).toEqual(['a', 'x;y', ';', 'b', 'x\\;', ';', 'c', '\\;']);
  });
});

describe('splitText', () => {
  it('gives back the whole text in pieces of whole characters', () => {
    const text = 'aé世👍🏽'.repeat(50);
    for (const max of [4, 5, 7, 100]) {
      const pieces = splitText(text, max);
      expect(pieces.join('')).toBe(text);
      for (const piece of pieces) {
        expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(max);
        expect(piece).not.toMatch(/[\ud800-\udbff]$/);
      }
    }
  });

  it('gives nothing for nothing', () => {
    expect(splitText('')).toEqual([]);
  });
});

describe('batches', () => {
  it('fills no process with more than tmux takes, and keeps the order', () => {
    const commands = splitText('x'.repeat(50_000)).map((piece) => sendText('%1', piece));
    const groups = batches([['copy-mode', '-q', '-t', '%1'], ...commands]);
    expect(groups.flat()).toEqual([['copy-mode', '-q', '-t', '%1'], ...commands]);
    expect(groups[0]).toHaveLength(2);
    for (const group of groups) {
      expect(spawnArguments(group).join(' ').length).toBeLessThan(16_000);
    }
  });

  it('lets a single command through that is too long by itself', () => {
    expect(batches([['a'], ['b', 'x'.repeat(maxTextBytes * 2)], ['c']])).toHaveLength(3);
  });

  it('gives no group for no command', () => {
    expect(batches([])).toEqual([]);
  });
});

describe('parseLook', () => {
  it('gives process, viewers and size of every pane, ours or not', () => {
    expect(parseLook('12 0 120x40\n13 2 80x24')).toEqual([
      { pid: 12, viewers: 0, size: '120x40' },
      { pid: 13, viewers: 2, size: '80x24' },
    ]);
    expect(parseLook('')).toEqual([]);
  });

  it('adds up who looks at a pane that is in two sessions', () => {
    expect(parseLook('12 0 120x40\n12 1 120x40')).toEqual([{ pid: 12, viewers: 1, size: '120x40' }]);
  });
});

describe('parsePanes', () => {
  const label = (name: string): string => `"exec env -i" bridge-terminal:${name}:120x40 /x/${name}.launch`;

  it('knows our terminals by their start command, and nobody else', () => {
    const output = [
      '$0 %0 10 0 80x24 HUB:/usr/bin/env cat',
      `$1 %1 11 0 120x40 s1:/bin/sh -c ${label('s1')}`,
      '$1 %2 12 1 120x40 s1:',
      `$2 %3 13 2 90x30 s10:/bin/sh -c ${label('s10')}`,
      'nonsense',
      '',
    ].join('\n');
    expect(parsePanes(output)).toEqual([
      { name: 's1', sessionId: '$1', paneId: '%1', pid: 11, viewers: 0, size: '120x40', madeWith: '120x40' },
      { name: 's10', sessionId: '$2', paneId: '%3', pid: 13, viewers: 2, size: '90x30', madeWith: '120x40' },
    ]);
  });

  it.each([
    ['first', ['$9 %1 11 1 90x30 view:', '$1 %1 11 0 90x30 s1:']],
    ['last', ['$1 %1 11 0 90x30 s1:', '$9 %1 11 1 90x30 view:']],
  ])('takes a window that is linked elsewhere once, with the session of its own name %s', (_when, heads) => {
    const panes = parsePanes(heads.map((head) => `${head}/bin/sh ${label('s1')}`).join('\n'));
    expect(panes).toHaveLength(1);
    expect(panes[0]).toMatchObject({ sessionId: '$1', viewers: 1 });
  });
});

describe('classifyRefusal', () => {
  it.each([
    ['no server running on /tmp/x', 'no-server'],
    ['error connecting to /tmp/x (No such file or directory)', 'no-server'],
    ['error connecting to /tmp/x (Connection refused)', 'no-server'],
    ['error connecting to /tmp/x (Permission denied)', 'other'],
    ['lost server', 'no-server'],
    ['server exited unexpectedly', 'no-server'],
    ['no current target', 'no-session'],
    ['no sessions', 'no-session'],
    ["can't find pane: %7", 'no-target'],
    ["can't find session: x", 'no-target'],
    ['duplicate session: x', 'duplicate'],
    ['command too long', 'other'],
  ])('"%s" means %s', (message, meaning) => {
    expect(classifyRefusal(message)).toBe(meaning);
  });
});
