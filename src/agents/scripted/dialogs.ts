import type { Cancel, Clock } from '../../base/clock.ts';
import type { Key } from './input-decoder.ts';
import type { MailboxWriter } from './mailbox-writer.ts';
import type { Dialog } from './script.ts';
import type { Decision } from './turn-runner.ts';

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
 * One question on the screen. Whoever is first decides: keys at the desk, or an answer in the mailbox. It takes keys
 * as a real agent's dialog does: `y` or Enter is a yes, also when somebody only meant to type a message.
 */
export class OpenDialog {
  readonly #options: OpenDialogOptions;
  readonly #opened: number;
  #timer: Cancel | undefined;
  #decided = false;

  constructor(options: OpenDialogOptions) {
    this.#options = options;
    this.#opened = options.clock.monotonic();
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
    const characters = key.key === 'text' ? Array.from(key.text) : [key.key];
    for (const character of characters) {
      const decision = this.#decisionOfKey(character);
      if (!decision) continue;
      this.#decide(decision, 'desk');
      return;
    }
  }

  rows(): readonly string[] {
    const { dialog } = this.#options;
    const choices = dialog.choices.map((choice, index) => `  ${index + 1}. ${choice}`);
    const keys = choices.length > 0 ? '1-9 choose, Enter = 1, n = no answer' : 'y or Enter = yes, n = no';
    return [`? ${dialog.prompt}: ${dialog.tool} ${JSON.stringify(dialog.input)}`, ...choices, `  (${keys})`];
  }

  #decisionOfKey(key: string): Decision | undefined {
    const { choices } = this.#options.dialog;
    const chosen = choices[key === 'enter' || key === 'y' ? 0 : Number(key) - 1];
    if (chosen !== undefined) return { kind: 'choose', choice: chosen };
    if (key === 'enter' || key === 'y') return { kind: 'allow' };
    return key === 'n' || key === 'escape' || key === 'interrupt' ? { kind: 'deny', message: undefined } : undefined;
  }

  #decide(decision: Decision, by: 'bridge' | 'desk' | 'expired'): void {
    if (this.#decided) return;
    this.#decided = true;
    this.#timer?.();
    this.#options.mailbox.forget(this.#options.id);
    this.#options.onDecided(decision, by);
  }
}

/** What an answer says; undefined when it decides nothing. */
function decisionOf(answer: Readonly<Record<string, unknown>>, dialog: Dialog): Decision | undefined {
  const { behavior, message, answers } = answer;
  switch (behavior) {
    case 'allow':
      return { kind: 'allow' };
    case 'deny':
      return { kind: 'deny', message: typeof message === 'string' ? message : undefined };
    case 'choose': {
      const given = typeof answers === 'object' && answers !== null ? Object.values(answers).map(String) : [];
      return given.length > 0 && dialog.prompt === 'question'
        ? { kind: 'choose', choice: given.join(', ') }
        : { kind: 'allow' };
    }
    default:
      return undefined;
  }
}

/** Often at first, then slower: a decision that takes long may take half a second longer. */
function pauseAfter(waitedMs: number): number {
  if (waitedMs < 500) return 20;
  return waitedMs < 5000 ? 100 : 500;
}
