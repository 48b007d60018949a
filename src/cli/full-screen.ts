import { constants } from 'node:os';

import { clip, paint } from './style.ts';
import type { Line } from './style.ts';
import { terminalSize } from './terminal-size.ts';

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
/** Terminals that know them show a frame at once; others ignore them. */
const beginFrame = '\u001b[?2026h\u001b[H';
const endFrame = '\u001b[J\u001b[?2026l';
const endLine = '\u001b[K';

const ctrlC = '\u0003';
const ctrlZ = '\u001a';

export interface FullScreenOptions {
  readonly coloured: boolean;
  /** The terminal has another size, or shows us again after a break. */
  readonly onRedraw: () => void;
  /** Somebody wants the end: a key, or a signal with its number. */
  readonly onEnd: (signal: number | undefined) => void;
}

/** The signals that end us; a shell sees 128 more than their number. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Owns the terminal while it shows one picture: the alternate screen, the keyboard, and that both are as before when it
 * is over, whatever ends this process short of SIGKILL. Knows nothing about what is shown.
 */
export class FullScreen {
  readonly #options: FullScreenOptions;
  readonly #releases: (() => void)[] = [];
  #isShown = false;
  #last = '';

  constructor(options: FullScreenOptions) {
    this.#options = options;
  }

  open(): void {
    const { onEnd, onRedraw } = this.#options;
    const { stdin, stdout } = process;
    this.#show();
    this.#on(process, 'exit', () => {
      this.#hide();
    });
    for (const name of signals) {
      this.#on(process, name, () => {
        onEnd(name === 'SIGINT' ? undefined : constants.signals[name]);
      });
    }
    this.#on(process, 'SIGCONT', () => {
      this.#show();
      onRedraw();
    });
    this.#on(stdout, 'resize', () => {
      this.#last = '';
      onRedraw();
    });
    this.#on(stdin, 'data', (keys) => {
      this.#press(String(keys));
    });
    // The terminal is gone; SIGHUP follows.
    this.#on(stdin, 'error', () => undefined);
  }

  /** Shows lines from the top. What is too wide or too high is cut off, and said so. */
  draw(lines: readonly Line[]): void {
    if (!this.#isShown) return;
    const { columns, rows } = terminalSize(process.stdout);
    const fitting =
      lines.length <= rows
        ? lines
        : [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more lines do not fit`];
    // The last column stays free: a cursor beyond it would erase what stands there.
    const frame = fitting
      .map((line) => `${paint(clip(line, columns - 1), this.#options.coloured)}${endLine}`)
      .join('\r\n');
    if (frame === this.#last) return;
    this.#last = frame;
    process.stdout.write(`${beginFrame}${frame}${endFrame}`);
  }

  close(): void {
    for (const release of this.#releases.splice(0).reverse()) release();
    this.#hide();
  }

  #press(keys: string): void {
    if (keys === 'q' || keys === 'Q' || keys.includes(ctrlC)) this.#options.onEnd(undefined);
    if (keys === ctrlZ) {
      this.#hide();
      process.kill(process.pid, 'SIGTSTP');
    }
  }

  #show(): void {
    if (this.#isShown) return;
    this.#isShown = true;
    this.#last = '';
    process.stdout.write(enter);
    if (process.stdin.isTTY) process.stdin.setRawMode(true).resume();
  }

  #hide(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    if (process.stdin.isTTY) process.stdin.setRawMode(false).pause();
    process.stdout.write(leave);
  }

  #on(source: NodeJS.EventEmitter, event: string, listener: (value: unknown) => void): void {
    source.on(event, listener);
    this.#releases.push(() => source.off(event, listener));
  }
}
