import type { SessionNumber } from '../../model/session.ts';
import type { Language } from '../words.ts';

/** What people read about sessions that somebody stops, starts and restarts. */
export interface LifecycleWords {
  /** The end of a turn that ran when its session was restarted. */
  turnRestarted(): string;
  /** Somebody stopped the session, and it stays so. */
  sessionStopped(session: SessionNumber): string;
  /** To somebody whose message waits for a session that was stopped. */
  messagesWaitForStart(session: SessionNumber): string;
}

export const lifecycleWords: Readonly<Record<Language, LifecycleWords>> = {
  en: {
    turnRestarted: () =>
      '🔁 The session was restarted while it worked on this. Send the message again if you still want it.',
    sessionStopped: (session) =>
      `⏹️ Session ${session} was stopped. Messages wait until somebody types \`vai start ${session}\` on the machine.`,
    messagesWaitForStart: (session) =>
      `⏸️ Session ${session} was stopped. Messages wait until somebody types \`vai start ${session}\` on the machine.`,
  },
  ja: {
    turnRestarted: () => '🔁 この作業中にセッションが再起動されました。まだ必要なら、もう一度送ってください。',
    sessionStopped: (session) =>
      `⏹️ セッション ${session} は停止されました。ブリッジのマシンで \`vai start ${session}\` を実行するまで、メッセージは保留します。`,
    messagesWaitForStart: (session) =>
      `⏸️ セッション ${session} は停止されています。ブリッジのマシンで \`vai start ${session}\` を実行するまで、メッセージは保留します。`,
  },
};
