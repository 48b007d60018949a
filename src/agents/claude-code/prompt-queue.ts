import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import { isSamePrompt } from './prompt-text.ts';
import { queueFates } from './queue-fates.ts';
import type { QueueFate, QueueFates } from './queue-fates.ts';
import type { LocatedEntry } from './transcript.ts';

const promptSchema = z.object({
  /** The mailbox event that told it. */
  id: z.string(),
  /** The bridge's id of the message; undefined for what was typed at the desk. */
  message: z.string().optional(),
  text: z.string(),
  /** The turn that ran when it went in. */
  turn: z.string(),
  /** No hook has told of it yet: one does when it leaves the queue. */
  unheard: z.boolean().optional(),
});
const fileSchema = z.object({
  prompts: z.array(promptSchema),
  /** Everything before this byte of the transcript is dealt with. */
  readFrom: z.int().min(0),
  /** The last ones that left it. */
  gone: z.array(z.object({ id: z.string(), message: z.string().optional(), turn: z.string().optional() })),
});

/** A prompt in the agent's own queue. */
export type QueuedPrompt = z.infer<typeof promptSchema>;
type File = z.infer<typeof fileSchema>;

/** So many that left the queue are remembered, in case somebody asks for them. */
const kept = 50;

const empty: File = { prompts: [], readFrom: 0, gone: [] };

/**
 * What lies in the agent's own queue, as far as its hooks told, in `queue.json`: written before the agent is let go, so
 * that a later daemon knows which message each prompt is. What becomes of them only the agent's record tells. Knows
 * nothing about turns.
 */
export class PromptQueue {
  readonly #path: string;
  #file: File;

  constructor(directory: string) {
    this.#path = join(directory, 'queue.json');
    this.#file = readFile(this.#path);
  }

  get isEmpty(): boolean {
    return this.#file.prompts.length === 0;
  }

  /** What lies in it, oldest first. */
  get prompts(): readonly QueuedPrompt[] {
    return this.#file.prompts;
  }

  /** Where to read on in the transcript. */
  get readFrom(): number {
    return this.#file.readFrom;
  }

  /** A prompt went in. Harmless to repeat. `transcriptSize` is what the transcript has now: its fate is behind that. */
  add(prompt: QueuedPrompt, transcriptSize: number): void {
    const { prompts, gone, readFrom } = this.#file;
    if (prompts.some(({ id }) => id === prompt.id) || gone.some(({ id }) => id === prompt.id)) return;
    this.#save({ prompts: [...prompts, prompt], gone, readFrom: this.isEmpty ? transcriptSize : readFrom });
  }

  /**
   * A hook told of a prompt while it left the queue: of one that no hook had told of, or, of `any`, once more of one that
   * was stopped while its first hook ran. Returns whether such a prompt lies here.
   */
  hear(id: string, text: string, of: 'unheard' | 'any'): boolean {
    const { prompts } = this.#file;
    const same = prompts.filter((one) => isSamePrompt(text, one.text));
    const found = same.find(({ unheard }) => unheard === true) ?? (of === 'any' ? same[0] : undefined);
    if (!found) return false;
    // Under the hook's id: told again, it is no other prompt.
    const { message, turn } = found;
    const heard = { id, text: found.text, turn, ...(message === undefined ? {} : { message }) };
    this.#save({ ...this.#file, prompts: prompts.map((one) => (one === found ? heard : one)) });
    return true;
  }

  /** Whether a message lies in it, or has left it, and for which turn. */
  find(message: string): { readonly lies: boolean; readonly turn: string | undefined } | undefined {
    if (this.#file.prompts.some((one) => one.message === message)) return { lies: true, turn: undefined };
    const gone = this.#file.gone.findLast((one) => one.message === message);
    return gone && { lies: false, turn: gone.turn };
  }

  /** What the record tells about the prompts. Decides, and changes nothing: see `settle`. */
  decide(entries: readonly LocatedEntry[], isTurn: (turn: string) => boolean): QueueFates<QueuedPrompt> {
    return queueFates(this.#file.prompts, entries, isTurn);
  }

  /** The fates were told: what has one leaves. */
  settle(fates: readonly QueueFate<QueuedPrompt>[], readTo: number | undefined): void {
    if (fates.length === 0) {
      // Not worth a write: what is read again is decided in the same way.
      if (readTo !== undefined) this.#file = { ...this.#file, readFrom: readTo };
      return;
    }
    const gone = fates.flatMap((fate) => {
      if (fate.kind === 'began') return fate.prompts.map((prompt) => ({ ...prompt, turn: fate.turn }));
      return [{ ...fate.prompt, turn: fate.kind === 'absorbed' ? fate.prompt.turn : undefined }];
    });
    const ids = new Set(gone.map(({ id }) => id));
    const turn = fates.findLast((fate) => fate.kind === 'began')?.turn;
    this.#save({
      // What stayed behind stays behind the turn that runs now.
      prompts: this.#file.prompts
        .filter(({ id }) => !ids.has(id))
        .map((prompt) => ({ ...prompt, turn: turn ?? prompt.turn })),
      readFrom: readTo ?? this.#file.readFrom,
      gone: [...this.#file.gone, ...gone.map(({ id, message, turn: of }) => ({ id, message, turn: of }))].slice(-kept),
    });
  }

  /** The agent is gone, and its queue with it. */
  drop(): void {
    if (!this.isEmpty) this.#save({ ...this.#file, prompts: [] });
  }

  #save(file: File): void {
    writeFileAtomic(this.#path, JSON.stringify(file));
    this.#file = file;
  }
}

function readFile(path: string): File {
  if (!existsSync(path)) return empty;
  const parsed = fileSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  rmSync(path, { force: true });
  return empty;
}
