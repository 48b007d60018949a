import { runCommand } from '../../../src/base/run-command.ts';
import { shellLine } from '../../../src/base/shell-words.ts';
import { until } from './until.ts';

/** A program at a real terminal, which is a pane of a tmux server of its own. */
export class Pty {
  readonly #socket: string;
  #starts = 0;

  /** @param socket path of the servers' sockets, in a directory of the test's own. */
  constructor(socket: string) {
    this.#socket = socket;
  }

  /** Runs a program; when it has ended the screen says `ended with CODE`. */
  async start(argv: readonly string[], environment: Readonly<Record<string, string>>): Promise<void> {
    const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const line = `${shellLine(['env', '-i', ...assignments, 'TERM=screen-256color', ...argv])}; echo "ended with $?"; exec sleep 1000`;
    // A server that was just ended may still answer at its socket, and takes what is new with it.
    this.#starts += 1;
    const begun = await this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      '160',
      '-y',
      '60',
      '-s',
      'pty',
      '--',
      '/bin/sh',
      '-c',
      line,
    );
    if (begun.exitCode !== 0) throw new Error(`no terminal: ${begun.stderr}`);
    await this.#tmux('set-option', '-g', 'history-limit', '5000');
  }

  /** Presses keys by their names: `Enter`, `Space`, `C-c`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', '-t', '=pty:', ...keys);
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-t', '=pty:', '-l', '--', text);
  }

  /** Everything that was shown so far, as lines. */
  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p', '-J', '-S', '-2000', '-t', '=pty:')).stdout;
  }

  /** Waits until the last lines with something on them match. */
  async shows(what: RegExp, timeoutMs = 20_000): Promise<string> {
    let last = '';
    try {
      await until(
        async () => {
          last = await this.screen();
          return what.test(last.trimEnd().split('\n').slice(-12).join('\n'));
        },
        { what: String(what), timeoutMs },
      );
      return last;
    } catch (error) {
      throw new Error(`${String(error)}; the screen shows:\n${last}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#tmux('kill-server');
  }

  #tmux(...args: readonly string[]): ReturnType<typeof runCommand> {
    return runCommand('tmux', ['-u', '-S', `${this.#socket}.${this.#starts}`, ...args]);
  }
}
