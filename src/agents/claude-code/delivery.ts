import type { Cancel, Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { WatchedTime } from '../../base/watched-time.ts';
import type { TurnInput } from '../../model/message.ts';
import type { SessionNumber } from '../../model/session.ts';
import type { Acknowledgement, Delivered } from '../../contracts/agent.ts';
import type { ExpectationFile } from './expectation.ts';
import { isAgentsOwnPrompt } from './hook-events.ts';
import { carefulPace, usualPace } from './input-box.ts';
import type { InputBoxTypist } from './input-box.ts';
import type { PromptQueue } from './prompt-queue.ts';
import { isSamePrompt, promptText } from './prompt-text.ts';
import { RecordOfExpected } from './record-of-expected.ts';
import type { TranscriptEntry } from './transcript.ts';

/** What a prompt that the agent is about to accept is to us. */
export type PromptVerdict =
  | { readonly kind: 'ours'; readonly message: string }
  /** Our text, altered on its way: the agent must not accept it. */
  | { readonly kind: 'altered' }
  /** Somebody else’s. */
  | { readonly kind: 'other' };

export interface DeliveryOptions {
  readonly session: SessionNumber;
  readonly typist: InputBoxTypist;
  readonly expectation: ExpectationFile;
  readonly queue: Pick<PromptQueue, 'find'>;
  readonly clock: Clock;
  readonly log: Log;
  /** @throws BridgeError with `not-done` when the agent takes no message this very moment, not even into its queue. */
  readonly assertReady: () => void;
  /** Whether it works, so that a message goes into its queue, and a dialog may open at any time. */
  readonly isBusy: () => boolean;
  /** Whether it works on what runs, so that what is typed now is told by a hook at once. */
  readonly isUnderway: () => boolean;
  /** The same as `assertReady`, asked. */
  readonly isReady: () => boolean;
  /** Looks for new hook events now. */
  readonly sweep: () => void;
  readonly transcriptSize: () => number;
  readonly readTranscript: (from: number) => readonly TranscriptEntry[];
  /** The transcript, not a hook, proved that a prompt began a turn. */
  readonly onFoundInTranscript: (turn: string, message: string) => void;
  /** The transcript, not a hook, proved that a prompt lies in the queue. */
  readonly onFoundInQueue: (message: string, found: FoundInQueue) => void;
  /** The turn that runs. */
  readonly runningTurn: () => string | undefined;
}

export interface FoundInQueue {
  readonly text: string;
  /** Bytes the transcript had before it was typed. */
  readonly from: number;
  /** A hook will tell of it when it leaves the queue. */
  readonly unheard: boolean;
}

type Answer =
  | { readonly kind: 'accepted'; readonly turn: string; readonly queued: boolean; readonly by: Acknowledgement['by'] }
  | { readonly kind: 'altered' }
  | { readonly kind: 'silence' };

interface Flight {
  readonly message: string;
  readonly text: string;
  /** Monotonic; of the last Enter. */
  enteredAt: number | undefined;
  answer: Exclude<Answer, { kind: 'silence' }> | undefined;
  wake: (() => void) | undefined;
}

const attempts = 3;
/** From Enter to the hook it takes 50 ms, 250 ms under load; the hook itself waits for 2 s. */
const confirmMs = 2500;
/** A refused text comes back into the box within this time. */
const restoredMs = 1500;
/** The agent writes a prompt into its transcript at most 335 ms after it accepted it. */
const transcriptLagMs = 500;
/** So long a message waits in all for the agent to begin what it has; a hook of the user's may take longer. */
const underwayMs = 2500;

/**
 * Hands one message to the agent: types it, and believes it delivered only when the agent itself says so with the very
 * same words (BX-03). Judges every prompt that the agent is about to accept while a message is on its way. Never sends
 * again what may have arrived (I4). Knows nothing about turns or about what follows.
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #record: RecordOfExpected;
  #flight: Flight | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#record = new RecordOfExpected(options);
  }

  /** See `RunningAgent.deliver`. */
  async deliver(input: TurnInput, signal: AbortSignal | undefined): Promise<Acknowledgement> {
    const { session, expectation, clock, log, assertReady, transcriptSize } = this.#options;
    const text = promptText(input, session);
    if (text === undefined) {
      throw new BridgeError('message-empty', 'Nothing is left of the message that could be typed.', {
        advice: 'Write a text with visible characters.',
      });
    }
    if (this.#flight) throw new BridgeError('agent-busy', 'Another message is being typed.');
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (signal?.aborted === true) throw stopped();
      assertReady();
      expectation.expect(input.message, text, transcriptSize());
      const flight: Flight = { message: input.message, text, enteredAt: undefined, answer: undefined, wake: undefined };
      this.#flight = flight;
      try {
        const answer = await this.#send(flight, attempt, signal);
        if (answer.kind === 'accepted') {
          const afterMs = clock.monotonic() - (flight.enteredAt ?? clock.monotonic());
          return { by: answer.by, turn: answer.turn, afterMs, ...(answer.queued ? { queued: true } : {}) };
        }
      } finally {
        this.#flight = undefined;
      }
      log.warn({ session, message: input.message, attempt }, 'a text arrived altered, was refused, and is typed again');
      await this.#untilRestored();
    }
    await this.#options.typist.clear();
    throw new BridgeError('prompt-altered', `The text arrived altered ${attempts} times and was refused each time.`, {
      advice: 'Send it in smaller parts.',
    });
  }

  /**
   * Judges a prompt that the agent is about to accept, or to put into its queue. `held` says whether its hook still
   * waits for our word.
   */
  judge(prompt: string, turn: string, held: boolean, queued = false): PromptVerdict {
    const expected = this.#options.expectation.current;
    const flight = this.#flight;
    if (flight) {
      if (isSamePrompt(prompt, flight.text)) return this.#accept(flight.message, turn, queued);
      if (isAgentsOwnPrompt(prompt)) return { kind: 'other' };
      if (!held) {
        // Too late to refuse it: the agent has it, such as it is.
        this.#options.log.error({ turn }, 'a text was accepted altered because nobody could refuse it in time');
        return this.#accept(flight.message, turn, queued);
      }
      this.#settle({ kind: 'altered' });
      return { kind: 'altered' };
    }
    // Typed by an earlier daemon, or confirmed after we gave up waiting. A text that was confirmed once and comes again
    // under another turn was typed by somebody else.
    const isQueuedAlready = expected !== undefined && this.#options.queue.find(expected.message) !== undefined;
    if (expected && !isQueuedAlready && isSamePrompt(prompt, expected.text) && (expected.turn ?? turn) === turn) {
      return this.#accept(expected.message, turn, queued);
    }
    return { kind: 'other' };
  }

  /** Whether this very text is on its way. */
  isTyping(prompt: string): boolean {
    return this.#flight !== undefined && isSamePrompt(prompt, this.#flight.text);
  }

  /** See `RunningAgent.wasDelivered`. */
  async wasDelivered(message: string): Promise<Delivered> {
    const { expectation, sweep, clock, typist } = this.#options;
    sweep();
    const queued = this.#inQueue(message);
    if (queued) return queued;
    // Nothing is typed before it is written down: what is not written down was never typed.
    if (expectation.current?.message !== message) return { delivered: 'no' };
    if (expectation.current.turn !== undefined) return { delivered: 'yes', turn: expectation.current.turn };
    await clock.sleep(transcriptLagMs);
    sweep();
    const found = this.#record.turn();
    if (found !== undefined) return { delivered: 'yes', turn: found };
    const place = await typist.find(expectation.current.text);
    if (place === 'box') await typist.clear();
    else this.#foundUnheard(place);
    sweep();
    const late = this.#inQueue(message);
    if (late) return late;
    const turn = this.#record.turn();
    return turn === undefined ? { delivered: 'no' } : { delivered: 'yes', turn };
  }

  /** What the queue knows: a message that has left it for no turn was not delivered. */
  #inQueue(message: string): Delivered | undefined {
    const found = this.#options.queue.find(message);
    if (!found) return undefined;
    if (found.lies) return { delivered: 'yes', turn: undefined, queued: true };
    return found.turn === undefined ? { delivered: 'no' } : { delivered: 'yes', turn: found.turn };
  }

  /** The agent is gone: whoever waits for its word waits in vain. */
  agentEnded(): void {
    this.#flight?.wake?.();
  }

  async #send(flight: Flight, attempt: number, signal: AbortSignal | undefined): Promise<Answer> {
    const { typist, assertReady, isBusy, isUnderway, clock } = this.#options;
    const mayGoOn = async (): Promise<void> => {
      if (signal?.aborted === true) throw stopped();
      // Somebody at the desk pressed Enter on half of our text.
      if (flight.answer !== undefined) throw new BridgeError('delivery-disturbed', 'Somebody typed in between.');
      assertReady();
      // While it works a dialog may be drawn at any moment, before any file says so. One that was just drawn ignores
      // keys for 150 ms: longer than it takes from this look to the keys that follow it.
      if (isBusy()) await typist.look();
    };
    let patienceMs = underwayMs;
    // What is entered while it takes in another prompt lies in its queue without any hook until that turn is over.
    const untilUnderway = async (): Promise<void> => {
      for (let pause = 25; patienceMs > 0 && isBusy() && !isUnderway(); pause = Math.min(pause * 2, 200)) {
        await clock.sleep(pause);
        patienceMs -= pause;
        await mayGoOn();
      }
    };
    try {
      await untilUnderway();
      await typist.clear();
      // The space keeps a completion or a trailing backslash from swallowing the Enter; the agent trims it.
      await typist.type(`${flight.text} `, attempt === 1 ? usualPace : carefulPace, mayGoOn);
      await untilUnderway();
    } catch (error) {
      await this.#takeBack();
      throw error;
    }
    flight.enteredAt = clock.monotonic();
    await this.#enter();
    const answer = await this.#answer(flight);
    return answer.kind === 'silence' ? this.#lookAgain(flight) : answer;
  }

  async #lookAgain(flight: Flight): Promise<Answer> {
    try {
      return await this.#lookForText(flight);
    } catch (cause) {
      if (cause instanceof BridgeError && cause.code === 'prompt-not-taken') throw cause;
      throw new BridgeError('delivery-unconfirmed', 'The agent did not confirm the message.', {
        advice: 'It is looked up before it is sent again.',
        cause,
      });
    }
  }

  /** I4: no word came. Looks where the text is before anything else is done. */
  async #lookForText(flight: Flight): Promise<Answer> {
    const { typist, sweep, log, session, clock } = this.#options;
    for (let round = 0; round < 2; round++) {
      sweep();
      const known = flight.answer ?? this.#foundInTranscript(flight);
      if (known) return known;
      const place = await typist.find(flight.text);
      const late = flight.answer ?? this.#foundUnheard(place);
      if (late) return late;
      if (place === 'box' && round === 0) {
        // A completion, or the note about an invisible character, swallowed the Enter.
        this.#options.assertReady();
        log.info({ session, message: flight.message }, 'the text is still in the box; Enter is pressed once more');
        flight.enteredAt = clock.monotonic();
        await this.#enter();
      } else if (place === 'box') {
        await typist.clear();
        sweep();
        const latest = flight.answer ?? this.#foundInTranscript(flight);
        if (latest) return latest;
        throw new BridgeError('prompt-not-taken', 'The agent left the text in its input box.', {
          advice: 'Look at the terminal.',
        });
      }
      const answer = await this.#answer(flight);
      if (answer.kind !== 'silence') return answer;
    }
    throw new Error('neither a hook, nor the transcript, nor the input box has the text');
  }

  async #enter(): Promise<void> {
    try {
      await this.#options.typist.enter();
    } catch (cause) {
      throw new BridgeError('delivery-unconfirmed', 'The terminal was lost with the last key.', {
        cause,
      });
    }
  }

  #answer(flight: Flight): Promise<Answer> {
    if (flight.answer) return Promise.resolve(flight.answer);
    return new Promise((resolve) => {
      let cancel: Cancel | undefined = undefined;
      flight.wake = () => {
        cancel?.();
        flight.wake = undefined;
        resolve(flight.answer ?? { kind: 'silence' });
      };
      cancel = this.#options.clock.after(confirmMs, () => flight.wake?.());
    });
  }

  #accept(message: string, turn: string, queued: boolean): PromptVerdict {
    // Of what lies in its queue the agent has yet to say which turn it becomes part of.
    if (!queued) this.#options.expectation.confirm(turn);
    this.#settle({ kind: 'accepted', turn, queued, by: 'hook' });
    return { kind: 'ours', message };
  }

  #settle(answer: Flight['answer']): void {
    if (!this.#flight) return;
    this.#flight.answer = answer;
    // After this event was told: what is promised to the bridge is on its disk first (I1).
    queueMicrotask(() => this.#flight?.wake?.());
  }

  #foundInTranscript(flight: Flight): Flight['answer'] {
    const turn = this.#record.turn();
    if (turn === undefined) return this.#record.isQueued() ? this.#foundInQueue(false) : undefined;
    this.#options.onFoundInTranscript(turn, flight.message);
    return { kind: 'accepted', turn, queued: false, by: 'transcript' };
  }

  /**
   * What went into the queue without a hook, while the box does not hold the text any more, is ours. The screen shows it at
   * once; the record tells of it when the agent works on the prompt before, and without the text.
   */
  #foundUnheard(place: 'box' | 'queue' | undefined): Flight['answer'] {
    if (place === 'queue') return this.#foundInQueue(true, 'screen');
    return place === undefined && this.#record.isSomethingQueuedUnheard() ? this.#foundInQueue(true) : undefined;
  }

  #foundInQueue(unheard: boolean, by: Acknowledgement['by'] = 'transcript'): Flight['answer'] {
    const { expectation, runningTurn, onFoundInQueue } = this.#options;
    const running = runningTurn();
    if (running === undefined || !expectation.current) return undefined;
    const { message, text, transcriptFrom: from } = expectation.current;
    onFoundInQueue(message, { text, from, unheard });
    return { kind: 'accepted', turn: running, queued: true, by };
  }

  /** A refused text comes back into the box after a moment; typing before that would add to it. */
  async #untilRestored(): Promise<void> {
    const { clock, typist, isReady } = this.#options;
    const waited = new WatchedTime(clock);
    while (waited.elapsed() < restoredMs && (!isReady() || (await typist.look()).text === '')) await clock.sleep(30);
  }

  /** Leaves no half text behind, as far as that is possible without typing into a dialog. */
  async #takeBack(): Promise<void> {
    try {
      this.#options.assertReady();
      await this.#options.typist.clear();
    } catch (error) {
      this.#options.log.info({ error }, 'a half typed text stays in the box; it is cleared before the next one');
    }
  }
}

function stopped(): BridgeError {
  return new BridgeError('delivery-stopped', 'The delivery was stopped before it was complete.');
}
