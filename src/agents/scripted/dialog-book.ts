import { isDeepStrictEqual } from 'node:util';

import { BridgeError } from '../../base/errors.ts';
import { shortHash } from '../../base/ids.ts';
import { whyUnfit } from '../../model/prompt.ts';
import type { PromptAnswer } from '../../model/prompt.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { AgentStateFile } from './agent-files.ts';

export interface DialogBookOptions {
  /** The session's private directory: makes the ids of prompts unique among all sessions. */
  readonly directory: string;
  readonly mailbox: Mailbox;
  readonly readState: () => AgentStateFile | undefined;
}

/**
 * The dialog that the program shows, if it shows one, and which prompts were answered from outside. Knows nothing about
 * what is asked.
 */
export class DialogBook {
  readonly #options: DialogBookOptions;
  readonly #answered = new Map<string, PromptAnswer>();
  /** The event of the dialog that is open. */
  #open: string | undefined;

  constructor(options: DialogBookOptions) {
    this.#options = options;
  }

  /** The event of the dialog that is open. */
  get open(): string | undefined {
    return this.#open;
  }

  opened(event: string | undefined): void {
    this.#open = event;
  }

  closed(event: string): void {
    if (this.#open === event) this.#open = undefined;
    this.#answered.delete(this.promptId(event));
  }

  /**
   * Hands over an answer; the same once more is harmless.
   *
   * @throws BridgeError `prompt-gone` when process `pid` does not ask this any more, or was given another answer;
   * `answer-does-not-fit` when something else was asked.
   */
  answer(promptId: string, answer: PromptAnswer, pid: number | undefined): void {
    const dialog = this.#open;
    // The file shows the end of a dialog before we are told.
    const file = this.#options.readState();
    const given = this.#answered.get(promptId);
    const isRepeated = given !== undefined && isDeepStrictEqual(given, answer);
    const isAsked = dialog !== undefined && this.promptId(dialog) === promptId && (given === undefined || isRepeated);
    if (!isAsked || pid === undefined || file?.pid !== pid || file.dialog?.id !== dialog) {
      throw new BridgeError('prompt-gone', `The agent does not wait for prompt "${promptId}" any more.`, {
        advice: 'See what is open: vai prompts.',
      });
    }
    if (isRepeated) return;
    const { prompt: kind, grants, questions } = file.dialog;
    const unfit = whyUnfit({ kind, grants, questions }, answer);
    if (unfit) throw new BridgeError('answer-does-not-fit', unfit.sentence, { advice: unfit.advice });
    this.#options.mailbox.answer(dialog, { ...answer });
    this.#answered.set(promptId, answer);
  }

  /** Short, and unique among all sessions: the event's id is unique within this directory. */
  promptId(event: string): string {
    return shortHash(`${this.#options.directory} ${event}`, 8);
  }
}
