import { isSamePrompt } from './prompt-text.ts';
import type { LocatedEntry } from './transcript.ts';

/** What became of prompts that lay in the agent's queue. */
export type QueueFate<Prompt> =
  /** Taken into the turn that ran. */
  | { readonly kind: 'absorbed'; readonly prompt: Prompt }
  /** A turn began with them. */
  | {
      readonly kind: 'began';
      readonly turn: string;
      readonly prompts: readonly Prompt[];
      /** Epoch milliseconds, when the record says it. */
      readonly at: number | undefined;
    }
  /** Taken out again by a person at the terminal: back in the box, no part of any turn. */
  | { readonly kind: 'returned'; readonly prompt: Prompt };

export interface QueueFates<Prompt> {
  readonly fates: readonly QueueFate<Prompt>[];
  /** The offset up to which everything is decided; undefined when nothing new is. */
  readonly readTo: number | undefined;
  /** So many prompts have left the queue, and nothing says yet that a turn began with them. */
  readonly leaving: number;
}

/**
 * Follows the agent's queue through its record. Prompts that leave the queue together begin one turn, whose id is the
 * last one's: so it is decided only when as many lines came as were announced, when something else follows them, or
 * when the turn is known to go on (`isTurn`).
 */
export function queueFates<
  Prompt extends { readonly text: string; readonly turn: string; readonly unheard?: boolean | undefined },
>(queue: readonly Prompt[], entries: readonly LocatedEntry[], isTurn: (turn: string) => boolean): QueueFates<Prompt> {
  const left = [...queue];
  const fates: QueueFate<Prompt>[] = [];
  let readTo: number | undefined;
  let announced = 0;
  let group: { readonly turn: string; readonly text: string; readonly at: number | undefined; readonly end: number }[] =
    [];

  // The prompt of the turn that ran when ours went in may be recorded late, and may have the same words.
  const take = (text: string, turn?: string): readonly Prompt[] => {
    const index = left.findIndex((prompt) => prompt.turn !== turn && isSamePrompt(text, prompt.text));
    return index < 0 ? [] : left.splice(index, 1);
  };
  const close = (): void => {
    const { turn, at } = group.at(-1) ?? {};
    const prompts = group.flatMap((line) => take(line.text, line.turn));
    if (turn !== undefined && prompts.length > 0) fates.push({ kind: 'began', turn, prompts, at });
    group = [];
    announced = 0;
  };

  for (const { entry, end } of entries) {
    switch (entry.kind) {
      case 'dequeued':
        if (group.length > 0) close();
        announced += 1;
        break;
      case 'prompt':
        group.push({ turn: entry.turn, text: entry.text, at: entry.at, end });
        if (announced > 0 ? group.length >= announced : isTurn(entry.turn)) close();
        break;
      case 'absorbed':
      case 'returned': {
        close();
        const [prompt] = take(entry.text);
        if (prompt) fates.push({ kind: entry.kind, prompt });
        break;
      }
      case 'returned-unheard': {
        close();
        const index = left.findIndex(({ unheard }) => unheard === true);
        fates.push(
          ...(index < 0 ? [] : left.splice(index, 1)).map((prompt) => ({ kind: 'returned', prompt }) as const),
        );
        break;
      }
      case 'text':
      case 'interrupted':
        if (group.length > 0) close();
        break;
      case 'queued':
      case 'queued-unheard':
        break;
    }
    if (group.length === 0 && announced === 0) readTo = end;
  }
  const known = group.findLastIndex(({ turn }) => isTurn(turn));
  if (known >= 0) {
    readTo = group[known]?.end;
    group = group.slice(0, known + 1);
    close();
  }
  return { fates, readTo, leaving: announced - group.length };
}
