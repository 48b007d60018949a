import type { Clock } from '../../base/clock.ts';
import { BridgeError, describeError } from '../../base/errors.ts';
import { WatchedTime } from '../../base/watched-time.ts';
import type { Acknowledgement } from '../../contracts/agent.ts';
import type { Terminal } from '../../contracts/terminal.ts';
import type { Mailbox } from '../mailbox/mailbox.ts';
import type { AgentStateFile } from './agent-files.ts';
import { textHash } from './history.ts';
import type { TypedMessages } from './typed-messages.ts';

export interface PromptTyperOptions {
  readonly terminal: Terminal;
  /** The terminal's name. */
  readonly name: string;
  readonly clock: Clock;
  readonly mailbox: Mailbox;
  readonly typed: TypedMessages;
  readonly readState: () => AgentStateFile | undefined;
}

/** What became of a prompt that was typed. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly message: string; readonly turn: string; readonly queued: boolean }
  /** The program read something else, and was told to drop it. */
  | { readonly kind: 'garbled' }
  | { readonly kind: 'dead' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'stopped' };

/** Milliseconds from Enter to the program's event; it needs about 20. */
const acceptMs = 5000;

/** Milliseconds for emptying the input box. */
const clearMs = 1000;

/** Milliseconds until the program has dropped a text that it was told to drop; on a quiet machine it needs five. */
const settleMs = 500;

/** How often a text that was not read as it was typed is typed again. */
const maxTries = 3;

/**
 * Types one message at a time and waits for the proof that the agent has it. Owns the delivery under way; is told the
 * verdict by whoever hears the agent. Knows nothing about what else the agent says.
 */
export class PromptTyper {
  readonly #options: PromptTyperOptions;
  #typing: string | undefined;
  #message: string | undefined;
  #verdict: ((verdict: Verdict) => void) | undefined;
  #ended = false;

  constructor(options: PromptTyperOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#message !== undefined;
  }

  /** The text that is being typed. */
  get typing(): string | undefined {
    return this.#typing;
  }

  /** The agent was heard. A verdict about another message than the one under way changes nothing. */
  resolve(verdict: Verdict): void {
    if (verdict.kind === 'accepted' && verdict.message !== this.#message) return;
    this.#verdict?.(verdict);
  }

  /** Nobody hears the agent any more. */
  end(): void {
    this.#ended = true;
    this.resolve({ kind: 'stopped' });
  }

  /** @throws BridgeError as `RunningAgent.deliver`. */
  async deliver(message: string, text: string, signal?: AbortSignal): Promise<Acknowledgement> {
    this.#message = message;
    this.#typing = text;
    try {
      for (let attempt = 1; attempt <= maxTries; attempt++) {
        const entered = await this.#type(message, text, signal);
        const verdict = await entered.verdict;
        if (verdict.kind === 'accepted') {
          const afterMs = this.#options.clock.monotonic() - entered.at;
          return { by: 'hook', turn: verdict.turn, afterMs, ...(verdict.queued ? { queued: true } : {}) };
        }
        if (verdict.kind !== 'garbled') throw await this.#failure(verdict);
        await this.#settledFile();
      }
      throw new BridgeError('agent-garbled', `The agent did not read the text as it was typed, ${maxTries} times.`);
    } catch (error) {
      if (error instanceof BridgeError && error.happened === 'not-done') this.#options.typed.forget(message);
      throw error;
    } finally {
      this.#message = undefined;
      this.#typing = undefined;
      this.#verdict = undefined;
    }
  }

  /** Types the text and presses Enter. */
  async #type(
    message: string,
    text: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly at: number; readonly verdict: Promise<Verdict> }> {
    const { terminal, name, clock, typed } = this.#options;
    this.#refuseUnlessTakes(signal);
    await this.#emptyBox();
    typed.expect(message, textHash(text), clock.now());
    const verdict = this.#nextVerdict(signal);
    try {
      await terminal.type(name, text);
      this.#refuseUnlessTakes(signal); // In a dialog that somebody opened meanwhile, Enter would be a yes.
    } catch (error) {
      await this.#takeBack();
      if (error instanceof BridgeError && error.happened === 'not-done') throw error;
      throw new BridgeError('agent-unreachable', `The text could not be typed: ${describeError(error)}.`, {
        cause: error,
      });
    }
    const at = clock.monotonic();
    await terminal.keys(name, ['Enter']);
    return { at, verdict: this.#withDeadline(verdict) };
  }

  /** A program that was told to drop a text says so in its state file only: waits for the file. */
  async #settledFile(): Promise<void> {
    const { clock, readState } = this.#options;
    const waited = new WatchedTime(clock);
    while (readState()?.status !== 'idle' && waited.elapsed() < settleMs) await clock.sleep(5);
  }

  /** Removes what stands in the input box: an earlier try, or what somebody began to type. */
  async #emptyBox(): Promise<void> {
    const { readState } = this.#options;
    if (readState()?.draft !== true) return;
    await this.#takeBack();
    if (readState()?.draft === true)
      throw new BridgeError('agent-input-stuck', 'The input box of the agent cannot be emptied.');
  }

  async #takeBack(): Promise<void> {
    const { terminal, name, clock, readState } = this.#options;
    try {
      await terminal.keys(name, ['C-u']);
    } catch (error) {
      if (error instanceof BridgeError) return; // Without a terminal there is no box.
      throw error;
    }
    const waited = new WatchedTime(clock);
    while (readState()?.draft === true && waited.elapsed() < clearMs) await clock.sleep(10);
  }

  /** It takes a text when it is idle, and into its queue when it is busy; a dialog would take it for keys. */
  #refuseUnlessTakes(signal: AbortSignal | undefined): void {
    if (this.#ended || signal?.aborted) throw new BridgeError('delivery-stopped', 'The delivery was stopped.');
    const status = this.#options.readState()?.status;
    if (status !== 'idle' && status !== 'busy')
      throw new BridgeError('agent-not-idle', `The agent is ${status ?? 'gone'}.`);
  }

  #nextVerdict(signal: AbortSignal | undefined): Promise<Verdict> {
    return new Promise((resolve) => {
      const stop = (): void => resolve({ kind: 'stopped' });
      signal?.addEventListener('abort', stop, { once: true });
      this.#verdict = (verdict) => {
        signal?.removeEventListener('abort', stop);
        resolve(verdict);
      };
    });
  }

  #withDeadline(verdict: Promise<Verdict>): Promise<Verdict> {
    const cancel = this.#options.clock.after(acceptMs, () => this.resolve({ kind: 'silent' }));
    return verdict.finally(cancel);
  }

  /** What can be said about a text that was entered and not accepted. */
  async #failure({ kind }: Verdict): Promise<BridgeError> {
    const { mailbox, readState } = this.#options;
    // The program tells a prompt before it works on it: one that died without a word did not begin.
    if (kind === 'dead') return new BridgeError('agent-gone', 'The agent ended before it took the message.');
    if (kind === 'silent') {
      const inBox = readState()?.draft === true;
      await this.#takeBack();
      mailbox.sweep();
      if (inBox && readState()?.draft === false)
        return new BridgeError('agent-silent', 'The agent did not take the message.');
    }
    return new BridgeError('delivery-unsure', 'The agent has not confirmed the message.', {
      advice: 'It is looked for before it is sent again.',
    });
  }
}
