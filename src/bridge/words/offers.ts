import type { Language } from '../words.ts';

/** What people read about the files that agents name. */
export interface OfferWords {
  /** The button under a text; at most 80 characters. */
  button(name: string, size: number): string;
  /** Beside the file. */
  fetched(path: string): string;
  readonly unknown: string;
  readonly mayNot: string;
  readonly isHere: string;
  readonly isOnItsWay: string;
  readonly wasRefused: string;
  /** It is not what it was when it was named. */
  gone(name: string): string;
  notCopied(reason: string): string;
}

/** Characters of a name on a button. */
const longestName = 60;

const words: Readonly<Record<Language, OfferWords>> = {
  en: {
    button,
    fetched: (path) => `📎 \`${path}\``,
    unknown: '🤷 I do not know this file any more. Ask the agent for it again.',
    mayNot: '🚫 You may not have files of this session. Its owner can let you: `vai access`.',
    isHere: '📎 It is here already: look for it further down.',
    isOnItsWay: '⏳ It is on its way already.',
    wasRefused: '❌ This chat did not take the file. The bridge said above where it lies.',
    gone: (name) => `🤷 "${name}" is not there any more, or is not the file that it was. Ask the agent for it again.`,
    notCopied: (reason) => `❌ The file could not be fetched: ${reason}`,
  },
  ja: {
    button,
    fetched: (path) => `📎 \`${path}\``,
    unknown: '🤷 このファイルの記録はもうありません。エージェントにもう一度頼んでください。',
    mayNot: '🚫 このセッションのファイルを受け取る権限がありません。所有者が `vai access` で許可できます。',
    isHere: '📎 すでに投稿されています。この下を見てください。',
    isOnItsWay: '⏳ すでに送信中です。',
    wasRefused:
      '❌ このチャットはファイルを受け付けませんでした。ファイルの場所は、上のブリッジのメッセージにあります。',
    gone: (name) =>
      `🤷 「${name}」はもうないか、当時のファイルから変わっています。エージェントにもう一度頼んでください。`,
    notCopied: (reason) => `❌ ファイルを取得できませんでした: ${reason}`,
  },
};

export function offerWordsIn(language: Language): OfferWords {
  return words[language];
}

function button(name: string, size: number): string {
  const visible = Array.from(name.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ''));
  const shown =
    visible.length <= longestName
      ? visible.join('')
      : `${visible.slice(0, longestName - 16).join('')}…${visible.slice(-15).join('')}`;
  return `📎 ${shown} (${bytes(size)})`;
}

function bytes(size: number): string {
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${Math.round(size / 1024)} kB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}
