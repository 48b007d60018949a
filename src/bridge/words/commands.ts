import type { SessionNumber } from '../../model/session.ts';
import type { Language } from '../words.ts';

/** What commands are called and answer, in one language. Answers are read by whoever used the command, alone. */
export interface CommandWords {
  readonly descriptions: Readonly<Record<'prompts' | 'status' | 'queue' | 'stop', string>>;
  /** In the menu of a message. */
  readonly takeOut: string;
  /** Nobody serves this channel. */
  noSession(): string;
  mayNot(): string;
  status(session: SessionNumber, agent: string, condition: string, waiting: number): string;
  noPrompts(): string;
  /** @param since a time as the chat shows it. */
  prompt(id: string, kind: string, since: string): string;
  noQueue(): string;
  queued(author: string, beginning: string, waitsFor: string | undefined): string;
  andMore(count: number): string;
  stopped(): string;
  nothingToStop(): string;
  takenOut(): string;
  notInQueue(): string;
  failed(reason: string): string;
}

const words: Readonly<Record<Language, CommandWords>> = {
  en: {
    descriptions: {
      prompts: 'What the agent of this channel waits for',
      status: 'What the agent of this channel does',
      queue: 'The messages that wait for it',
      stop: 'Stops what it does now',
    },
    takeOut: 'Take out of the queue',
    noSession: () => 'No session answers in this channel.',
    mayNot: () => 'You may not do this here. Ask an owner of the bridge.',
    status: (session, agent, condition, waiting) =>
      `**Session ${session}** (${agent}): ${condition}. ${waiting === 0 ? 'Nothing waits.' : `${waiting} waiting: /queue`}`,
    noPrompts: () => 'The agent waits for no decision.',
    prompt: (id, kind, since) => `- \`${id}\`: ${kind}, ${since}`,
    noQueue: () => 'No message waits.',
    queued: (author, beginning, waitsFor) =>
      `- **${author}**: ${beginning}${waitsFor === undefined ? '' : ` (waits for: ${waitsFor})`}`,
    andMore: (count) => `… and ${count} more`,
    stopped: () => '⏹️ Stopped.',
    nothingToStop: () => 'The agent does nothing just now.',
    takenOut: () => '🗑️ Taken out: the agent will not get this message.',
    notInQueue: () => 'This message does not wait for an agent.',
    failed: (reason) => `That did not work: ${reason}`,
  },
  ja: {
    descriptions: {
      prompts: 'このチャンネルのエージェントが回答を待っているリクエスト',
      status: 'このチャンネルのエージェントの状態',
      queue: '処理待ちのメッセージ',
      stop: '今の作業を中断する',
    },
    takeOut: 'キューから外す',
    noSession: () => 'このチャンネルを担当するセッションはありません。',
    mayNot: () => 'ここでこの操作を行う権限がありません。ブリッジの所有者に相談してください。',
    status: (session, agent, condition, waiting) =>
      `**セッション ${session}** (${agent}): ${condition}。${waiting === 0 ? '処理待ちはありません。' : `処理待ち ${waiting} 件: /queue`}`,
    noPrompts: () => '回答待ちのリクエストはありません。',
    prompt: (id, kind, since) => `- \`${id}\`: ${kind}、${since}から`,
    noQueue: () => '処理待ちのメッセージはありません。',
    queued: (author, beginning, waitsFor) =>
      `- **${author}**: ${beginning}${waitsFor === undefined ? '' : ` (待ち: ${waitsFor})`}`,
    andMore: (count) => `… ほか ${count} 件`,
    stopped: () => '⏹️ 中断しました。',
    nothingToStop: () => 'エージェントは今、何もしていません。',
    takenOut: () => '🗑️ キューから外しました。このメッセージはエージェントに渡されません。',
    notInQueue: () => 'このメッセージはキューにありません。',
    failed: (reason) => `実行できませんでした: ${reason}`,
  },
};

export function commandWordsIn(language: Language): CommandWords {
  return words[language];
}
