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

  it.each([
    [['--file', 'a.png', 'look'], def, 'look', ['a.png']],
    [['2', '--file', 'a.png', 'look'], session(2), 'look', ['a.png']],
    [['2', '--file', 'a.png', 'b.png', 'both\\nof them'], session(2), 'both\nof them', ['a.png', 'b.png']],
    [['123456789012345', '--file', 'a', 'x'], channel('123456789012345'), 'x', ['a']],
    [['--file', 'a.png'], def, '', ['a.png']],
    [['3', '--file', 'a.png', '--file', 'b.png'], session(3), '', ['a.png', 'b.png']],
    [['--file', 'a.png', '--file', 'b.png', 'both'], def, 'both', ['a.png', 'b.png']],
    [['2', 'look', 'here', '--file', 'a.png', 'b.png'], session(2), 'look here', ['a.png', 'b.png']],
    [['look', '--file', 'a.png'], def, 'look', ['a.png']],
    [['--file', 'a.png', 'b.png', '--', '--both', 'of them'], def, '--both of them', ['a.png', 'b.png']],
    [['--file', 'a.png', 'b.png', '--'], def, '', ['a.png', 'b.png']],
    [['--file', 'a.png', '-'], def, undefined, ['a.png']],
    [['--file', '2', 'x'], def, 'x', ['2']],
  ])('%j posts files', (args, target, text, files) => {
    expect(parsePost(args, {})).toEqual({ kind: 'post', target, text, files });
  });

  it('one argument is the message, also when it looks like the option for files', () => {
    expect(parsePost(['--file'], {})).toEqual({ kind: 'post', target: def, text: '--file' });
    expect(parsePost(['--json', '--file', 'a', 'x'], {})).toMatchObject({ json: true, text: 'x', files: ['a'] });
  });

  it.each([
    [[]],
    [['--']],
    [['123456789012345678901', 'x']],
    [['2', '--file']],
    [['x', '--file']],
    [['--file', '--', 'x']],
    [['--file', '', 'x']],
    [['--file', 'a', '--file']],
    [['123456789012345678901', '--file', 'a']],
  ])('refuses %j', (args) => {
    expect(() => parsePost(args, {})).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('means its own session inside a pane, unless a number says otherwise', () => {
    expect(parsePost(['x'], pane)).toMatchObject({ target: session(3) });
    expect(parsePost(['5', 'x'], pane)).toMatchObject({ target: session(5) });
    expect(parsePost(['x'], { BRIDGE_SESSION: '3' })).toMatchObject({ target: def });
    expect(parsePost(['x'], { ...pane, BRIDGE_SESSION: 'three' })).toMatchObject({ target: def });
  });
});
