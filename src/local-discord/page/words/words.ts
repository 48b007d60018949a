import { english } from './english.ts';
import { japanese } from './japanese.ts';

/** Everything that the page says by itself: one catalogue per language, held to this form. */
export type Words = typeof english;

/** The first of the wanted languages (as in `navigator.languages`) that there is; English otherwise. */
export function chooseWords(languages: readonly string[]): Words {
  for (const language of languages) {
    if (/^ja\b/i.test(language)) return japanese;
    if (/^en\b/i.test(language)) return english;
  }
  return english;
}
