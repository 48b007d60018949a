import { describe, expect, it } from 'vitest';

import { parsePost } from '../../src/cli/dp-arguments.ts';

const def = { kind: 'default' };
const session = (number: number) => ({ kind: 'session', session: number });
const channel = (id: string) => ({ kind: 'channel', channel: id });
const pane = { BRIDGE_SESSION: '3', BRIDGE_SESSION_TOKEN: 't' };

describe('MS-05: the arguments of dp', () => {
  it.each([
    [['hello'], def, 'hello'],
    [['42'], def, '42'],
    [['123456789012345678'], def, '123456789012345678'],
    [['hello', 'world'], def, 'hello world'],
    [['2', 'hello'], session(2), 'hello'],
    [['2', 'hello', 'world'], session(2), 'hello world'],
    [['2', '42'], session(2), '42'],
    [['0', 'x'], session(0), 'x'],
    [['12345678901234', 'x'], session(12345678901234), 'x'],
    [['123456789012345', 'x'], channel('123456789012345'), 'x'],
    [['12345678901234567890', 'x'], channel('12345678901234567890'), 'x'],
    [['-1', 'x'], def, '-1 x'],
    [['a\\nb', 'c\\n'], def, 'a\nb c\n'],
    [['-v'], def, '-v'],
    [['--', '--help'], def, '--help'],
    [['2', '--', '--file', 'is an option'], session(2), '--file is an option'],
    [['--', '2', 'x'], session(2), 'x'],
    [['--help', 'me'], def, '--help me'],
  ])('%j', (args, target, text) => {
    expect(parsePost(args, {})).toEqual({ kind: 'post', target, text });
  });

  it.each([
    [['-'], def],
    [['2', '-'], session(2)],
    [['123456789012345', '-'], channel('123456789012345')],
  ])('%j reads standard input', (args, target) => {
    expect(parsePost(args, {})).toEqual({ kind: 'post', target, text: undefined });
  });

  it.each([['-h'], ['--help']])('%s asks for help', (...args) => {
    expect(parsePost(args, {})).toEqual({ kind: 'help' });
  });

  it.each([[[]], [['--']], [['123456789012345678901', 'x']], [['--file', 'x', 'y']], [['2', 'x', '--file', 'y']]])(
    'refuses %j',
    (args) => {
      expect(() => parsePost(args, {})).toThrow();
    },
  );

  it('means its own session inside a pane, unless a number says otherwise', () => {
    expect(parsePost(['x'], pane)).toMatchObject({ target: session(3) });
    expect(parsePost(['5', 'x'], pane)).toMatchObject({ target: session(5) });
    expect(parsePost(['x'], { BRIDGE_SESSION: '3' })).toMatchObject({ target: def });
    expect(parsePost(['x'], { ...pane, BRIDGE_SESSION: 'three' })).toMatchObject({ target: def });
  });
});
