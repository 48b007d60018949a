import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { replaceFile } from '../../base/atomic-file.ts';

const schema = z.array(
  z.object({
    id: z.string(),
    at: z.number(),
    transcriptFrom: z.int().min(0).optional(),
    told: z.record(z.string(), z.string()),
    sinceTools: z.array(z.string()),
  }),
);

/** What a later daemon has to know about a turn that has not ended. */
export type OpenTurn = z.infer<typeof schema>[number];

/**
 * The turns that have not ended, on disk (`open-turns.json`): what was told of them is not told again. It is written
 * with every text, so only its content is flushed: after a power cut, which ends the agent and its turn as well, the file
 * of a moment before may be there, and what was told last is told twice.
 */
export class OpenTurnsFile {
  readonly #path: string;

  constructor(directory: string) {
    this.#path = join(directory, 'open-turns.json');
  }

  read(): readonly OpenTurn[] {
    if (!existsSync(this.#path)) return [];
    const parsed = schema.safeParse(JSON.parse(readFileSync(this.#path, 'utf8')));
    return parsed.success ? parsed.data : [];
  }

  write(turns: readonly OpenTurn[]): void {
    if (turns.length === 0) rmSync(this.#path, { force: true });
    else replaceFile(this.#path, JSON.stringify(turns), 'content');
  }
}
