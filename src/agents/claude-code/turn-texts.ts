import { shortHash } from '../../base/ids.ts';

/** A message of the agent as it comes in pieces, in any order. */
interface Pieces {
  readonly deltas: Map<number, string>;
  last: number | undefined;
  done: boolean;
}

/** A whole message. */
export interface WholeText {
  /** Stable over repetitions. */
  readonly key: string;
  readonly text: string;
}

/** What was told of a turn, in a form that can be kept. */
export interface ToldTexts {
  /** Hashes of the texts, by key. */
  readonly told: Readonly<Record<string, string>>;
  /** Hashes of those that were told since the last tool ran: the final text can only be one of them. */
  readonly sinceTools: readonly string[];
}

/**
 * What the agent said within one turn, and what of it was told already. Pieces arrive out of order; the final text
 * arrives once more with the end of the turn, before or after its pieces; the transcript has it all a third time.
 * Pure: it keeps what it is given and decides what is news.
 */
export class TurnTexts {
  readonly #turn: string;
  readonly #messages = new Map<string, Pieces>();
  readonly #told: Map<string, string>;
  /** The texts told by this process, comparable. */
  readonly #words: string[] = [];
  #sinceTools: string[];
  /** Final texts that were told before their pieces came. */
  readonly #finals = new Set<string>();

  /** @param kept what an earlier process told of this turn. */
  constructor(turn: string, kept: ToldTexts = { told: {}, sinceTools: [] }) {
    this.#turn = turn;
    this.#told = new Map(Object.entries(kept.told));
    this.#sinceTools = [...kept.sinceTools];
  }

  /** Hashes of what was told since the last tool ran. */
  get sinceTools(): readonly string[] {
    return this.#sinceTools;
  }

  /** Takes a piece; gives the message when it is whole for the first time, and is news. */
  piece(message: string, index: number, final: boolean, delta: string): WholeText | undefined {
    const pieces = this.#messages.get(message) ?? { deltas: new Map(), last: undefined, done: false };
    this.#messages.set(message, pieces);
    pieces.deltas.set(index, delta);
    if (final) pieces.last = index;
    if (pieces.done || pieces.last === undefined || pieces.deltas.size <= pieces.last) return undefined;
    pieces.done = true;
    const text = joined(pieces);
    // The end of the turn may have said it already.
    if (this.#told.has(keyOf(message)) || this.#finals.has(hashOfText(text))) return undefined;
    return this.#note(keyOf(message), text);
  }

  /** Whether nothing more is needed from a message's pieces. */
  isDone(message: string): boolean {
    return this.#messages.get(message)?.done === true;
  }

  /** A tool has run: what comes now is another message. */
  toolsRan(): void {
    this.#sinceTools = [];
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
      if (pieces.done) continue;
      pieces.done = true;
      const part = joined(pieces);
      const whole = sources.find((text) => comparable(text).includes(comparable(part))) ?? part;
      if (!this.#isTold(whole)) left.push(this.#note(keyOf(id), whole));
    }
    for (const { id, text } of transcript) {
      if (!this.#isTold(text) && !(final !== undefined && hashOfText(text) === hashOfText(final))) {
        left.push(this.#note(`transcript:${id}`, text));
      }
    }
    if (final !== undefined && final.trim() !== '' && !this.#sinceTools.includes(hashOfText(final))) {
      left.push(this.#note(`final:${this.#turn}`, final));
      this.#finals.add(hashOfText(final));
    }
    return left;
  }

  #isTold(text: string): boolean {
    const wanted = comparable(text);
    if (wanted === '') return true;
    const hash = shortHash(wanted, 16);
    return [...this.#told.values()].includes(hash) || this.#words.some((words) => words.includes(wanted));
  }

  #note(key: string, text: string): WholeText {
    this.#told.set(key, hashOfText(text));
    this.#words.push(comparable(text));
    this.#sinceTools.push(hashOfText(text));
    return { key, text };
  }
}

function keyOf(message: string): string {
  return `text:${message}`;
}

function joined({ deltas }: Pieces): string {
  return [...deltas.entries()]
    .sort(([left], [right]) => left - right)
    .map(([, delta]) => delta)
    .join('');
}

/** Equal for texts that differ in white space only. */
export function hashOfText(text: string): string {
  return shortHash(comparable(text), 16);
}

function comparable(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
