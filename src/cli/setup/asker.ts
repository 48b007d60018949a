import { BridgeError } from '../../base/errors.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** A word beside it. */
  readonly hint?: string;
}

/** What is wrong with an answer, in words; undefined when it is good. */
export type Judge = (answer: string) => string | undefined;

/**
 * A person at a terminal. Every question throws BridgeError `setup-cancelled` when they leave with Ctrl-C or Ctrl-D: then
 * nothing of what comes later happens.
 */
export interface Asker {
  say(...lines: readonly string[]): void;
  /** A text of several lines under a title. */
  explain(title: string, lines: readonly string[]): void;
  /** Asks for something that is shown to nobody. */
  secret(question: string, judge: Judge): Promise<string>;
  text(question: string, options: { readonly placeholder: string; readonly judge: Judge }): Promise<string>;
  confirm(question: string, usual: boolean): Promise<boolean>;
  /** Any number of them, also none. */
  choose(question: string, choices: readonly Choice[]): Promise<readonly string[]>;
  /** Shows what is waited for until `work` ends; undefined when the person does not want to wait. */
  wait<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined>;
}

/** The person left. @param vai how `vai` is typed in this shell. */
export function cancelled(vai: string): BridgeError {
  return new BridgeError('setup-cancelled', 'Setup was left.', {
    advice: `Nothing was changed but what it said it wrote, started or added. Go on at any time: ${vai} setup`,
  });
}
