import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One place that is changed. */
export interface Change {
  /** From the project's root. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** Tests that must notice a mistake: at least one of them must fail. */
export interface Killer {
  /** A test file, from the project's root. */
  readonly file: string;
  /** Only the tests whose whole name contains this; default: all. For files whose tests take long. */
  readonly only?: string;
}

/** A mistake that somebody could make, and the tests that must not let it pass. */
export interface Mutant {
  readonly name: string;
  /** What the product would do with it, in a sentence. */
  readonly breaks: string;
  readonly changes: readonly Change[];
  /** Each of them must notice. */
  readonly killers: readonly Killer[];
}

/** Makes the changes of a mutant in a tree. @throws Error naming a change that does not apply (any more). */
export function plant(mutant: Mutant, tree: string): void {
  const texts = new Map<string, string>();
  for (const change of mutant.changes) {
    const path = join(tree, change.file);
    texts.set(path, mutated(mutant.name, change, texts.get(path) ?? readFileSync(path, 'utf8')));
  }
  for (const [path, text] of texts) writeFileSync(path, text);
}

/** The text of a file with one change made. @throws Error when the place is not there, or not the only one. */
export function mutated(name: string, { file, find, replace }: Change, text: string): string {
  const places = text.split(find).length - 1;
  if (places !== 1) {
    throw new Error(
      `Mutant ${name} does not apply: ${file} has ${places} places that read ${JSON.stringify(find)}. ` +
        'Plant the same mistake in the code as it is now.',
    );
  }
  if (find === replace) throw new Error(`Mutant ${name} changes nothing in ${file}.`);
  // A function: `$&` and the like in the replacement are meant as they are.
  return text.replace(find, () => replace);
}
