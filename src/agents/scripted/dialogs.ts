import type { Cancel, Clock } from '../../base/clock.ts';
import { decisionOf } from './decision.ts';
import type { Decision } from './decision.ts';
import { DeskChoice } from './desk-choice.ts';
import type { Key } from './input-decoder.ts';
import type { MailboxWriter } from './mailbox-writer.ts';
import type { Dialog } from './practice-dialogs.ts';

/** Milliseconds a person has, unless the dialog says otherwise: a day. */
const usualPatienceMs = 86_400_000;

/** Milliseconds in which a dialog that was just drawn takes no keys but Escape: they were meant for the box. */
const deafMs = 150;

export interface OpenDialogOptions {
  readonly dialog: Dialog;
  /** The id of the event that told it. */
  readonly id: string;
  readonly mailbox: MailboxWriter;
  readonly clock: Clock;
  /** Told once. */
  readonly onDecided: (decision: Decision, by: 'bridge' | 'desk' | 'expired') => void;
}

/**
 * One dialog on the screen. Whoever is first decides: keys at the desk, or an answer in the mailbox. Owns its time.
 * Knows nothing about what keys mean.
 */
export class OpenDialog {
  readonly #options: OpenDialogOptions;
  readonly #opened: number;
  readonly #desk: DeskChoice;
  #timer: Cancel | undefined;
  #decided = false;

  constructor(options: OpenDialogOptions) {
    this.#options = options;
    this.#opened = options.clock.monotonic();
    this.#desk = new DeskChoice(options.dialog);
  }

  /** Begins to look for an answer. */
  watch(): void {
    const { clock, mailbox, id, dialog } = this.#options;
    const waited = clock.monotonic() - this.#opened;
    const { patienceMs = usualPatienceMs } = dialog;
    const answer = mailbox.take(id);
    const decision = answer && decisionOf(answer, dialog);
    if (decision) this.#decide(decision, 'bridge');
    else if (waited >= patienceMs) this.#decide({ kind: 'deny', message: 'nobody answered in time' }, 'expired');
    else this.#timer = clock.after(pauseAfter(waited), () => this.watch());
  }

  press(key: Key): void {
    const { clock } = this.#options;
    const isDeaf = clock.monotonic() - this.#opened < deafMs && key.key !== 'escape' && key.key !== 'interrupt';
    if (this.#decided || isDeaf) return;
    const decision = this.#desk.press(key);
    if (decision) this.#decide(decision, 'desk');
  }

  rows(): readonly string[] {
    return this.#desk.rows();
  }

  #decide(decision: Decision, by: 'bridge' | 'desk' | 'expired'): void {
    if (this.#decided) return;
    this.#decided = true;
    this.#timer?.();
    this.#options.mailbox.forget(this.#options.id);
    this.#options.onDecided(decision, by);
  }
}

/** Often at first, then slower: a decision that takes long may take half a second longer. */
function pauseAfter(waitedMs: number): number {
  if (waitedMs < 500) return 20;
  return waitedMs < 5000 ? 100 : 500;
}
