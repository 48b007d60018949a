import { describe, expect, it } from 'vitest';

import {
  drawnCharacters,
  findDialog,
  findInputBox,
  findLastQueued,
  findRetry,
  isClosable,
  saysNotLoggedIn,
} from '../../../src/agents/claude-code/screen.ts';
import { screen } from './fixtures.ts';

describe('findDialog', () => {
  it.each([
    ['trust', { kind: 'trust', cursor: 'no' }],
    ['trust-on-yes', { kind: 'trust', cursor: 'yes' }],
    ['api-key', { kind: 'login', what: 'Claude Code asks whether to use the API key of the environment' }],
    ['login', { kind: 'login', what: 'Claude Code asks how to log in' }],
    ['permission', { kind: 'permission' }],
    ['question', { kind: 'other' }],
  ])('knows the dialog "%s"', (name, dialog) => {
    expect(findDialog(screen(name))).toEqual(dialog);
    expect(findInputBox(screen(name))).toBeUndefined();
  });

  it.each(['idle', 'busy', 'retrying', 'box-with-text', 'shell-mode', 'not-logged-in', 'box-higher-than-screen'])(
    'finds none on the screen "%s"',
    (name) => {
      expect(findDialog(screen(name))).toBeUndefined();
    },
  );

  it.each(['idle', 'busy', 'permission', 'trust', 'trust-on-yes', 'login', 'api-key'])(
    'MS-07: what is on the screen "%s" is nothing that Escape just closes',
    (name) => {
      expect(isClosable(screen(name))).toBe(false);
    },
  );

  it('reads the lower one of a dialog that was drawn twice', () => {
    const twice = `${screen('trust')}\n${screen('trust-on-yes')}`;
    expect(findDialog(twice)).toEqual({ kind: 'trust', cursor: 'yes' });
  });

  it('is not fooled by a dialog that the conversation only quotes', () => {
    const quoted = screen('idle').replace('▝▜', '● ❯ 1. Yes, I trust this folder\n   No, exit\n▝▜');
    expect(findDialog(quoted)).toBeUndefined();
  });

  it('BX-03: history that looks like a box above a dialog is no box', () => {
    const rule = '─'.repeat(120);
    expect(findInputBox(`${rule}\n❯ something\n${screen('permission')}`)).toBeUndefined();
  });
});

describe('findLastQueued', () => {
  it('reads what was queued last, and whether its end is missing', () => {
    const header = '[discord @bob session=1]';
    expect(findLastQueued(screen('queue-one'))).toEqual({ text: `${header} slow 60`, isCut: false });
    expect(findLastQueued(screen('queue-many'))).toEqual({ text: `${header} number 6`, isCut: false });
    expect(findLastQueued(screen('queue-lines'))).toEqual({ text: `${header} first\n\nthird line`, isCut: true });
    const long = findLastQueued(screen('queue-long'));
    expect(long?.isCut).toBe(true);
    const words = 'the quick brown fox jumps over the lazy dog, again and again, '.repeat(25);
    const seen = drawnCharacters(long?.text ?? '');
    expect(seen.length).toBeGreaterThan(800);
    expect(drawnCharacters(header + words).startsWith(seen)).toBe(true);
  });

  it.each(['idle', 'busy', 'box-with-text', 'permission'])('finds nothing on the screen "%s"', (name) => {
    expect(findLastQueued(screen(name))).toBeUndefined();
  });
});

describe('findInputBox', () => {
  it.each([
    ['idle', { mode: 'prompt', text: '', hiddenRows: 0 }],
    ['box-with-text', { mode: 'prompt', text: 'half a thought\nand more', hiddenRows: 0 }],
    ['shell-mode', { mode: 'shell', text: '', hiddenRows: 0 }],
    ['interrupted-text-restored', { mode: 'prompt', text: '[discord @bob session=1] hang', hiddenRows: 0 }],
  ])('reads the box of "%s"', (name, box) => {
    expect(findInputBox(screen(name))).toEqual(box);
  });

  it('reads a box that is higher than the screen', () => {
    const box = findInputBox(screen('box-higher-than-screen'));
    expect(box?.hiddenRows).toBeGreaterThan(0);
    expect(box?.text).toMatch(/line 38\nline 39$/);
  });

  it('reads a box of which only the upper edge is scrolled away', () => {
    expect(findInputBox(`❯ one\n  two\n${'─'.repeat(100)}\n  footer`)).toMatchObject({ text: 'one\ntwo' });
    expect(findInputBox(`● said\n\n❯ one\n  two\n${'─'.repeat(100)}\n  footer`)).toBeUndefined();
  });

  it('reads a box with rows scrolled away', () => {
    const rule = '─'.repeat(100);
    expect(findInputBox(`old\n─── ↑ 106 more ${rule}\n  one\n  two\n${rule}\n  footer`)).toEqual({
      mode: 'prompt',
      text: 'one\ntwo',
      hiddenRows: 106,
    });
  });

  it.each(['', 'nothing here', '❯ no rules'])('finds none in %j', (text) => {
    expect(findInputBox(text)).toBeUndefined();
  });
});

it('findRetry reads the silent retry', () => {
  expect(findRetry(screen('retrying'))).toMatchObject({ of: 10 });
  expect(findRetry(screen('busy'))).toBeUndefined();
});

it('saysNotLoggedIn reads the note', () => {
  expect(saysNotLoggedIn(screen('not-logged-in'))).toBe(true);
  expect(saysNotLoggedIn(screen('idle'))).toBe(false);
});
