import type { Terminal, TerminalKey } from '../../../src/contracts/terminal.ts';

const rule = '─'.repeat(100);

/** A screen with an input box that behaves as the agent's does, as far as typing is concerned. */
export class FakeClaudeScreen {
  /** What is in the box. */
  box = '';
  /** Grey words that are drawn while the box is empty. */
  placeholder = '';
  /** Drawn as the last prompt of its queue. */
  queued = '';
  /** Drawn instead of everything, when there is a dialog. */
  dialog: string | undefined;
  /** What happens with a text when Enter is pressed. The box is empty by then. */
  onEnter: (text: string) => void = () => undefined;
  /** Changes what arrives of a typed piece. */
  arrives: (piece: string) => string = (piece) => piece;
  readonly keys: TerminalKey[] = [];

  readonly terminal = {
    type: async (_name: string, text: string) => {
      this.box += this.arrives(text);
    },
    keys: async (_name: string, keys: readonly TerminalKey[]) => {
      this.keys.push(...keys);
      for (const key of keys) this.#press(key);
    },
    capture: async () =>
      this.dialog ?? `● hello\n${this.#queue()}${rule}\n❯ ${this.box || this.placeholder}\n${rule}\n  footer`,
  } as unknown as Terminal;

  #queue(): string {
    return this.queued === '' ? '' : `❯ ${this.queued}\n  ⎿  Queued · ctrl+x ctrl+s to send now\n`;
  }

  #press(key: TerminalKey): void {
    if (key === 'C-u') {
      const line = this.box.lastIndexOf('\n');
      this.box = this.box.endsWith('\n') ? this.box.slice(0, -1) : this.box.slice(0, line + 1);
    }
    if (key === 'Enter') {
      const text = this.box;
      this.box = '';
      this.onEnter(text);
    }
  }
}
