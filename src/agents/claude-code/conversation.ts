import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { writeFileAtomic } from '../../base/atomic-file.ts';
import { findTranscript } from './transcript.ts';

const schema = z.object({ earlier: z.array(z.string()), current: z.string() });

/** So many earlier ids of a conversation are kept. */
const kept = 20;

/**
 * Which conversation the agent is in. A person can begin another one at the terminal (`/clear`); the file
 * `conversation.json` remembers that, so that an id from before leads to the one that goes on.
 */
export class Conversation {
  readonly #path: string;
  readonly #config: string;
  readonly #workDir: string;
  #current: string;
  #earlier: readonly string[];
  #transcript: string | undefined;

  constructor(options: {
    /** The session's private directory. */
    readonly directory: string;
    readonly config: string;
    readonly workDir: string;
    readonly id: string;
  }) {
    this.#path = join(options.directory, 'conversation.json');
    this.#config = options.config;
    this.#workDir = options.workDir;
    const saved = readSaved(this.#path);
    const known = saved?.earlier.includes(options.id) === true;
    this.#current = known ? saved.current : options.id;
    this.#earlier = saved && (known || saved.current === options.id) ? saved.earlier : [];
  }

  get current(): string {
    return this.#current;
  }

  /** Where the agent records it; undefined before it wrote anything. */
  get transcript(): string | undefined {
    this.#transcript ??= findTranscript(this.#config, this.#current, this.#workDir);
    return this.#transcript;
  }

  /** What a hook says it is now. */
  movedTo(id: string, transcript: string | undefined): void {
    if (id !== this.#current) {
      this.#earlier = [...this.#earlier, this.#current].slice(-kept);
      this.#current = id;
      this.#transcript = undefined;
      writeFileAtomic(this.#path, JSON.stringify({ earlier: this.#earlier, current: id }));
    }
    if (transcript !== undefined) this.#transcript = transcript;
  }
}

function readSaved(path: string): z.infer<typeof schema> | undefined {
  if (!existsSync(path)) return undefined;
  return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
}
