import type { Cancel } from '../base/clock.ts';

export interface TerminalSpec {
  /** Unique among all terminals; `[a-z0-9-]+`. */
  readonly name: string;
  /** Absolute. */
  readonly cwd: string;
  /** Program and arguments; never goes through a shell's word splitting. */
  readonly argv: readonly string[];
  /** The whole environment of the program (the terminal adds TERM, TMUX and the like). Secrets never become arguments. */
  readonly environment: Readonly<Record<string, string>>;
  /** A private directory where the terminal keeps its launch script and exit file. */
  readonly directory: string;
  /** Default 120. */
  readonly columns?: number;
  /** Default 40. */
  readonly rows?: number;
}

export interface TerminalInfo {
  readonly name: string;
  /** The process in the pane (the wrapper that records the exit code; the program is its child). */
  readonly pid: number;
}

export interface TerminalDeath {
  readonly name: string;
  /** As the program's wrapper recorded it; 128 + signal for a signal; undefined when nobody could tell. */
  readonly exitCode: number | undefined;
  /** What the screen showed last, without trailing blank lines; '' when it could not be read. */
  readonly lastLines: string;
}

/** Keys with a meaning of their own, in tmux's names. */
export type TerminalKey = 'Enter' | 'Escape' | 'Up' | 'Down' | 'Tab' | 'BSpace' | 'C-c' | 'C-d' | 'C-u';

/** Terminals that outlive this process. Every target is exact: `s1` never means `s10`. */
export interface Terminal {
  /**
   * Makes a terminal and starts the program in it.
   * @throws BridgeError `terminal-exists` when there is one of that name.
   */
  create(spec: TerminalSpec): Promise<TerminalInfo>;

  /**
   * Types text literally; `\n` is the raw character. Resolves when the terminal has taken it.
   * @throws BridgeError `terminal-gone` when there is no such terminal.
   */
  type(name: string, text: string): Promise<void>;

  /** Presses keys, in order. @throws BridgeError `terminal-gone`. */
  keys(name: string, keys: readonly TerminalKey[]): Promise<void>;

  /**
   * The visible screen as text, one line per row, without styles.
   * @param options.history also this many lines of scrollback.
   * @throws BridgeError `terminal-gone`.
   */
  capture(name: string, options?: { readonly history?: number }): Promise<string>;

  /** All terminals of this installation, in one question. */
  list(): Promise<readonly TerminalInfo[]>;

  /** Ends a terminal and its whole process tree; returns when they are gone. An unknown name is fine. */
  kill(name: string): Promise<void>;

  /** Hears of every death of a terminal that this process created or adopted, once. */
  onDeath(listener: (death: TerminalDeath) => void): Cancel;

  /** Starts watching a terminal that was there before. @throws BridgeError `terminal-gone`. */
  adopt(name: string, directory: string): Promise<TerminalInfo>;

  /** The command that a person types to look at a terminal. */
  attachCommand(name: string): readonly string[];

  /** Stops watching; the terminals stay (I6). */
  close(): Promise<void>;

  /** Ends the terminal server itself, with whatever is still in it. Only for a full stop. */
  shutdown(): Promise<void>;
}
