const mostKept = 50;

/** What was sent, to be walked with the arrow keys. Never changed in place. */
export interface SentHistory {
  /** Oldest first. */
  readonly texts: readonly string[];
  /** Where the walk stands; the number of texts = at the text that was being written. */
  readonly at: number;
  /** What was being written when the walk began. */
  readonly draft: string;
}

export const noHistory: SentHistory = { texts: [], at: 0, draft: '' };

/** Remembers a sent text, once, as the newest. */
export function remember(history: SentHistory, text: string): SentHistory {
  if (text === '') return { ...history, at: history.texts.length, draft: '' };
  const texts = [...history.texts.filter((one) => one !== text), text].slice(-mostKept);
  return { texts, at: texts.length, draft: '' };
}

/** One step back (-1) or forth (1); undefined at the ends. The text to show comes with it. */
export function walk(
  history: SentHistory,
  step: -1 | 1,
  current: string,
): { readonly history: SentHistory; readonly text: string } | undefined {
  const at = history.at + step;
  if (at < 0 || at > history.texts.length) return undefined;
  const draft = history.at === history.texts.length ? current : history.draft;
  return { history: { ...history, at, draft }, text: at === history.texts.length ? draft : (history.texts[at] ?? '') };
}
