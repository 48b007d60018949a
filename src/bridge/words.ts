import { localTime } from '../base/clock.ts';
import { cut } from '../base/cut-text.ts';
import type { AgentNotice, WaitingFor } from '../model/agent.ts';
import type { BusyMode, ChannelId, SessionNumber } from '../model/session.ts';
import { lifecycleWords } from './words/lifecycle.ts';
import type { LifecycleWords } from './words/lifecycle.ts';
import { recoveryWords } from './words/recovery.ts';
import type { RecoveryWords } from './words/recovery.ts';
import { promptWords } from './words/prompts.ts';
import type { PromptWords } from './words/prompts.ts';

export type Language = 'en' | 'ja';

/** A session's two axes of state as one word, for people. */
export type Condition = 'starting' | 'idle' | 'busy' | WaitingFor | 'lost' | 'failed' | 'stopped';

/** Missed messages that are too old to be run unasked. */
export interface HeldSummary {
  readonly count: number;
  /** When the first and the last of them were sent, in epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly maxAgeMs: number;
  readonly session: SessionNumber;
}

/** Everything the bot says by itself, in one catalogue. Agents' own words never pass through here. */
export interface Words {
  refusedNoOwner(): string;
  refusedStranger(): string;
  /** To somebody who may read here and not give work, at least not in a channel without a session. */
  refusedReader(mapped: boolean): string;
  /** As many messages of bots were taken without a person's word between them. */
  botLoop(limit: number): string;
  paired(): string;
  noDefaultSession(session: SessionNumber): string;
  /** More messages wait than an agent will soon have worked through. */
  manyWaiting(count: number): string;
  /** A message was changed when its agent had it already. */
  editedTooLate(): string;
  messagesHeld(held: HeldSummary): string;
  typedAtDesk(text: string): string;
  sentFromShell(text: string): string;
  /** About what agents ask. */
  readonly prompts: PromptWords;
  /** About sessions that somebody stops, starts and restarts. */
  readonly lifecycle: LifecycleWords;
  readonly recovery: RecoveryWords;
  notice(notice: AgentNotice, session: SessionNumber): string;
  deliveryFailed(reason: string): string;
  /** It was typed again and again, and the agent never confirmed it. */
  deliveryUnconfirmed(): string;
  deliveryUnsure(): string;
  takenBackAtDesk(): string;
  turnInterrupted(): string;
  turnFailed(reason: string | undefined): string;
  turnRateLimited(reason: string | undefined): string;
  turnLost(): string;
  turnStopped(): string;
  turnEndedAtDesk(): string;
  /** Stands where a part of a text would, that the chat server does not take. */
  partRefused(reason: string): string;
  /** A file that did not go out with its text. */
  fileLeftBehind(name: string, path: string | undefined, why: LeftBehind): string;
  /** A channel takes nothing from the bot any more. */
  channelParked(channel: ChannelId, code: 'chat-forbidden' | 'chat-not-found'): string;
  sessionLost(exitCode: number | undefined, retryMs: number): string;
  sessionRestarted(session: SessionNumber): string;
  sessionGivenUp(session: SessionNumber, reason: string): string;
  /** A person ended the agent at its terminal. */
  sessionEnded(session: SessionNumber): string;
  /** To somebody whose message waits for a session that does not run. */
  messagesWait(session: SessionNumber): string;
  /** The agent cannot do what its session is to do with messages while it is busy. */
  busyModeImpossible(mode: BusyMode, agent: string): string;
  /** The end of a message that waited for a session which is gone. */
  sessionRemoved(session: SessionNumber): string;
  /** What a session does, in a word or two. */
  condition(condition: Condition): string;
  session(number: SessionNumber): string;
  /** A long text cut for a preview, saying so. */
  shortened(text: string, limit: number): string;
}

/** Why a file stays behind. */
export type LeftBehind = 'too-large' | 'unreadable' | 'refused';

const english: Words = {
  refusedNoOwner: () =>
    'Nobody owns this bridge yet, so I do not run anything. On the machine where it runs, type `vai pair` and send me the code it prints.',
  refusedStranger: () => 'Sorry, I only work for people whom the owner of this bridge has named.',
  refusedReader: (mapped) =>
    mapped
      ? 'You may read along here, but not give the agent work. Ask the owner of this bridge.'
      : 'This channel has no session of its own, and only operators and owners may write to the default one from here.',
  botLoop: (limit) =>
    `🔁 Bots wrote ${limit} messages here without a person between them, so I take no more of theirs until somebody writes.`,
  paired: () => 'You own this bridge now. Write here, and the session of this channel will answer.',
  noDefaultSession: (session) =>
    `This channel has no session of its own, and there is no default session ${session}. Add one: \`vai add-session <channel id>\`.`,
  manyWaiting: (count) =>
    `⏳ ${count} messages wait for this session now. None is lost: the agent gets them one after another.`,
  editedTooLate: () =>
    '✏️ The agent was given this message before you changed it. Send the correction as a message of its own.',
  messagesHeld: ({ count, from, to, maxAgeMs, session }) => {
    const isOne = count === 1;
    const which = isOne
      ? `1 message from ${localTime(from)}`
      : `${count} messages from ${localTime(from)} to ${localTime(to)}`;
    const why =
      maxAgeMs > 0 ? `${isOne ? 'it is' : 'they are'} older than ${span(maxAgeMs, 'en')}` : 'the bridge was away';
    const [were, them] = isOne ? ['was', 'it'] : ['were', 'them'];
    return `🕰️ ${which} ${were} not run because ${why}. On the machine, \`vai catch-up ${session}\` lists ${them}, \`vai catch-up ${session} --run\` runs ${them}.`;
  },
  typedAtDesk: (text) => `🖥️ **typed at the terminal:** ${text}`,
  sentFromShell: (text) => `⌨️ **sent with vai send:** ${text}`,
  prompts: promptWords.en,
  lifecycle: lifecycleWords.en,
  recovery: recoveryWords.en,
  notice: (notice, session) => {
    switch (notice.kind) {
      case 'needs-login':
        return `🔑 The agent is not logged in. On the machine, type \`vai attach ${session}\`, log in, and leave with Ctrl-b d. Your messages wait.`;
      case 'needs-trust':
        return `📁 The agent asks whether it may trust \`${notice.workDir}\`. On the machine, type \`vai attach ${session}\` and answer, then leave with Ctrl-b d. Your messages wait.`;
      case 'needs-desk':
        return `🖥️ The agent shows a question that only the terminal can answer: ${notice.what}. On the machine, type \`vai attach ${session}\`. Your messages wait.`;
      case 'retrying':
        return `⏳ The agent is waiting for its service and tries again by itself: ${notice.detail}.`;
      case 'conversation-lost':
        return '⚠️ The agent could not go on with its earlier conversation and began a new one. It does not remember what was said before.';
    }
  },
  deliveryFailed: (reason) => `❌ This message did not reach the agent: ${reason}`,
  deliveryUnconfirmed: () => english.deliveryFailed('the agent did not confirm it.'),
  deliveryUnsure: () =>
    '❌ The bridge cannot tell whether the agent got this message, so it does not send it twice. Send it again if there is no answer.',
  takenBackAtDesk: () => '↩️ Somebody took this message out of the agent’s queue at its terminal.',
  turnInterrupted: () => '⏹️ Interrupted.',
  turnFailed: (reason) => `❌ The agent stopped with an error: ${reason ?? 'it gave no reason'}`,
  turnRateLimited: (reason) =>
    `❌ The agent's service takes no more for now${reason === undefined ? '' : `: ${reason}`}. Send the message again later.`,
  partRefused: (reason) =>
    `❌ The chat server refused a part of this text, so it is missing here. It stands at the agent's terminal. (${reason})`,
  fileLeftBehind: (name, path, why) =>
    `📎 The file "${name}" stayed behind: ${leftBehind.en[why]}.${path === undefined ? '' : ` It lies at \`${path}\`.`}`,
  channelParked: (channel, code) =>
    `⚠️ I cannot post in <#${channel}> (${channel}) any more: ${code === 'chat-forbidden' ? 'permissions are missing there' : 'the channel is gone, or I cannot see it'}. What is for it waits. See \`vai outbox\`; when the cause is mended: \`vai outbox --retry\`.`,
  turnStopped: () => '⏹️ The session was stopped while it worked on this.',
  turnEndedAtDesk: () => '⏹️ The agent was ended at its terminal while it worked on this.',
  turnLost: () => '❌ The agent ended while it worked on this. Send the message again if you still want it.',
  sessionLost: (exitCode, retryMs) =>
    `⚠️ The agent ended unexpectedly (${exitCode === undefined ? 'exit code unknown' : `exit code ${exitCode}`}). Restarting it in ${retryMs / 1000} s.`,
  sessionRestarted: (session) => `✅ Session ${session} is back, with its history.`,
  sessionGivenUp: (session, reason) =>
    `❌ Session ${session} could not be brought back: ${reason} After fixing it, type \`vai recover ${session}\`.`,
  sessionEnded: (session) =>
    `⏹️ The agent of session ${session} was ended at its terminal, so I do not restart it. Messages wait until you type \`vai recover ${session}\` on the machine.`,
  messagesWait: (session) =>
    `⏸️ Session ${session} does not run. Messages wait until you type \`vai recover ${session}\` on the machine.`,
  busyModeImpossible: (mode, agent) =>
    `ℹ️ The agent \`${agent}\` cannot ${mode === 'steer' ? 'take messages while it works' : 'be interrupted'}, so they wait until it is idle.`,
  sessionRemoved: (session) => `❌ Session ${session} was removed before this message reached its agent.`,
  condition: (condition) => conditions.en[condition],
  session: (number) => `session ${number}`,
  shortened: (text, limit) => (text.length <= limit ? text : `${cut(text, limit)}… (${text.length} characters in all)`),
};

const japanese: Words = {
  refusedNoOwner: () =>
    'このブリッジにはまだ所有者がいないため、何も実行しません。ブリッジのマシンで `vai pair` を実行し、表示されたコードをここに送ってください。',
  refusedStranger: () => '申し訳ありません。このブリッジの所有者が指定した方からの依頼だけを受け付けています。',
  refusedReader: (mapped) =>
    mapped
      ? 'ここでは閲覧のみ可能です。エージェントに依頼したいときは、ブリッジの所有者に相談してください。'
      : 'このチャンネルには専用のセッションがありません。ここから既定のセッションに書き込めるのは、オペレーターと所有者だけです。',
  botLoop: (limit) =>
    `🔁 人の発言がないままボットのメッセージが ${limit} 件続いたため、誰かが発言するまでボットのメッセージは受け付けません。`,
  paired: () => 'あなたがこのブリッジの所有者になりました。ここに書き込めば、このチャンネルのセッションが答えます。',
  noDefaultSession: (session) =>
    `このチャンネルには専用のセッションがなく、既定のセッション ${session} もありません。\`vai add-session <チャンネルID>\` で追加してください。`,
  manyWaiting: (count) =>
    `⏳ このセッションで ${count} 件のメッセージが処理待ちです。失われることはなく、順番にエージェントへ渡されます。`,
  editedTooLate: () =>
    '✏️ 編集前のメッセージがすでにエージェントに渡っています。訂正は新しいメッセージとして送ってください。',
  messagesHeld: ({ count, from, to, maxAgeMs, session }) => {
    const when = count === 1 ? localTime(from) : `${localTime(from)} ～ ${localTime(to)}`;
    const why = maxAgeMs > 0 ? `送信から ${span(maxAgeMs, 'ja')}を超えているため、` : 'ブリッジの停止中に届いたため、';
    return `🕰️ ${count} 件のメッセージ (${when}) は、${why}エージェントに渡していません。ブリッジのマシンで、一覧を見るには \`vai catch-up ${session}\`、エージェントに渡すには \`vai catch-up ${session} --run\` を実行してください。`;
  },
  typedAtDesk: (text) => `🖥️ **ターミナルで入力:** ${text}`,
  sentFromShell: (text) => `⌨️ **vai send で送信:** ${text}`,
  prompts: promptWords.ja,
  lifecycle: lifecycleWords.ja,
  recovery: recoveryWords.ja,
  notice: (notice, session) => {
    switch (notice.kind) {
      case 'needs-login':
        return `🔑 エージェントがログインしていません。ブリッジのマシンで \`vai attach ${session}\` を実行してログインし、Ctrl-b d で抜けてください。メッセージは保留しています。`;
      case 'needs-trust':
        return `📁 エージェントが \`${notice.workDir}\` を信頼してよいか尋ねています。ブリッジのマシンで \`vai attach ${session}\` を実行して回答し、Ctrl-b d で抜けてください。メッセージは保留しています。`;
      case 'needs-desk':
        return `🖥️ ターミナルでしか回答できない質問が表示されています: ${notice.what}。ブリッジのマシンで \`vai attach ${session}\` を実行してください。メッセージは保留しています。`;
      case 'retrying':
        return `⏳ エージェントはサービスの応答を待っています。自動で再試行します: ${notice.detail}`;
      case 'conversation-lost':
        return '⚠️ エージェントは以前の会話を再開できず、新しい会話を始めました。これまでの内容は覚えていません。';
    }
  },
  deliveryFailed: (reason) => `❌ このメッセージはエージェントに届きませんでした: ${reason}`,
  deliveryUnconfirmed: () => japanese.deliveryFailed('エージェントの受領確認がありませんでした。'),
  deliveryUnsure: () =>
    '❌ エージェントに届いたかどうか確認できません。二重に届くのを避けるため、自動では再送しません。返事がなければ、もう一度送ってください。',
  takenBackAtDesk: () => '↩️ このメッセージは、ターミナルでエージェントのキューから取り除かれました。',
  turnInterrupted: () => '⏹️ 中断されました。',
  turnFailed: (reason) => `❌ エージェントがエラーで停止しました: ${reason ?? '理由は不明です'}`,
  turnRateLimited: (reason) =>
    `❌ エージェントのサービスが利用上限に達しています${reason === undefined ? '' : `: ${reason}`}。しばらくしてから、もう一度送ってください。`,
  partRefused: (reason) =>
    `❌ この部分はチャットサーバーに拒否されたため、ここに表示できません。エージェントのターミナルで読めます。(${reason})`,
  fileLeftBehind: (name, path, why) =>
    `📎 ファイル「${name}」は送れませんでした: ${leftBehind.ja[why]}。${path === undefined ? '' : `場所: \`${path}\``}`,
  channelParked: (channel, code) =>
    `⚠️ <#${channel}> (${channel}) に投稿できなくなりました: ${code === 'chat-forbidden' ? 'ボットの権限が足りません' : 'チャンネルが削除されたか、ボットから見えません'}。投稿する内容は保留しています。\`vai outbox\` で確認し、原因を解消したら \`vai outbox --retry\` を実行してください。`,
  turnStopped: () => '⏹️ この作業中にセッションが停止されました。',
  turnEndedAtDesk: () => '⏹️ この作業中に、エージェントがターミナルで終了されました。',
  turnLost: () => '❌ この作業中にエージェントが終了しました。まだ必要なら、もう一度送ってください。',
  sessionLost: (exitCode, retryMs) =>
    `⚠️ エージェントが予期せず終了しました (${exitCode === undefined ? '終了コード不明' : `終了コード ${exitCode}`})。${retryMs / 1000} 秒後に再起動します。`,
  sessionRestarted: (session) => `✅ セッション ${session} が復旧しました。会話の履歴も残っています。`,
  sessionGivenUp: (session, reason) =>
    `❌ セッション ${session} を復旧できませんでした: ${reason} 原因を解消したら、\`vai recover ${session}\` を実行してください。`,
  sessionEnded: (session) =>
    `⏹️ セッション ${session} のエージェントはターミナルで終了されたため、自動では再起動しません。ブリッジのマシンで \`vai recover ${session}\` を実行するまで、メッセージは保留します。`,
  messagesWait: (session) =>
    `⏸️ セッション ${session} は動いていません。ブリッジのマシンで \`vai recover ${session}\` を実行するまで、メッセージは保留します。`,
  busyModeImpossible: (mode, agent) =>
    `ℹ️ エージェント \`${agent}\` は${mode === 'steer' ? '作業中にメッセージを受け取れない' : '作業を中断できない'}ため、作業が終わるまでメッセージを保留します。`,
  sessionRemoved: (session) => `❌ このメッセージがエージェントに届く前に、セッション ${session} は削除されました。`,
  condition: (condition) => conditions.ja[condition],
  session: (number) => `セッション ${number}`,
  shortened: (text, limit) => (text.length <= limit ? text : `${cut(text, limit)}… (全 ${text.length} 文字)`),
};

const leftBehind = {
  en: {
    'too-large': 'it is too large for this chat',
    unreadable: 'it cannot be read',
    refused: 'the chat server refused it',
  },
  ja: {
    'too-large': 'このチャットで送れるサイズを超えています',
    unreadable: 'ファイルを読み取れません',
    refused: 'チャットサーバーに拒否されました',
  },
} as const satisfies Readonly<Record<Language, Readonly<Record<LeftBehind, string>>>>;

const conditions: Readonly<Record<Language, Readonly<Record<Condition, string>>>> = {
  en: {
    starting: 'starting',
    idle: 'idle',
    busy: 'busy',
    permission: 'waiting for a permission',
    question: 'waiting for an answer',
    plan: 'waiting for a decision on its plan',
    form: 'waiting for a form to be filled in',
    trust: 'waiting for trust in its directory',
    login: 'waiting for a login',
    lost: 'lost, coming back',
    failed: 'failed',
    stopped: 'stopped',
  },
  ja: {
    starting: '起動中',
    idle: '待機中',
    busy: '作業中',
    permission: '許可待ち',
    question: '回答待ち',
    plan: '計画の承認待ち',
    form: '入力待ち',
    trust: 'ディレクトリの信頼確認待ち',
    login: 'ログイン待ち',
    lost: '異常終了・復旧中',
    failed: 'エラー',
    stopped: '停止中',
  },
};

export function wordsIn(language: Language): Words {
  return { en: english, ja: japanese }[language];
}

/** A duration in its largest unit that gives a whole number: `6 h`. */
function span(ms: number, language: Language): string {
  const [s, min, h] = units[language];
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} ${s}`;
  return minutes % 60 === 0 ? `${minutes / 60} ${h}` : `${minutes} ${min}`;
}

const units = { en: ['s', 'min', 'h'], ja: ['秒', '分', '時間'] } as const satisfies Readonly<
  Record<Language, readonly string[]>
>;
