import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { writeFileAtomic } from '../../base/atomic-file.ts';

const schema = z.array(
  z.object({
    id: z.string(),
    at: z.number(),
    transcriptFrom: z.int().min(0).optional(),
    /** The mailbox event that began it. */
    begunBy: z.string().optional(),
    told: z.record(z.string(), z.string()),
    sinceTools: z.array(z.string()),
  }),
);

/** What a later daemon has to know about a turn that has not ended. */
export type OpenTurn = z.infer<typeof schema>[number];

/**
 * The turns that have not ended, on disk (`open-turns.json`): what was told of them is not told again, also after a
 * power cut. So it costs two flushes with every text.
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
    else writeFileAtomic(this.#path, JSON.stringify(turns));
  }
}
