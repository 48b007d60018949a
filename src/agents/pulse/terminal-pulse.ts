import { BridgeError, systemErrorCode } from '../../base/errors.ts';
import type { Terminal } from '../../contracts/terminal.ts';

export interface TerminalPulseOptions {
  readonly terminal: Pick<Terminal, 'capture' | 'list'>;
  /** Of the agent's terminal. */
  readonly name: string;
  /** The terminal is gone, and nobody has told of it. May be called more than once. */
  readonly onGone: () => void;
  /** Default `process.kill`. */
  readonly signal?: (pid: number, signal: NodeJS.Signals) => void;
}

/** Looks without a terminal until it counts as gone unheard: the news of its end may be on its way. */
const looksWithout = 2;

/**
 * Whether the terminal of one agent is there and what it shows, and the push that a suspended process needs. Owns the
 * count of looks that found nothing. Knows nothing about what the agent does.
 */
export class TerminalPulse {
  readonly #options: TerminalPulseOptions;
  #without = 0;

  constructor(options: TerminalPulseOptions) {
    this.#options = options;
  }

  /** The screen; undefined when there is no such terminal. @throws BridgeError `terminal-unreachable`. */
  async look(): Promise<string | undefined> {
    const { terminal, name, onGone } = this.#options;
    try {
      const screen = await terminal.capture(name);
      this.#without = 0;
      return screen;
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'terminal-gone') throw error;
      this.#without += 1;
      if (this.#without >= looksWithout) onGone();
      return undefined;
    }
  }

  /**
   * Continues what was suspended: the program of the terminal, and the agent's own process. One that runs does not
   * notice.
   */
  async proceed(agent: number | undefined): Promise<void> {
    const { terminal, name } = this.#options;
    const wrapper = (await terminal.list()).find((one) => one.name === name)?.pid;
    for (const pid of new Set([wrapper, agent])) if (pid !== undefined) this.#continue(pid);
  }

  #continue(pid: number): void {
    const { signal = process.kill.bind(process) } = this.#options;
    try {
      signal(pid, 'SIGCONT');
    } catch (error) {
      // Gone, which will be heard of; or somebody else's by now.
      const code = systemErrorCode(error);
      if (code !== 'ESRCH' && code !== 'EPERM') throw error;
    }
  }
}
