import { describe, expect, it } from 'vitest';

import { InputDecoder } from '../../../src/agents/scripted/input-decoder.ts';
import type { Key } from '../../../src/agents/scripted/input-decoder.ts';

/** Decodes pieces, and joins neighbouring texts. */
function decode(...pieces: readonly (string | Uint8Array)[]): readonly string[] {
  const decoder = new InputDecoder();
  const keys = pieces.flatMap((piece) => decoder.feed(typeof piece === 'string' ? Buffer.from(piece) : piece));
  return joined([...keys, ...decoder.flush()]);
}

function joined(keys: readonly Key[]): readonly string[] {
  const words: string[] = [];
  let text: string | undefined;
  for (const key of keys) {
    if (key.key === 'text') {
      text = (text ?? '') + key.text;
      continue;
    }
    if (text !== undefined) words.push(`"${text}"`);
    text = undefined;
    words.push(key.key);
  }
  return text === undefined ? words : [...words, `"${text}"`];
}

describe('input decoder', () => {
  it('tells Enter from a line end in the text', () => {
    expect(decode('one\ntwo\r')).toEqual(['"one\ntwo"', 'enter']);
  });

  it.each([1, 2, 3, 4])('keeps a text that comes right behind the Escape key, cut after %i bytes', (cut) => {
    const bytes = '\u001b[discord @Ann session=3] Go on';
    const expected = ['escape', '"[discord @Ann session=3] Go on"'];
    expect(decode(bytes)).toEqual(expected);
    expect(decode(bytes.slice(0, cut), bytes.slice(cut))).toEqual(expected);
    expect(decode('\u001bOk')).toEqual(['escape', '"Ok"']);
  });

  it('knows the control keys, and drops the others', () => {
    expect(decode('a\u0015\u007f\b\u0003\u0004\u0007b\tc')).toEqual([
      '"a"',
      'clear',
      'backspace',
      'backspace',
      'interrupt',
      'end-of-input',
      '"b\tc"',
    ]);
  });

  it('puts a character together that was cut', () => {
    const bytes = Buffer.from('日本👩‍💻');
    expect(decode(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(['"日本👩‍💻"']);
  });

  it('takes everything in a bracketed paste for text, however it is cut', () => {
    const paste = '\u001b[200~one\r\ntwo\rthree\u001b[A\u0003\u001b[201~\r';
    const expected = ['"one\ntwo\nthree\u001b[A\u0003"', 'enter'];
    expect(decode(paste)).toEqual(expected);
    expect(decode(...Array.from(paste))).toEqual(expected);
  });

  it('holds a lone escape until nothing follows', () => {
    const decoder = new InputDecoder();
    expect(decoder.feed(Buffer.from('\u001b'))).toEqual([]);
    expect(decoder.holdsEscape).toBe(true);
    expect(decoder.flush()).toEqual([{ key: 'escape' }]);
    expect(decoder.holdsEscape).toBe(false);
  });

  it('takes arrows and other sequences for no text', () => {
    expect(decode('a\u001b[Ab\u001bOPc\u001b[1;5Cd')).toEqual(['"abcd"']);
    expect(decode('a\u001b', '[', 'A', 'b')).toEqual(['"ab"']);
  });

  it('takes an escape before a letter for the key', () => {
    expect(decode('\u001bx')).toEqual(['escape', '"x"']);
  });
});
