import type { Clock } from '../../base/clock.ts';
import { newUuid } from '../../base/ids.ts';
import type { History } from './history.ts';
import type { MailboxWriter } from './mailbox-writer.ts';
import { postWithDp } from './post-with-dp.ts';
import type { Decision } from './decision.ts';
import type { Permissions } from './permissions.ts';
import type { Dialog } from './practice-dialogs.ts';
import { runTurn } from './turn-runner.ts';
import type { TurnEnd } from './turn-runner.ts';

export interface TurnLoopOptions {
  readonly generation: number;
  readonly mailbox: MailboxWriter;
  readonly history: History;
  readonly permissions: Permissions;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The turn or the queue changed; comes before the event that says so. */
  readonly onChange: () => void;
  /** Shown on the screen only. */
  readonly show: (text: string) => void;
  /** A word for the person at the terminal. */
  readonly note: (text: string) => void;
  /** Asks a person. Rejects when the signal is aborted. */
  readonly ask: (turn: string, dialog: Dialog, signal: AbortSignal) => Promise<Decision>;
  /** Ends the process, everything put right. */
  readonly leave: () => never;
  /** Ends the process at once. */
  readonly crash: (code: number) => never;
  /** Blocks the process. */
  readonly hang: () => void;
}

/** Milliseconds a listening daemon has to confirm a prompt before the agent goes on without it. */
const confirmMs = 2000;

/** Milliseconds after the end of a turn until what is said late. */
const lateMs = 100;

interface Turn {
  readonly id: string;
  readonly stop: AbortController;
}

/** A prompt that was read: the id of its event, and its text. */
interface Prompt {
  readonly id: string;
  readonly text: string;
}

/**
 * The turns of the practice agent, one after the other. Owns the one that runs and the queue: what is read meanwhile
 * becomes part of it when it uses tools, and else, all of it together, the turn after it. Knows nothing about the screen.
 */
export class TurnLoop {
  readonly #options: TurnLoopOptions;
  #turn: Turn | undefined;
  #queue: Prompt[] = [];

  constructor(options: TurnLoopOptions) {
    this.#options = options;
  }

  /** The turn that runs. */
  get turn(): string | undefined {
    return this.#turn?.id;
  }

  /** How many prompts are queued. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Stops the turn that runs; what is queued begins the next one at once. */
  interrupt(): void {
    this.#turn?.stop.abort();
  }

  /** Reads a prompt. Resolves when everything that follows from it is done. */
  async submit(text: string): Promise<void> {
    const running = this.#turn;
    const turn = running ?? this.#begin();
    const id = this.#leave('prompt', { turn: turn.id, text, queued: running !== undefined });
    const refusal = await this.#confirmation(id);
    if (refusal !== undefined) {
      this.#options.note(refusal);
      if (running !== undefined) return;
      this.#end();
      if (this.#queue.length > 0) await this.#work(...this.#takeQueue());
      return;
    }
    if (running !== undefined) this.#queue.push({ id, text });
    else this.#remember(turn, [{ id, text }]);
    // The turn may have ended while the prompt was confirmed.
    if (running === undefined) await this.#work(turn, [text]);
    else if (this.#turn) this.#options.onChange();
    else await this.#work(...this.#takeQueue());
  }

  async #work(first: Turn, texts: readonly string[]): Promise<void> {
    let [turn, todo] = [first, texts];
    for (;;) {
      const end = await this.#run(turn, todo);
      const isNext = this.#queue.length > 0 && !end.leave;
      if (!isNext) this.#end();
      const { outcome, reason, late, leave } = end;
      this.#leave('end', { turn: turn.id, outcome, next: isNext, ...(reason === undefined ? {} : { reason }) });
      if (outcome !== 'completed') this.#options.show(`(${outcome}${reason === undefined ? '' : `: ${reason}`})\n`);
      if (late.length > 0) await this.#options.clock.sleep(lateMs);
      for (const text of late) this.#say(turn, text);
      if (leave) this.#options.leave();
      if (!isNext) return;
      [turn, todo] = this.#takeQueue();
    }
  }

  #run(turn: Turn, texts: readonly string[]): Promise<TurnEnd> {
    const { clock, environment, history, permissions, show, ask, crash, hang } = this.#options;
    return runTurn(texts, turn.stop.signal, {
      clock,
      environment,
      count: () => history.count,
      say: (words) => this.#say(turn, words),
      absorb: () => this.#absorb(turn),
      show,
      permissions,
      ask: (dialog, signal) => ask(turn.id, dialog, signal),
      post: (words) => postWithDp(words, environment),
      crash,
      hang,
    });
  }

  /** All that waits begins a turn. */
  #takeQueue(): [Turn, readonly string[]] {
    const prompts = this.#queue.splice(0);
    const turn = this.#begin();
    this.#leave('taken', { turn: turn.id, fresh: true, prompts });
    this.#remember(turn, prompts);
    return [turn, prompts.map(({ text }) => text)];
  }

  /** All that waits becomes part of the turn that runs. */
  #absorb(turn: Turn): readonly string[] {
    const prompts = this.#queue.splice(0);
    if (prompts.length === 0) return [];
    this.#options.onChange();
    this.#leave('taken', { turn: turn.id, fresh: false, prompts });
    this.#remember(turn, prompts);
    return prompts.map(({ text }) => text);
  }

  #remember(turn: Turn, prompts: readonly Prompt[]): void {
    const { history, clock, show } = this.#options;
    for (const { text } of prompts) {
      history.add({ turn: turn.id, at: clock.now(), text });
      show(`> ${text}\n`);
    }
  }

  #begin(): Turn {
    const turn = { id: newUuid(), stop: new AbortController() };
    this.#turn = turn;
    this.#options.onChange();
    return turn;
  }

  #end(): void {
    this.#turn = undefined;
    this.#options.onChange();
  }

  #say({ id }: Turn, text: string): void {
    this.#leave('text', { turn: id, text });
    this.#options.show(`${text}\n`);
  }

  #leave(kind: string, event: Readonly<Record<string, unknown>>): string {
    const { mailbox, generation } = this.#options;
    return mailbox.leave(kind, { ...event, generation });
  }

  /** Waits for the daemon's word on a prompt, when there is one: what it was that it received. */
  async #confirmation(id: string): Promise<string | undefined> {
    const { clock, mailbox } = this.#options;
    const deadline = clock.monotonic() + confirmMs;
    while (mailbox.hasListener() && clock.monotonic() < deadline) {
      const answer = mailbox.take(id);
      if (answer) return answer.decision === 'block' ? String(answer.reason) : undefined;
      await clock.sleep(5);
    }
    return undefined;
  }
}
