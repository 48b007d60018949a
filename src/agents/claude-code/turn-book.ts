import type { Cancel, Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { TurnOutcome } from '../../model/agent.ts';
import type { HookEventOf } from './hook-events.ts';
import type { Teller } from './teller.ts';
import { textsOfTurn } from './transcript.ts';
import type { TranscriptEntry } from './transcript.ts';
import { TurnTexts } from './turn-texts.ts';
import type { WholeText } from './turn-texts.ts';

/** Who put a prompt in. */
export type PromptOrigin =
  | { readonly by: 'bridge'; readonly message: string }
  | { readonly by: 'desk'; readonly text: string }
  | { readonly by: 'agent' };

export interface TurnBookOptions {
  readonly teller: Teller;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes the transcript has now. */
  readonly transcriptSize: () => number;
  /** The transcript from a byte offset on; its last part when the offset is not known. */
  readonly readTranscript: (from: number | undefined) => readonly TranscriptEntry[];
  /** Whether the agent goes on although a turn said it ended (a stop hook of the user's made it go on). */
  readonly goesOn: () => boolean;
  /** A turn began or ended. */
  readonly onChange: () => void;
}

interface Turn {
  readonly id: string;
  readonly texts: TurnTexts;
  /** Mailbox events of this turn, kept until its end is told: a restart reads them again. */
  readonly sources: string[];
  readonly transcriptFrom: number | undefined;
  /** Monotonic. */
  readonly startedAt: number;
  ended: boolean;
  ending: Cancel | undefined;
}

/** Milliseconds after the end of a turn in which its last pieces and its record may still come. */
const settleMs = 200;
/** Milliseconds until a turn that said it ended is ended, even when the agent seems to go on. */
const goesOnMs = 2000;
/** The agent writes a prompt into its transcript 150 ms after it told us, or later. */
const freshMs = 100;
/** Ended turns that are remembered, for pieces that come late. */
const remembered = 20;

/**
 * The turns of one agent: who began each, what was said in it, how it ended. Turns hook events into news in the right
 * order, each piece of text once. Knows nothing about delivery, prompts or states.
 */
export class TurnBook {
  readonly #options: TurnBookOptions;
  readonly #turns = new Map<string, Turn>();
  /** What ends a turn that is being settled, by turn. */
  readonly #pending = new Map<string, () => void>();

  constructor(options: TurnBookOptions) {
    this.#options = options;
  }

  /** The turns that have not ended yet. */
  get open(): readonly string[] {
    return [...this.#turns.values()].filter(({ ended }) => !ended).map(({ id }) => id);
  }

  /** Whether a turn has said that it ended, and is being settled. */
  isEnding(turn: string): boolean {
    return this.#turns.get(turn)?.ending !== undefined;
  }

  /** Monotonic milliseconds when a turn began, as far as we saw it. */
  startedAt(turn: string): number {
    return this.#turns.get(turn)?.startedAt ?? 0;
  }

  /** The agent accepted a prompt. */
  begin(turn: string, origin: PromptOrigin, source: { readonly id: string; readonly at: number } | undefined): void {
    const known = this.#turns.get(turn);
    const book = known ?? this.#add(turn, source && this.#offset(source.at));
    if (source) book.sources.push(source.id);
    // What the agent puts into a turn that runs begins nothing.
    const isNews = !known || known.ended || origin.by !== 'agent';
    book.ended = false; // queued prompts go on under the same id
    if (isNews) this.#options.teller.tell({ kind: 'turn-started', turn, ...origin });
    this.#options.onChange();
  }

  /** A piece of text. */
  display({ id, data }: HookEventOf<'MessageDisplay'>): void {
    const turn = this.#of(data.prompt_id);
    const text = turn.texts.piece(data.message_id, data.index, data.final, data.delta);
    if (text) this.#say(turn, text);
    if (turn.ended) this.#options.teller.forget([id]);
    else turn.sources.push(id);
  }

  /** Tools of the agent itself have run. */
  toolsRan(turn: string | undefined): void {
    if (turn !== undefined) this.#turns.get(turn)?.texts.toolsRan();
  }

  /** The agent says that a turn ended well. What is still on its way is waited for before it is told. */
  stop({ id, data }: HookEventOf<'Stop'>): void {
    const turn = this.#of(data.prompt_id);
    const final = data.last_assistant_message ?? undefined;
    this.#endSoon(turn, id, () => this.#settle(turn, final, 'completed', undefined));
  }

  /** The agent says that a turn failed. */
  fail({ id, data }: HookEventOf<'StopFailure'>): void {
    const turn = this.#of(data.prompt_id);
    const reason = data.last_assistant_message?.trim() ?? '';
    this.#endSoon(turn, id, () => this.#settle(turn, undefined, 'failed', reason === '' ? data.error : reason));
  }

  /** A turn ended without a word from the agent's hooks. */
  interrupt(id: string, reason: string): void {
    const turn = this.#turns.get(id);
    if (turn && !turn.ended && !turn.ending) this.#settle(turn, undefined, 'interrupted', reason);
  }

  /** Ends at once what has said that it ended: nobody will be here later to settle it. */
  settleNow(): void {
    for (const turn of this.#turns.values()) this.#pending.get(turn.id)?.();
  }

  /**
   * The agent is gone: tells what was said in turns that never ended. The turns stay open, for the bridge to decide;
   * their mailbox events are forgotten.
   */
  abandon(): void {
    this.settleNow();
    for (const turn of this.#turns.values()) {
      if (turn.ended) continue;
      for (const text of turn.texts.settle(undefined, this.#recorded(turn))) this.#say(turn, text);
      turn.ended = true;
      this.#options.teller.forget(turn.sources.splice(0));
    }
  }

  close(): void {
    for (const turn of this.#turns.values()) turn.ending?.();
    this.#pending.clear();
  }

  #endSoon(turn: Turn, source: string, end: () => void): void {
    // The end goes first when the turn's events are forgotten: without it, the rest is only told again.
    turn.sources.unshift(source);
    turn.ending?.();
    const deadline = this.#options.clock.monotonic() + goesOnMs;
    const finish = (): void => {
      this.#pending.delete(turn.id);
      turn.ending?.();
      turn.ending = undefined;
      end();
    };
    const look = (): void => {
      if (this.#options.goesOn() && this.#options.clock.monotonic() < deadline) {
        turn.ending = this.#options.clock.after(settleMs, look);
      } else {
        finish();
      }
    };
    this.#pending.set(turn.id, finish);
    turn.ending = this.#options.clock.after(settleMs, look);
  }

  #settle(turn: Turn, final: string | undefined, outcome: TurnOutcome, reason: string | undefined): void {
    for (const text of turn.texts.settle(final, this.#recorded(turn))) this.#say(turn, text);
    turn.ended = true;
    this.#options.teller.tell(
      { kind: 'turn-ended', turn: turn.id, outcome, ...(reason === undefined ? {} : { reason }) },
      turn.sources.splice(0),
    );
    this.#forgetOld();
    this.#options.onChange();
  }

  #recorded(turn: Turn): readonly { readonly id: string; readonly text: string }[] {
    try {
      return textsOfTurn(this.#options.readTranscript(turn.transcriptFrom), turn.id);
    } catch (error) {
      this.#options.log.warn({ error, turn: turn.id }, 'the transcript could not be read; the hooks have to do');
      return [];
    }
  }

  #say(turn: Turn, { key, text }: WholeText): void {
    this.#options.teller.tell({ kind: 'text', turn: turn.id, key, text });
  }

  /** A turn we never saw the beginning of was begun by the agent itself. */
  #of(id: string): Turn {
    const known = this.#turns.get(id);
    if (known) return known;
    const turn = this.#add(id, undefined);
    this.#options.teller.tell({ kind: 'turn-started', turn: id, by: 'agent' });
    this.#options.onChange();
    return turn;
  }

  #add(id: string, transcriptFrom: number | undefined): Turn {
    const turn: Turn = {
      id,
      texts: new TurnTexts(id),
      sources: [],
      transcriptFrom,
      startedAt: this.#options.clock.monotonic(),
      ended: false,
      ending: undefined,
    };
    this.#turns.set(id, turn);
    return turn;
  }

  /** Where this turn's record will begin, for a prompt that is news: the agent writes it later than it tells. */
  #offset(at: number): number | undefined {
    return this.#options.clock.now() - at < freshMs ? this.#options.transcriptSize() : undefined;
  }

  #forgetOld(): void {
    const ended = [...this.#turns.values()].filter((turn) => turn.ended);
    for (const { id } of ended.slice(0, -remembered)) this.#turns.delete(id);
  }
}
