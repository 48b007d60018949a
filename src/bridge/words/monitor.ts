import type { Alert } from '../../contracts/metrics.ts';
import type { Language } from '../words.ts';
import { bytesAsWords } from './files.ts';

/** What channels read of what is taken. */
export interface MonitorWords {
  /** A threshold is crossed. */
  crossed(alert: Alert): string;
  /** It is not crossed any more. */
  over(alert: Alert): string;
}

const english: MonitorWords = {
  crossed: (alert) => {
    const { session, kind } = alert;
    const [value, limit] = amounts(alert, 'en');
    switch (kind) {
      case 'memory':
        return session === undefined
          ? `⚠️ The memory of the machine runs short: ${value} are in use, the alert is at ${limit}.`
          : `⚠️ Session ${session} takes ${value} of memory; the alert is at ${limit}.`;
      case 'disk':
        return session === undefined
          ? `⚠️ The disk of the machine runs full: ${value} are in use, the alert is at ${limit}. Make room there.`
          : `⚠️ The files of session ${session} take ${value}; the alert is at ${limit}. When their quota is full, further files are refused. Old ones go by themselves.`;
      case 'response':
        return `🐢 The messages of session ${session} took ${value} on average until they were answered; the alert is at ${limit}.`;
      case 'total-memory':
        return `⚠️ All sessions together take ${value} of memory; they may take ${limit}. Those that take more than their share get no new messages until it is less. On the machine, \`vai top\` shows who takes what.`;
      case 'throttled':
        return `⏸️ Session ${session} takes ${value} of memory; it may take ${limit}. New messages wait until it is less, and none is lost. On the machine, \`vai restart ${session}\` frees its memory and keeps its history; \`limits\` in the configuration allows more.`;
    }
  },
  over: (alert) => {
    const { session, kind } = alert;
    const [value] = amounts(alert, 'en');
    switch (kind) {
      case 'memory':
        return `✅ ${session === undefined ? 'The machine has memory again' : `Session ${session} takes less memory again`}: ${value} are in use.`;
      case 'disk':
        return `✅ ${session === undefined ? 'The disk of the machine has room again' : `The files of session ${session} take less again`}: ${value} are in use.`;
      case 'response':
        return `✅ Session ${session} answers faster again: ${value} on average.`;
      case 'total-memory':
        return `✅ All sessions together take less memory again: ${value}.`;
      case 'throttled':
        return `▶️ Session ${session} takes ${value} of memory: its messages go on.`;
    }
  },
};

const japanese: MonitorWords = {
  crossed: (alert) => {
    const { session, kind } = alert;
    const [value, limit] = amounts(alert, 'ja');
    switch (kind) {
      case 'memory':
        return session === undefined
          ? `⚠️ マシンのメモリが不足しています: ${value} を使用中です (警告のしきい値 ${limit})。`
          : `⚠️ セッション ${session} がメモリを ${value} 使用しています (警告のしきい値 ${limit})。`;
      case 'disk':
        return session === undefined
          ? `⚠️ マシンのディスクがいっぱいになりそうです: ${value} を使用中です (警告のしきい値 ${limit})。空きを作ってください。`
          : `⚠️ セッション ${session} のファイルが ${value} を占めています (警告のしきい値 ${limit})。割り当て容量がいっぱいになると、新しいファイルは受け付けません。古いファイルは自動で削除されます。`;
      case 'response':
        return `🐢 セッション ${session} の応答に平均 ${value} かかっています (警告のしきい値 ${limit})。`;
      case 'total-memory':
        return `⚠️ 全セッションのメモリ使用量が ${value} です (上限 ${limit})。割り当てを超えたセッションには、使用量が減るまで新しいメッセージを渡しません。ブリッジのマシンで \`vai top\` を実行すると内訳が分かります。`;
      case 'throttled':
        return `⏸️ セッション ${session} がメモリを ${value} 使用しています (上限 ${limit})。使用量が減るまで新しいメッセージを保留しますが、失われることはありません。ブリッジのマシンで \`vai restart ${session}\` を実行すると、会話の履歴を残したままメモリを解放できます。設定の \`limits\` で上限を変えられます。`;
    }
  },
  over: (alert) => {
    const { session, kind } = alert;
    const [value] = amounts(alert, 'ja');
    switch (kind) {
      case 'memory':
        return `✅ ${session === undefined ? 'マシンのメモリに余裕ができました' : `セッション ${session} のメモリ使用量が減りました`}: ${value} を使用中です。`;
      case 'disk':
        return `✅ ${session === undefined ? 'マシンのディスクに空きができました' : `セッション ${session} のファイルの使用量が減りました`}: ${value} を使用中です。`;
      case 'response':
        return `✅ セッション ${session} の応答が速くなりました: 平均 ${value}。`;
      case 'total-memory':
        return `✅ 全セッションのメモリ使用量が減りました: ${value}。`;
      case 'throttled':
        return `▶️ セッション ${session} のメモリ使用量は ${value} です。メッセージの処理を再開します。`;
    }
  },
};

/** Value and threshold, with their units. */
function amounts({ kind, value, limit }: Alert, language: Language): readonly [string, string] {
  const written = (amount: number): string =>
    kind === 'response' ? `${(amount / 1000).toFixed(1)} ${language === 'ja' ? '秒' : 's'}` : bytesAsWords(amount);
  return [written(value), written(limit)];
}

export function monitorWordsIn(language: Language): MonitorWords {
  return { en: english, ja: japanese }[language];
}

/** Why the messages of a session wait, for a list. */
export function throttleAsWords(alert: Alert): string {
  const [value, limit] = amounts(alert, 'en');
  return `new messages wait: it takes ${value} of memory and may take ${limit}`;
}
