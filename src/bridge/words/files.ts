import type { FileFailure } from '../../model/message-file.ts';
import type { Language } from '../words.ts';

/** How far the files of one message have come. */
export interface Fetching {
  readonly files: number;
  /** Bytes. */
  readonly received: number;
  /** Bytes, as far as is known. */
  readonly expected: number;
}

/** What channels read of the files that people send. */
export interface FileWords {
  /** Some files of a message did not come; the agent has its words all the same. */
  failed(files: readonly { readonly name: string; readonly why: FileFailure }[], limits: Limits): string;
  /** Files take long. */
  fetching(progress: Fetching): string;
  /** Files that took long are there; `failed` of them are not. */
  fetched(progress: Fetching & { readonly failed: number }): string;
  /** Files that took long are not fetched any more: their author took them, or the message, back. */
  notWanted(): string;
}

/** Bytes. */
export interface Limits {
  readonly maxSize: number;
  readonly quota: number;
}

const english: FileWords = {
  failed: (files, limits) =>
    [
      ...files.map(({ name, why }) => `📎 The file "${name}" did not reach the agent: ${reasons.en(why, limits)}`),
      `The agent gets your message without ${files.length === 1 ? 'it' : 'them'}.`,
    ].join('\n'),
  fetching: ({ files, received, expected }) =>
    `⏳ Fetching ${files === 1 ? 'your file' : `your ${files} files`}: ${bytesAsWords(received)} of ${bytesAsWords(expected)}. Your message goes to the agent with ${files === 1 ? 'it' : 'them'}.`,
  fetched: ({ files, received, failed }) =>
    failed > 0
      ? `📎 ${files - failed} of ${files} files fetched (${bytesAsWords(received)}).`
      : `📎 ${files === 1 ? 'Your file is' : `Your ${files} files are`} here (${bytesAsWords(received)}).`,
  notWanted: () => '📎 Not fetched: taken back.',
};

const japanese: FileWords = {
  failed: (files, limits) =>
    [
      ...files.map(
        ({ name, why }) => `📎 ファイル「${name}」はエージェントに届きませんでした: ${reasons.ja(why, limits)}`,
      ),
      'メッセージは、届かなかったファイルを除いてエージェントに渡します。',
    ].join('\n'),
  fetching: ({ files, received, expected }) =>
    `⏳ ファイル ${files} 件を取得中: ${bytesAsWords(received)} / ${bytesAsWords(expected)}。そろい次第、メッセージと一緒にエージェントに渡します。`,
  fetched: ({ files, received, failed }) =>
    `📎 ファイル ${files} 件${failed > 0 ? `のうち ${files - failed} 件` : ''}を取得しました (${bytesAsWords(received)})。`,
  notWanted: () => '📎 取り消されたため、取得しませんでした。',
};

const reasons: Readonly<Record<Language, (why: FileFailure, limits: Limits) => string>> = {
  en: (why, { maxSize, quota }) => {
    switch (why) {
      case 'too-large':
        return `it is larger than ${bytesAsWords(maxSize)}. Send a smaller one, or put it onto the machine.`;
      case 'over-quota':
        return `the files of this session fill their ${bytesAsWords(quota)}. They go after a day; the owner can allow more.`;
      case 'disk-full':
        return 'the disk of the machine is full. Make room there, then send it again.';
      case 'unwritable':
        return 'it could not be written on the machine. The log of the bridge says why.';
      case 'gone':
        return 'it is not there any more. Send it again.';
      case 'incomplete':
        return 'it came only in part, several times. Send it again.';
      case 'unreachable':
        return 'its server could not be reached. Send it again later.';
      case 'refused':
        return 'its server does not give it. Send it again.';
    }
  },
  ja: (why, { maxSize, quota }) => {
    switch (why) {
      case 'too-large':
        return `${bytesAsWords(maxSize)} を超えています。小さくして送るか、マシンに直接置いてください。`;
      case 'over-quota':
        return `このセッションのファイル容量 ${bytesAsWords(quota)} がいっぱいです。ファイルは 1 日たつと削除されます。所有者は上限を増やせます。`;
      case 'disk-full':
        return 'マシンのディスクがいっぱいです。空きを作ってから、もう一度送ってください。';
      case 'unwritable':
        return 'マシンに書き込めませんでした。理由はブリッジのログにあります。';
      case 'gone':
        return 'ファイルがもうありません。もう一度送ってください。';
      case 'incomplete':
        return '何度か試しましたが、最後まで取得できませんでした。もう一度送ってください。';
      case 'unreachable':
        return 'ファイルのサーバーに接続できませんでした。しばらくしてから、もう一度送ってください。';
      case 'refused':
        return 'ファイルのサーバーに拒否されました。もう一度送ってください。';
    }
  },
};

export function fileWordsIn(language: Language): FileWords {
  return { en: english, ja: japanese }[language];
}

/** A size as people write it: `1.2 MB`, of 2^20 bytes each. */
export function bytesAsWords(size: number): string {
  if (size < 1024) return `${size} B`;
  if (size < 1024 ** 2) return `${(size / 1024).toFixed(1)} kB`;
  return size < 1024 ** 3 ? `${(size / 1024 ** 2).toFixed(1)} MB` : `${(size / 1024 ** 3).toFixed(1)} GB`;
}
