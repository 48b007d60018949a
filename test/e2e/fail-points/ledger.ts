/** What the bot posted: these words, or words like these; `perhaps` may also be missing. */
export type Post = string | RegExp | { readonly perhaps: RegExp };

/** The reactions that a message may end with. */
export const outcomes = ['answered', 'withdrawn', 'failed'] as const;

export type Outcome = (typeof outcomes)[number];

/** What must have become of something that was said, in the end. */
export interface Fate {
  /** What the agent has read; null when it must never have read it. */
  readonly reads: string | RegExp | null;
  /** What was posted in its channel on account of it, in this order. */
  readonly posts: readonly Post[];
  /** What its reaction tells; null when there is no message to react to, or nothing to be told. */
  readonly outcome: Outcome | null;
}

/** One thing that was said in a channel, or posted there unasked. */
export interface Entry {
  /** The session that answers there. */
  readonly session: number;
  readonly channel: string;
  /** Id of the chat message; undefined when nobody said it in chat. */
  readonly id: string | undefined;
  fate: Fate;
}

/** The fate of an ordinary message: read once, repeated once by the practice agent, marked as answered. */
export function answered(text: string, ...posts: readonly Post[]): Fate {
  return { reads: text, posts: posts.length > 0 ? posts : [`You said: ${text}`], outcome: 'answered' };
}

/** Everything that was said on a stage, in the order in which it was said. */
export class Ledger {
  readonly #entries: Entry[] = [];

  add(entry: Entry): Entry {
    this.#entries.push(entry);
    return entry;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** What a session's agent must have read: once each, in order. */
  reads(session: number): readonly (string | RegExp)[] {
    return this.#entries.filter((entry) => entry.session === session).flatMap(({ fate }) => fate.reads ?? []);
  }

  /** What must stand in a channel: once each, in order. */
  posts(channel: string): readonly Post[] {
    return this.#entries.filter((entry) => entry.channel === channel).flatMap(({ fate }) => fate.posts);
  }
}

/** Whether exactly this was read, in this order. */
export function isRead(read: readonly string[], expected: readonly (string | RegExp)[]): boolean {
  return read.length === expected.length && expected.every((one, index) => matches(read[index] ?? '', one));
}

/** What is wrong with what was posted; undefined when it is exactly what was expected. */
export function wrongPosts(posted: readonly string[], expected: readonly Post[]): string | undefined {
  let place = 0;
  for (const post of expected) {
    const text = posted[place];
    if (text !== undefined && matches(text, post)) place += 1;
    else if (!isOptional(post)) return `expected ${String(post)} at place ${place + 1}, found ${JSON.stringify(text)}`;
  }
  return place === posted.length ? undefined : `nobody expected ${JSON.stringify(posted[place])} at place ${place + 1}`;
}

function matches(text: string, post: Post): boolean {
  if (typeof post === 'string') return text === post;
  return (isOptional(post) ? post.perhaps : post).test(text);
}

function isOptional(post: Post): post is Extract<Post, { perhaps: RegExp }> {
  return typeof post !== 'string' && 'perhaps' in post;
}
