import type { SessionNumber } from '../../model/session.ts';
import type { RecoveryStep } from '../../contracts/recovery.ts';
import type { Language } from '../words.ts';

/** What people read about sessions that live and do not move. `screen`: the last words of the terminal, in one line. */
export interface RecoveryWords {
  /** It should work, and shows no sign of life. */
  wedged(session: SessionNumber, silentMs: number, screen: string): string;
  /** It rests, and does not take messages. */
  deaf(session: SessionNumber, screen: string): string;
  /** After a step it moves again. */
  helped(session: SessionNumber, step: RecoveryStep): string;
  /** What stood open at its terminal was closed. */
  closed(session: SessionNumber, what: string): string;
  /** Nothing helped. */
  gaveUp(session: SessionNumber, screen: string): string;
}

export const recoveryWords: Readonly<Record<Language, RecoveryWords>> = {
  en: {
    wedged: (session, silentMs, screen) =>
      `🩺 Session ${session} should be working and has shown no sign of life for ${span(silentMs, 'en')}. I stop what it works on, and restart it if that does not help.${quoted(screen, 'Its terminal shows last:')}`,
    deaf: (session, screen) =>
      `🩺 The agent of session ${session} is idle and does not take messages. I restart it; its history stays.${quoted(screen, 'Its terminal shows last:')}`,
    helped: (session, step) => `✅ Session ${session} moves again, ${after.en[step]}.`,
    closed: (session, what) =>
      `🖥️ I closed what was left open at the terminal of session ${session} (${what}), because messages waited. They go on.`,
    gaveUp: (session, screen) =>
      `❌ I could not get session ${session} going again. Its messages wait. On the machine, \`vai attach ${session}\` shows it, and \`vai recover ${session}\` restarts it once more.${quoted(screen, 'Its terminal shows last:')}`,
  },
  ja: {
    wedged: (session, silentMs, screen) =>
      `🩺 セッション ${session} は作業中のはずですが、${span(silentMs, 'ja')}間まったく反応がありません。作業を中断し、それでも動かなければ再起動します。${quoted(screen, 'ターミナルの最後の表示:')}`,
    deaf: (session, screen) =>
      `🩺 セッション ${session} のエージェントは待機中ですが、メッセージを受け取りません。会話の履歴を残したまま再起動します。${quoted(screen, 'ターミナルの最後の表示:')}`,
    helped: (session, step) => `✅ セッション ${session} が再び動き始めました (${after.ja[step]})。`,
    closed: (session, what) =>
      `🖥️ メッセージが待っていたため、セッション ${session} のターミナルで開いたままだった画面 (${what}) を閉じました。メッセージの処理を再開します。`,
    gaveUp: (session, screen) =>
      `❌ セッション ${session} を復旧できませんでした。メッセージは保留しています。ブリッジのマシンで、状態を見るには \`vai attach ${session}\`、もう一度再起動するには \`vai recover ${session}\` を実行してください。${quoted(screen, 'ターミナルの最後の表示:')}`,
  },
};

const after = {
  en: {
    nudge: 'after a push',
    interrupt: 'after I stopped what it worked on',
    restart: 'after a restart, with its history',
  },
  ja: { nudge: '再開を促しました', interrupt: '作業を中断しました', restart: '会話の履歴を残して再起動しました' },
} as const satisfies Readonly<Record<Language, Readonly<Record<RecoveryStep, string>>>>;

function span(ms: number, language: Language): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  const minutes = Math.round(seconds / 60);
  if (language === 'ja') return seconds < 90 ? `${seconds} 秒` : `${minutes} 分`;
  return seconds < 90 ? `${seconds} s` : `${minutes} min`;
}

function quoted(screen: string, before: string): string {
  return screen === '' ? '' : `\n${before}\n> ${screen}`;
}
