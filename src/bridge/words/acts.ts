import type { Language } from '../words.ts';

/** What people read, alone, who pressed, chose, submitted or commanded something that came to nothing. */
export interface ActWords {
  /** Nobody here knows what it is about. */
  readonly notUnderstood: string;
  /** It broke on the way. */
  readonly failed: string;
  /** A form could not be opened in time. */
  readonly formTooLate: string;
}

const words: Readonly<Record<Language, ActWords>> = {
  en: {
    notUnderstood: '🤷 I do not know what this is for any more. Nothing was done.',
    failed: '❌ That did not work, and the reason is in the log of the bridge. Try it again.',
    formTooLate: '⏳ I was too slow to open the form. Try it again.',
  },
  ja: {
    notUnderstood: '🤷 この操作が何に対するものか、もう分かりません。何も実行していません。',
    failed: '❌ 失敗しました。理由はブリッジのログにあります。もう一度お試しください。',
    formTooLate: '⏳ フォームを開くのが間に合いませんでした。もう一度お試しください。',
  },
};

export function actWordsIn(language: Language): ActWords {
  return words[language];
}
