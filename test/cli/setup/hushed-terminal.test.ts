import { EventEmitter } from 'node:events';

import { expect, it } from 'vitest';

import { hushTerminal } from '../../../src/cli/setup/hushed-terminal.ts';

/** A terminal that remembers what was done to it. */
class FakeTerminal extends EventEmitter {
  readonly done: string[] = [];
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  setRawMode = (raw: boolean): unknown => this.done.push(raw ? 'raw' : 'cooked');
  resume = (): unknown => this.done.push('resume');
  pause = (): unknown => this.done.push('pause');
  ref = (): unknown => this.done.push('ref');
  unref = (): unknown => this.done.push('unref');
}

it('drops what is typed, but for Ctrl-C, and gives the terminal back as it was', () => {
  const terminal = new FakeTerminal(true);
  let interrupts = 0;
  const release = hushTerminal(terminal, () => (interrupts += 1));
  terminal.emit('data', Buffer.from('secret'));
  expect(interrupts).toBe(0);
  terminal.emit('data', Buffer.from('ab\u0003'));
  expect(interrupts).toBe(1);
  release();
  terminal.emit('data', Buffer.from('\u0003'));
  expect(interrupts).toBe(1);
  expect(terminal.done).toEqual(['raw', 'resume', 'unref', 'pause', 'ref', 'cooked']);
  expect(terminal.listenerCount('data')).toBe(0);
});

it('does nothing to what is no terminal', () => {
  const terminal = new FakeTerminal(false);
  hushTerminal(terminal, () => undefined)();
  expect(terminal.done).toEqual([]);
});
