import type { Language } from '../words.ts';

/** What people read about sessions that somebody stops, starts and restarts. */
export interface LifecycleWords {
  /** The end of a turn that ran when its session was restarted. */
  turnRestarted(): string;
}

export const lifecycleWords: Readonly<Record<Language, LifecycleWords>> = {
  en: {
    turnRestarted: () =>
      '🔁 The session was restarted while it worked on this. Send the message again if you still want it.',
  },
  ja: {
    turnRestarted: () => '🔁 作業中にセッションが再起動されました。必要ならもう一度送ってください。',
  },
};
