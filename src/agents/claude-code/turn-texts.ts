/** A message of the agent as it comes in pieces, in any order. */
interface Pieces {
  readonly deltas: Map<number, string>;
  last: number | undefined;
  told: boolean;
}

/** A whole message. */
export interface WholeText {
  /** Stable over repetitions. */
  readonly key: string;
  readonly text: string;
}

/**
 * What the agent said within one turn, and what of it was told already. Pieces arrive out of order; the final text
 * arrives once more with the end of the turn, before or after its pieces; the transcript has it all a third time.
 * Pure: it keeps what it is given and decides what is news.
 */
export class TurnTexts {
  readonly #turn: string;
  readonly #messages = new Map<string, Pieces>();
  readonly #told: string[] = [];
  /** Texts told since the last tool ran: the final text can only be one of them. */
  #toldSinceTools: string[] = [];
  /** Final texts that were told before their pieces came. */
  readonly #finals = new Set<string>();

  constructor(turn: string) {
    this.#turn = turn;
  }

  /** Takes a piece; gives the message when it is whole for the first time. */
  piece(message: string, index: number, final: boolean, delta: string): WholeText | undefined {
    const pieces = this.#messages.get(message) ?? { deltas: new Map(), last: undefined, told: false };
    this.#messages.set(message, pieces);
    pieces.deltas.set(index, delta);
    if (final) pieces.last = index;
    if (pieces.told || pieces.last === undefined || pieces.deltas.size <= pieces.last) return undefined;
    pieces.told = true;
    const text = joined(pieces);
    // The end of the turn may have said it already.
    if (this.#finals.has(comparable(text))) return undefined;
    return this.#note(`text:${message}`, text);
  }

  /** A tool has run: what comes now is another message. */
  toolsRan(): void {
    this.#toldSinceTools = [];
  }

  /**
   * The turn is over and nothing more is on its way: gives what is left to be told. Messages with missing pieces are
   * completed from the final text or the transcript, else told as far as they came.
   */
  settle(
    final: string | undefined,
    transcript: readonly { readonly id: string; readonly text: string }[],
  ): readonly WholeText[] {
    const left: WholeText[] = [];
    const sources = [...(final === undefined ? [] : [final]), ...transcript.map(({ text }) => text)];
    for (const [id, pieces] of this.#messages) {
      if (pieces.told) continue;
      pieces.told = true;
      const part = joined(pieces);
      const whole = sources.find((text) => comparable(text).includes(comparable(part))) ?? part;
      if (!this.#isTold(whole)) left.push(this.#note(`text:${id}`, whole));
    }
    for (const { id, text } of transcript) {
      if (!this.#isTold(text) && !(final !== undefined && comparable(text) === comparable(final))) {
        left.push(this.#note(`transcript:${id}`, text));
      }
    }
    if (final !== undefined && final.trim() !== '' && !this.#toldSinceTools.includes(comparable(final))) {
      left.push(this.#note(`final:${this.#turn}`, final));
      this.#finals.add(comparable(final));
    }
    return left;
  }

  #isTold(text: string): boolean {
    const wanted = comparable(text);
    return wanted === '' || this.#told.some((told) => told.includes(wanted));
  }

  #note(key: string, text: string): WholeText {
    this.#told.push(comparable(text));
    this.#toldSinceTools.push(comparable(text));
    return { key, text };
  }
}

function joined({ deltas }: Pieces): string {
  return [...deltas.entries()]
    .sort(([left], [right]) => left - right)
    .map(([, delta]) => delta)
    .join('');
}

/** Texts are equal when they differ in white space only. */
function comparable(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
