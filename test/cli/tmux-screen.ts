import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import type { Scope } from '../../src/base/scope.ts';
import { until } from '../e2e/support/until.ts';

export interface ScreenOptions {
  /** A directory of the test's own: the socket lives there. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  /** What runs in it; a plain shell by default. When it ends, the screen stays. */
  readonly command?: readonly string[];
}

/** A real terminal in the hands of a test: a tmux of its own with one pane. It ends with the scope. */
export class TmuxScreen {
  readonly #socket: string;
  readonly #environment: Readonly<Record<string, string>>;
  #isClosed = false;

  constructor(scope: Scope, options: ScreenOptions) {
    const { columns = 100, rows = 30, command = ['sh'] } = options;
    this.#socket = join(options.directory, 'screen');
    this.#environment = { ...options.environment, LANG: 'C.UTF-8', TERM: 'xterm-256color', PS1: '$ ' };
    scope.defer('screen', () => {
      this.close();
    });
    this.#tmux(
      ...['start-server', ';', 'set-option', '-g', 'remain-on-exit', 'on', ';'],
      ...['new-session', '-d', '-s', 'screen', '-x', String(columns), '-y', String(rows), '--', ...command],
    );
  }

  /** The whole terminal as text. */
  text(): string {
    return this.#tmux('capture-pane', '-p', '-t', 'screen');
  }

  /** With the escape sequences of colours. */
  styled(): string {
    return this.#tmux('capture-pane', '-p', '-e', '-t', 'screen');
  }

  type(text: string): void {
    this.#tmux('send-keys', '-l', '-t', 'screen', '--', text);
  }

  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', '-t', 'screen', '--', ...keys);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 'screen', '-x', String(columns), '-y', String(rows));
  }

  /** What tmux knows about the terminal: `#{alternate_on}`, `#{pane_dead}`, `#{cursor_flag}`. */
  ask(format: string): string {
    return this.#tmux('display-message', '-p', '-t', 'screen', format).trim();
  }

  /** Takes the terminal away from whatever runs in it. */
  close(): void {
    if (!this.#isClosed) this.#tmux('kill-server');
    this.#isClosed = true;
  }

  /** The process that runs in it. */
  get pid(): number {
    return Number(this.ask('#{pane_pid}'));
  }

  async waitFor(wanted: string | RegExp | ((text: string) => boolean)): Promise<string> {
    let text = '';
    const fits = (): boolean =>
      typeof wanted === 'function'
        ? wanted(text)
        : typeof wanted === 'string'
          ? text.includes(wanted)
          : wanted.test(text);
    try {
      await until(
        () => {
          text = this.text();
          return fits();
        },
        { what: String(wanted) },
      );
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : ''}; the screen shows:\n${text}`, { cause: error });
    }
    return text;
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-u', '-f', '/dev/null', '-S', this.#socket, ...args], {
      env: this.#environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
