import { StringDecoder } from 'node:string_decoder';

export type Key =
  | { readonly key: 'text'; readonly text: string }
  | { readonly key: 'enter' | 'escape' | 'backspace' | 'clear' | 'interrupt' | 'end-of-input' };

const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';

/** Control characters that are keys. A newline is not among them: it is text, Enter is a carriage return. */
const controls: Readonly<Record<string, Exclude<Key['key'], 'text'>>> = {
  '\r': 'enter',
  '\b': 'backspace',
  '\u007f': 'backspace',
  '\u0015': 'clear',
  '\u0003': 'interrupt',
  '\u0004': 'end-of-input',
};

/**
 * Turns what a terminal sends into keys. Owns what was cut in the middle: a character, an escape sequence, a paste.
 * Inside a bracketed paste everything is text. Knows nothing about what keys do.
 */
export class InputDecoder {
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #pasting = false;

  /** Whether an escape waits for what follows; nothing following for some milliseconds makes it the Escape key. */
  get holdsEscape(): boolean {
    return this.#rest === '\u001b';
  }

  feed(bytes: Uint8Array): readonly Key[] {
    this.#rest += this.#decoder.write(bytes);
    return this.#decode(false);
  }

  /** Nothing followed. */
  flush(): readonly Key[] {
    return this.#decode(true);
  }

  #decode(final: boolean): readonly Key[] {
    const keys: Key[] = [];
    for (;;) {
      const next = this.#pasting ? this.#pasted(final) : this.#typed(final);
      if (next === undefined) return keys;
      if (next.key !== 'text' || next.text !== '') keys.push(next);
    }
  }

  /** The next key outside of a paste; undefined when there is none, or not all of it. */
  #typed(final: boolean): Key | undefined {
    const input = this.#rest;
    const first = input[0];
    if (first === undefined) return undefined;
    if (first === '\u001b') return this.#escape(input, final);
    const control = controls[first];
    if (control !== undefined) return this.#take(1, { key: control });
    const plain = /^(?:[\n\t]|\P{Cc})+/u.exec(input)?.[0] ?? '';
    return plain === '' ? this.#take(1, text('')) : this.#take(plain.length, text(plain));
  }

  #escape(input: string, final: boolean): Key | undefined {
    if (input.startsWith(pasteStart)) {
      this.#pasting = true;
      return this.#take(pasteStart.length, text(''));
    }
    if (input === '\u001b' || (input.startsWith('\u001b[') && pasteStart.startsWith(input))) {
      return final ? this.#take(input.length, { key: 'escape' }) : undefined;
    }
    // Keys that tmux sends end in a capital where they have no numbers. Anything else is text that was typed right after
    // the Escape key, and may have come together with it: "[discord" is no sequence.
    // eslint-disable-next-line no-control-regex -- an escape sequence begins with an escape
    const sequence = /^\u001b(\[[0-?]+[ -/]*[@-~]|\[[A-Z]|O[A-Z])/.exec(input)?.[0];
    if (sequence !== undefined) return this.#take(sequence.length, text(''));
    const unfinished = /^.(\[[0-?]*[ -/]*|O)$/.test(input);
    if (unfinished && !final) return undefined;
    return this.#take(1, { key: 'escape' });
  }

  #pasted(final: boolean): Key | undefined {
    const input = this.#rest;
    if (input === '') return undefined;
    const end = input.indexOf(pasteEnd);
    if (end >= 0) {
      this.#pasting = false;
      return this.#take(end + pasteEnd.length, text(pastedText(input.slice(0, end))));
    }
    const held = final ? 0 : heldBack(input);
    if (held === input.length) return undefined;
    return this.#take(input.length - held, text(pastedText(input.slice(0, input.length - held))));
  }

  #take(length: number, key: Key): Key {
    this.#rest = this.#rest.slice(length);
    return key;
  }
}

function text(value: string): Key {
  return { key: 'text', text: value };
}

/** Terminals paste line ends as carriage returns. */
function pastedText(value: string): string {
  return value.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
}

/** How many characters at the end may be the beginning of the end of the paste, or half a line end. */
function heldBack(input: string): number {
  for (let length = Math.min(pasteEnd.length - 1, input.length); length > 0; length--) {
    if (pasteEnd.startsWith(input.slice(-length))) return length;
  }
  return input.endsWith('\r') ? 1 : 0;
}
