import type { ExpectationFile } from './expectation.ts';
import { isSamePrompt } from './prompt-text.ts';
import type { TranscriptEntry } from './transcript.ts';

export interface RecordOfExpectedOptions {
  readonly expectation: ExpectationFile;
  readonly readTranscript: (from: number) => readonly TranscriptEntry[];
}

/** What the agent itself recorded of the message that was typed last. Knows nothing about hooks and the screen. */
export class RecordOfExpected {
  readonly #options: RecordOfExpectedOptions;

  constructor(options: RecordOfExpectedOptions) {
    this.#options = options;
  }

  /** The turn under which the agent recorded the expected text, if it did. */
  turn(): string | undefined {
    const { expectation } = this.#options;
    if (expectation.current?.turn !== undefined) return expectation.current.turn;
    for (const entry of this.#entries()) {
      if (entry.kind !== 'prompt' || !this.#isExpected(entry.text)) continue;
      expectation.confirm(entry.turn);
      return entry.turn;
    }
    return undefined;
  }

  /** Whether it recorded that the expected text went into its queue. */
  isQueued(): boolean {
    return this.#entries().some((entry) => entry.kind === 'queued' && this.#isExpected(entry.text));
  }

  /**
   * Whether it recorded that some text went into its queue, and has not been taken out by hand: what no hook has seen it
   * records without the text.
   */
  isSomethingQueuedUnheard(): boolean {
    const entries = this.#entries();
    const count = (wanted: TranscriptEntry['kind']): number => entries.filter(({ kind }) => kind === wanted).length;
    return count('queued-unheard') > count('returned-unheard');
  }

  #entries(): readonly TranscriptEntry[] {
    const { expectation, readTranscript } = this.#options;
    return expectation.current ? readTranscript(expectation.current.transcriptFrom) : [];
  }

  #isExpected(text: string): boolean {
    const expected = this.#options.expectation.current;
    return expected !== undefined && isSamePrompt(text, expected.text);
  }
}
