import type { Cancel, Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { TurnOutcome } from '../../model/agent.ts';
import type { HookEventOf } from './hook-events.ts';
import type { OpenTurn, OpenTurnsFile } from './open-turns.ts';
import type { QueuedPrompt } from './prompt-queue.ts';
import type { QueueFate } from './queue-fates.ts';
import type { Teller } from './teller.ts';
import { textsOfTurn } from './transcript.ts';
import type { TranscriptEntry } from './transcript.ts';
import { TurnTexts, hashOfText } from './turn-texts.ts';
import type { WholeText } from './turn-texts.ts';

/** Who put a prompt in. */
export type PromptOrigin =
  | { readonly by: 'bridge'; readonly message: string }
  | { readonly by: 'desk'; readonly text: string }
  | { readonly by: 'agent' };

/** How a turn ended. */
export interface TurnEnd {
  readonly outcome: TurnOutcome;
  /** In words for a person. */
  readonly reason: string;
}

/** A mailbox event, as far as it matters here. */
interface Source {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface TurnBookOptions {
  readonly teller: Teller;
  readonly file: OpenTurnsFile;
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
  /** Epoch milliseconds of its first event. */
  readonly at: number;
  readonly transcriptFrom: number | undefined;
  /** The mailbox event that began it. */
  readonly begunBy: string | undefined;
  readonly texts: TurnTexts;
  /** Mailbox events of messages that are not whole yet, by message. */
  readonly pieces: Map<string, string[]>;
  /** The agent works on it; false as long as nothing says so. */
  isUnderway: boolean;
  /** What the listener has on its disk; undefined before it knows of the turn. */
  saved: OpenTurn | undefined;
  ended: boolean;
  /** What ends it, while it is being settled. */
  ending: { readonly at: number; readonly finish: () => void; cancel: Cancel } | undefined;
}

/** A turn that began with what lay in the agent's queue. */
type QueueTurn = Extract<QueueFate<QueuedPrompt>, { kind: 'began' }>;

interface TurnStart {
  readonly id: string;
  readonly at: number;
  readonly transcriptFrom?: number | undefined;
  readonly begunBy?: string | undefined;
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
 * order, each piece of text once, also over restarts. Knows nothing about delivery, prompts or states.
 */
export class TurnBook {
  readonly #options: TurnBookOptions;
  readonly #turns = new Map<string, Turn>();

  constructor(options: TurnBookOptions) {
    this.#options = options;
    for (const saved of options.file.read()) {
      const turn = makeTurn(saved, new TurnTexts(saved.id, saved));
      turn.saved = saved;
      this.#turns.set(saved.id, turn);
    }
  }

  /** The turns that have not ended yet, and since when (epoch milliseconds). */
  get open(): readonly { readonly id: string; readonly at: number; readonly isEnding: boolean }[] {
    return [...this.#turns.values()]
      .filter(({ ended }) => !ended)
      .map(({ id, at, ending }) => ({ id, at, isEnding: ending !== undefined }));
  }

  /**
   * Whether the agent works on what runs, by its hooks or its record. Before, it takes in a prompt; after, it may take the
   * next one from its queue.
   */
  get isUnderway(): boolean {
    const open = [...this.#turns.values()].filter(({ ended }) => !ended);
    return open.length === 0 || open.some((turn) => !turn.ending && (turn.isUnderway ||= this.#isRecorded(turn)));
  }

  /** Whether it has heard of a turn, also of one that has ended. */
  knows(id: string): boolean {
    return this.#turns.has(id);
  }

  /** Whether this mailbox event began a turn: told again, it is no other prompt. */
  beganWith(event: string): boolean {
    return [...this.#turns.values()].some(({ begunBy }) => begunBy === event);
  }

  /**
   * A turn began with what lay in the agent's queue. Whatever ran before it is over: what has not said that it ended was
   * stopped, for this reason.
   */
  beginQueued({ turn: id, prompts, at }: QueueTurn, why: string, transcriptFrom: number): void {
    for (const turn of this.#turns.values()) {
      if (turn.id === id || turn.ended) continue;
      if (turn.ending) turn.ending.finish();
      else this.#settle(turn, undefined, 'interrupted', why, []);
    }
    const first = prompts.find(({ message }) => message !== undefined);
    const known = this.#turns.get(id);
    if (!known) {
      const turn = this.#add({ id, at: at ?? this.#options.clock.now(), transcriptFrom });
      const text = prompts.map((prompt) => prompt.text).join('\n');
      this.#tellBegin(
        turn,
        first?.message === undefined ? { by: 'desk', text } : { by: 'bridge', message: first.message },
      );
    }
    for (const { message, ...prompt } of prompts) {
      const isTold = !known && prompt.id === first?.id;
      if (message !== undefined && !isTold) this.take(id, message);
    }
    this.#options.onChange();
  }

  /** A message that lay in the agent's queue became part of a turn. */
  take(turn: string, message: string): void {
    this.#options.teller.tell({ kind: 'message-taken', turn, message });
  }

  /** The agent accepted a prompt. */
  begin(id: string, origin: PromptOrigin, source: Source | undefined): void {
    const known = this.#turns.get(id);
    const at = source?.at ?? this.#options.clock.now();
    const turn = known ?? this.#add({ id, at, transcriptFrom: source && this.#offset(at), begunBy: source?.id });
    // What the agent puts into a turn that runs begins nothing.
    const isNews = !known || known.ended || origin.by !== 'agent';
    turn.ended = false;
    if (isNews) this.#tellBegin(turn, origin);
    if (source) this.#options.teller.forget([source.id]);
    this.#options.onChange();
  }

  /** A piece of text. */
  display({ id, at, data }: HookEventOf<'MessageDisplay'>): void {
    const turn = this.#of(data.prompt_id, at);
    turn.isUnderway = true;
    const { message_id: message } = data;
    turn.pieces.set(message, [...(turn.pieces.get(message) ?? []), id]);
    const text = turn.texts.piece(message, data.index, data.final, data.delta);
    if (text) this.#say(turn, text);
    if (turn.ended || turn.texts.isDone(message)) this.#forgetPieces(turn, message);
  }

  /** Tools of the agent itself have run. */
  toolsRan(id: string | undefined): void {
    const turn = id === undefined ? undefined : this.#turns.get(id);
    if (!turn) return;
    turn.isUnderway = true;
    turn.texts.toolsRan();
  }

  /** The agent says that a turn ended well. What is still on its way is waited for before it is told. */
  stop({ id, at, data }: HookEventOf<'Stop'>): void {
    const turn = this.#of(data.prompt_id, at);
    const final = data.last_assistant_message ?? undefined;
    this.#endSoon(turn, at, () => this.#settle(turn, final, 'completed', undefined, [id]));
  }

  /** The agent says that a turn failed. */
  fail({ id, at, data }: HookEventOf<'StopFailure'>): void {
    const turn = this.#of(data.prompt_id, at);
    const reason = data.last_assistant_message?.trim() ?? '';
    const why = reason === '' ? data.error : reason;
    const outcome = data.error === 'rate_limit' ? 'rate-limited' : 'failed';
    this.#endSoon(turn, at, () => this.#settle(turn, undefined, outcome, why, [id]));
  }

  /** A turn ended without a word from the agent's hooks. */
  interrupt(id: string, reason: string): void {
    const turn = this.#turns.get(id);
    if (turn && !turn.ended && !turn.ending) this.#settle(turn, undefined, 'interrupted', reason, []);
  }

  /** Ends at once what said long ago that it ended: nothing of it is on its way any more. */
  settleOld(): void {
    const settled = this.#options.clock.now() - settleMs;
    for (const { ending } of this.#turns.values()) {
      if (ending && ending.at < settled && !this.#options.goesOn()) ending.finish();
    }
  }

  /**
   * The agent is gone: tells what was said in turns that never ended, and that they ended so; without an end they stay
   * open, for whoever ended the agent to say why. Their mailbox events are forgotten.
   */
  abandon(end?: TurnEnd): void {
    for (const { ending } of this.#turns.values()) ending?.finish();
    for (const turn of this.#turns.values()) {
      if (turn.ended) continue;
      if (end) {
        this.#settle(turn, undefined, end.outcome, end.reason, []);
        continue;
      }
      for (const text of turn.texts.settle(undefined, this.#recorded(turn))) this.#say(turn, text);
      this.#conclude(turn, []);
    }
  }

  close(): void {
    for (const { ending } of this.#turns.values()) ending?.cancel();
  }

  #tellBegin(turn: Turn, origin: PromptOrigin): void {
    const { teller } = this.#options;
    teller.tell({ kind: 'turn-started', turn: turn.id, ...origin });
    teller.then(() => {
      const { id, at, transcriptFrom, begunBy } = turn;
      turn.saved ??= { id, at, transcriptFrom, begunBy, told: {}, sinceTools: [] };
      this.#save();
    });
  }

  /** Tells a text, and writes down that it was told before its sources go. */
  #say(turn: Turn, { key, text }: WholeText): void {
    const { teller } = this.#options;
    const sinceTools = turn.texts.sinceTools;
    teller.tell({ kind: 'text', turn: turn.id, key, text });
    teller.then(() => {
      if (!turn.saved) return;
      turn.saved = {
        ...turn.saved,
        told: { ...turn.saved.told, [key]: hashOfText(text) },
        sinceTools: [...sinceTools],
      };
      this.#save();
    });
  }

  #endSoon(turn: Turn, at: number, end: () => void): void {
    const { clock, goesOn } = this.#options;
    turn.ending?.cancel();
    const deadline = clock.monotonic() + goesOnMs;
    const finish = (): void => {
      turn.ending?.cancel();
      turn.ending = undefined;
      end();
    };
    const look = (): void => {
      if (turn.ending && goesOn() && clock.monotonic() < deadline) turn.ending.cancel = clock.after(settleMs, look);
      else finish();
    };
    turn.ending = { at, finish, cancel: clock.after(settleMs, look) };
  }

  #settle(
    turn: Turn,
    final: string | undefined,
    outcome: TurnOutcome,
    reason: string | undefined,
    sources: readonly string[],
  ): void {
    for (const text of turn.texts.settle(final, this.#recorded(turn))) this.#say(turn, text);
    const why = reason === undefined ? {} : { reason };
    this.#options.teller.tell({ kind: 'turn-ended', turn: turn.id, outcome, ...why });
    this.#conclude(turn, sources);
    this.#options.onChange();
  }

  /** First its events go, then the note that it was open: in between, its end is told again, which changes nothing. */
  #conclude(turn: Turn, sources: readonly string[]): void {
    turn.ended = true;
    for (const message of [...turn.pieces.keys()]) this.#forgetPieces(turn, message);
    this.#options.teller.forget(sources);
    this.#options.teller.then(() => {
      turn.saved = undefined;
      this.#save();
    });
    this.#forgetOld();
  }

  #forgetPieces(turn: Turn, message: string): void {
    this.#options.teller.forget(turn.pieces.get(message) ?? []);
    turn.pieces.delete(message);
  }

  #save(): void {
    this.#options.file.write([...this.#turns.values()].flatMap(({ saved }) => saved ?? []));
  }

  #isRecorded(turn: Turn): boolean {
    return this.#read(turn).some((entry) => entry.kind === 'prompt' && entry.turn === turn.id);
  }

  #recorded(turn: Turn): readonly { readonly id: string; readonly text: string }[] {
    return textsOfTurn(this.#read(turn), turn.id);
  }

  #read(turn: Turn): readonly TranscriptEntry[] {
    try {
      return this.#options.readTranscript(turn.transcriptFrom);
    } catch (error) {
      this.#options.log.warn({ error, turn: turn.id }, 'the transcript could not be read; the hooks have to do');
      return [];
    }
  }

  /** A turn we never saw the beginning of was begun by the agent itself. */
  #of(id: string, at: number): Turn {
    const known = this.#turns.get(id);
    if (known) return known;
    const turn = this.#add({ id, at });
    this.#tellBegin(turn, { by: 'agent' });
    this.#options.onChange();
    return turn;
  }

  #add(origin: TurnStart): Turn {
    const turn = makeTurn(origin, new TurnTexts(origin.id));
    this.#turns.set(origin.id, turn);
    return turn;
  }

  /** Where this turn's record will begin, for a prompt that is news: the agent writes it later than it tells. */
  #offset(at: number): number | undefined {
    return this.#options.clock.now() - at < freshMs ? this.#options.transcriptSize() : undefined;
  }

  #forgetOld(): void {
    const ended = [...this.#turns.values()].filter((turn) => turn.ended && !turn.saved);
    for (const { id } of ended.slice(0, -remembered)) this.#turns.delete(id);
  }
}

function makeTurn({ id, at, transcriptFrom, begunBy }: TurnStart, texts: TurnTexts): Turn {
  const pieces = new Map<string, string[]>();
  const state = { isUnderway: false, saved: undefined, ended: false, ending: undefined };
  return { id, at, transcriptFrom, begunBy, texts, pieces, ...state };
}
