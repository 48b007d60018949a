import type { Decider, Prompt, PromptGrant, PromptKind } from '../../model/prompt.ts';
import type { SessionNumber } from '../../model/session.ts';

/** What can be done with a request, in the few words that fit a button. */
export type CardAction =
  | 'allow'
  | 'deny'
  | 'denyWithWord'
  | 'approve'
  | 'revise'
  | 'trust'
  | 'dontTrust'
  | 'ownWords'
  | 'answer'
  | 'noAnswer'
  | 'fillIn'
  | 'decline'
  | 'send';

/** Everything that is said about what agents ask, in one language. Texts are Markdown of the chat; buttons are plain. */
export interface PromptWords {
  /** The first line of a card. `tool` and `session` are ready to be shown. */
  title(kind: PromptKind, tool: string, session: SessionNumber): string;
  button(action: CardAction): string;
  /** A button that grants more than this once: names exactly what. */
  grantButton(kind: PromptKind, grant: PromptGrant): string;
  /** The line of the card about such a button: what is written, and where. */
  grantLine(kind: PromptKind, grant: PromptGrant, shown: string): string;
  /** A tool's own reason. */
  reason(text: string): string;
  /** Not all of it is shown. `size` is a text. */
  shortened(shown: number, all: number, file: string, size: string): string;
  /** The rules do not fit into a card. */
  rulesInFile(count: number, file: string): string;
  /** What trusting a directory means. */
  trustMeans(): string;
  /** What stands in a menu while nothing is chosen. */
  menu(isMultiple: boolean): string;
  /** A line about what is chosen so far. */
  chosen(answer: string): string;
  optional(): string;
  formTitle(kind: 'deny' | 'revise' | 'answer'): string;
  wordLabel(kind: 'deny' | 'revise'): string;
  /** Under a card: how else it can be decided. */
  elsewhere(prompt: Pick<Prompt, 'id' | 'kind'>): string;
  /** The owner's default answer, and when: a time as the chat shows it. */
  defaultComes(behavior: 'allow' | 'deny', when: string): string;
  /** A person's own words, ready to be shown, within a line of the bot's. */
  quoted(text: string): string;
  /** Who decided, with where. */
  who(by: Decider): string;
  /** What was decided; `word` and `answers` are ready to be shown. */
  decided(prompt: Pick<Prompt, 'kind' | 'grants' | 'decision'>, detail: string | undefined): string;
  sent(what: string, who: string): string;
  applied(what: string, who: string): string;
  decidedAtDesk(late: string | undefined): string;
  expired(late: string | undefined): string;
  agentEnded(late: string | undefined): string;
  waitsNoMore(late: string | undefined): string;
  /** An answer that did not get there; it can be decided again. */
  notTaken(who: string): string;
  /** To somebody who pressed too late: what became of it. */
  notOpen(outcome: string): string;
  /** To somebody whose answer is not whole. */
  stillMissing(questions: readonly string[]): string;
  unknownOption(answer: string, options: readonly string[]): string;
  unknownRequest(): string;
  mayNotDecide(): string;
  /** It was refused by the agent or the bridge, with why. */
  failed(reason: string): string;
  /** Said once more because nobody decided: whom it asks, and for how long it has waited. */
  reminder(kind: PromptKind, tool: string, mentions: string, waited: string): string;
  /** Nobody answered until the agent gave up. */
  expiredReminder(kind: PromptKind, tool: string): string;
  /** Nobody needs to log in any more. */
  loggedIn(): string;
}

const english: PromptWords = {
  title: (kind, tool, session) =>
    ({
      permission: `🔐 **${tool}** needs your permission (session ${session})`,
      question: `❓ The agent asks (session ${session})`,
      plan: `📝 The agent shows its plan (session ${session})`,
      form: `🧾 **${tool}** needs some values (session ${session})`,
      trust: `📁 May the agent trust its directory? (session ${session})`,
    })[kind],
  button: (action) => buttons.en[action],
  grantButton: (kind, grant) => {
    if (grant.kind === 'mode') return modeButton(kind, grant.mode, 'Approve', 'Allow', 'and accept edits', 'mode');
    return `${grants.en.button[effectOf(grant)]}: ${itemsOf(grant)}`;
  },
  grantLine: (kind, grant, shown) => {
    const where = grant.where === 'session' ? 'until the agent ends' : `written to ${code(grant.where)}`;
    if (grant.kind === 'mode') return `⏩ **${english.grantButton(kind, grant)}**: mode ${code(grant.mode)}, ${where}`;
    if (grant.kind === 'directories') return `♾️ **Always**: may use ${shown}, ${where}`;
    const effect = { allow: 'allows', deny: 'denies', ask: 'asks for' }[grant.effect];
    return `♾️ **Always**: ${effect} ${shown}, ${where}`;
  },
  reason: (text) => `💬 ${text}`,
  shortened: (shown, all, file, size) =>
    `✂️ The first ${count(shown)} of ${count(all)} characters. All of it: \`${file}\` (${size}).`,
  rulesInFile: (rules, file) => `${count(rules)} rules, listed in \`${file}\``,
  trustMeans: () => 'It then runs what this directory configures: hooks, tools, servers. Only an owner decides.',
  menu: (isMultiple) => (isMultiple ? 'Choose one or more' : 'Choose one'),
  chosen: (answer) => `✔️ ${answer}`,
  optional: () => '(optional)',
  formTitle: (kind) => ({ deny: 'Deny with a word', revise: 'Revise the plan', answer: 'In your own words' })[kind],
  wordLabel: (kind) => ({ deny: 'What the agent is told', revise: 'What is to be different' })[kind],
  elsewhere: ({ id, kind }) => `-# or on the machine: \`${answerCommand(id, kind)}\``,
  defaultComes: (behavior, when) =>
    `⏲️ If nobody decides, it is ${behavior === 'allow' ? 'allowed' : 'denied'} by default ${when}.`,
  quoted: (text) => `“${text}”`,
  who: (by) => ({ chat: `${by.name} (Discord)`, shell: '`vai answer` on the machine', default: 'default' })[by.from],
  decided: ({ kind, grants: offered, decision }, detail) => {
    const more = detail === undefined ? '' : `: ${detail}`;
    switch (decision?.answer.behavior) {
      case undefined:
        return '';
      case 'deny':
        return `${detail !== undefined && kind === 'plan' ? 'sent back' : denied.en[kind]}${more}`;
      case 'choose':
        return `${kind === 'form' ? 'filled in' : 'answered'}${more}`;
      case 'allow': {
        const { grant: granted } = decision.answer;
        const grant = offered.find(({ id }) => id === granted);
        if (!grant) return kind === 'permission' ? 'allowed once' : kind === 'trust' ? 'trusted' : 'approved';
        return grant.kind === 'mode'
          ? `${kind === 'plan' ? 'approved' : 'allowed'}, mode \`${grant.mode}\``
          : `${grants.en.decided[effectOf(grant)]}${more}`;
      }
    }
  },
  sent: (what, who) => `📨 **${what}** by ${who}. Sent, the agent has not confirmed it yet.`,
  applied: (what, who) => `**${what}** by ${who}, applied.`,
  decidedAtDesk: (late) => `🖥️ Decided at the terminal, or its work was stopped.${tooLate.en(late)}`,
  expired: (late) => `⌛ Expired: nobody answered in time.${tooLate.en(late)}`,
  agentEnded: (late) => `⏹️ The agent ended before this was decided.${tooLate.en(late)}`,
  waitsNoMore: (late) => `⏹️ The agent does not wait for this any more.${tooLate.en(late)}`,
  notTaken: (who) => `⚠️ The answer of ${who} did not reach the agent. Please decide again.`,
  notOpen: (outcome) => `This request is not open any more.\n${outcome}`,
  stillMissing: (questions) => `Still without an answer:\n${questions.map((one) => `- ${one}`).join('\n')}`,
  unknownOption: (answer, options) => `“${answer}” is not among the answers. There are: ${options.join(', ')}`,
  unknownRequest: () => 'This request is not known any more.',
  mayNotDecide: () => 'You may not decide this. Ask an owner of the bridge.',
  failed: (reason) => `That did not work: ${reason}`,
  reminder: (kind, tool, mentions, waited) =>
    `⏰ ${mentions} ${waitsFor.en(kind, tool)} still waits, asked ${waited}.`.replace('  ', ' '),
  expiredReminder: (kind, tool) => `⌛ ${waitsFor.en(kind, tool)} expired: nobody answered in time.`,
  loggedIn: () => '✅ The agent is logged in. Your messages go on.',
};

const japanese: PromptWords = {
  title: (kind, tool, session) =>
    ({
      permission: `🔐 **${tool}** の許可が必要です (セッション ${session})`,
      question: `❓ エージェントからの質問です (セッション ${session})`,
      plan: `📝 エージェントが計画を提示しています (セッション ${session})`,
      form: `🧾 **${tool}** が入力を求めています (セッション ${session})`,
      trust: `📁 エージェントのディレクトリを信頼しますか？ (セッション ${session})`,
    })[kind],
  button: (action) => buttons.ja[action],
  grantButton: (kind, grant) => {
    if (grant.kind === 'mode') return modeButton(kind, grant.mode, '承認', '許可', '(編集も自動で許可)', 'モード');
    return `${grants.ja.button[effectOf(grant)]}: ${itemsOf(grant)}`;
  },
  grantLine: (kind, grant, shown) => {
    const where = grant.where === 'session' ? 'エージェントの終了まで有効' : `${code(grant.where)} に書き込み`;
    if (grant.kind === 'mode')
      return `⏩ **${japanese.grantButton(kind, grant)}**: モード ${code(grant.mode)}、${where}`;
    if (grant.kind === 'directories') return `♾️ **常に許可**: ${shown} の使用、${where}`;
    const effect = { allow: '常に許可', deny: '以後拒否', ask: '以後確認' }[grant.effect];
    return `♾️ **${effect}**: ${shown}、${where}`;
  },
  reason: (text) => `💬 ${text}`,
  shortened: (shown, all, file, size) =>
    `✂️ 全 ${count(all)} 文字のうち、先頭の ${count(shown)} 文字です。全文: \`${file}\` (${size})`,
  rulesInFile: (rules, file) => `${count(rules)} 件のルール (一覧は \`${file}\`)`,
  trustMeans: () =>
    '信頼すると、このディレクトリで設定されているもの (フック、ツール、サーバー) が実行されます。回答できるのは所有者だけです。',
  menu: (isMultiple) => (isMultiple ? '選択してください (複数可)' : '選択してください'),
  chosen: (answer) => `✔️ ${answer}`,
  optional: () => '(任意)',
  formTitle: (kind) => ({ deny: '理由を付けて拒否', revise: '計画の修正', answer: '自由回答' })[kind],
  wordLabel: (kind) => ({ deny: 'エージェントに伝える内容', revise: '修正してほしい点' })[kind],
  elsewhere: ({ id, kind }) => `-# ブリッジのマシンからは: \`${answerCommand(id, kind)}\``,
  defaultComes: (behavior, when) =>
    `⏲️ 誰も回答しなければ、${when}に自動で${behavior === 'allow' ? '許可' : '拒否'}されます。`,
  quoted: (text) => `「${text}」`,
  who: (by) => ({ chat: `${by.name} (Discord)`, shell: 'マシンの `vai answer`', default: '自動回答' })[by.from],
  decided: ({ kind, grants: offered, decision }, detail) => {
    const more = detail === undefined ? '' : `: ${detail}`;
    switch (decision?.answer.behavior) {
      case undefined:
        return '';
      case 'deny':
        return `${detail !== undefined && kind === 'plan' ? '差し戻し' : denied.ja[kind]}${more}`;
      case 'choose':
        return `${kind === 'form' ? '入力済み' : '回答済み'}${more}`;
      case 'allow': {
        const { grant: granted } = decision.answer;
        const grant = offered.find(({ id }) => id === granted);
        if (!grant) return kind === 'permission' ? '一度だけ許可' : kind === 'trust' ? '信頼する' : '承認';
        return grant.kind === 'mode'
          ? `${kind === 'plan' ? '承認' : '許可'}、モード \`${grant.mode}\``
          : `${grants.ja.decided[effectOf(grant)]}${more}`;
      }
    }
  },
  sent: (what, who) => `📨 **${what}** · ${who} · 送信済み、エージェントの確認待ち`,
  applied: (what, who) => `**${what}** · ${who} · 反映済み`,
  decidedAtDesk: (late) => `🖥️ ターミナルで回答されたか、作業が中断されました。${tooLate.ja(late)}`,
  expired: (late) => `⌛ 期限切れ: 時間内に回答がありませんでした。${tooLate.ja(late)}`,
  agentEnded: (late) => `⏹️ 回答される前にエージェントが終了しました。${tooLate.ja(late)}`,
  waitsNoMore: (late) => `⏹️ エージェントはもうこの回答を待っていません。${tooLate.ja(late)}`,
  notTaken: (who) => `⚠️ エージェントに届かなかった回答: ${who}。もう一度回答してください。`,
  notOpen: (outcome) => `このリクエストには、もう回答できません。\n${outcome}`,
  stillMissing: (questions) => `まだ回答がない質問:\n${questions.map((one) => `- ${one}`).join('\n')}`,
  unknownOption: (answer, options) => `「${answer}」は選択肢にありません。選択肢: ${options.join('、')}`,
  unknownRequest: () => 'このリクエストの記録はもうありません。',
  mayNotDecide: () => 'このリクエストに回答する権限がありません。ブリッジの所有者に相談してください。',
  failed: (reason) => `実行できませんでした: ${reason}`,
  reminder: (kind, tool, mentions, waited) =>
    `⏰ ${mentions} ${waitsFor.ja(kind, tool)}が ${waited}から回答待ちです。`.replace('  ', ' '),
  expiredReminder: (kind, tool) => `⌛ ${waitsFor.ja(kind, tool)}は、時間内に回答がなく期限切れになりました。`,
  loggedIn: () => '✅ エージェントがログインしました。メッセージの処理を再開します。',
};

const buttons = {
  en: {
    allow: 'Allow once',
    deny: 'Deny',
    denyWithWord: 'Deny with a word…',
    approve: 'Approve',
    revise: 'Revise…',
    trust: 'Trust it',
    dontTrust: "Don't",
    ownWords: 'In my own words…',
    answer: 'Answer…',
    noAnswer: 'No answer',
    fillIn: 'Fill in…',
    decline: 'Decline',
    send: 'Send',
  },
  ja: {
    allow: '一度だけ許可',
    deny: '拒否',
    denyWithWord: '理由を付けて拒否…',
    approve: '承認',
    revise: '修正を依頼…',
    trust: '信頼する',
    dontTrust: '信頼しない',
    ownWords: '自由に回答…',
    answer: '回答…',
    noAnswer: '回答しない',
    fillIn: '入力…',
    decline: '入力しない',
    send: '送信',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<CardAction, string>>>>;

/** What a yes with a grant does, by what its rules will do; directories are allowed. */
const grants = {
  en: {
    button: { allow: 'Always', deny: 'Allow, later deny', ask: 'Allow, later ask' },
    decided: { allow: 'always allowed', deny: 'allowed, later denied', ask: 'allowed, later asked for' },
  },
  ja: {
    button: { allow: '常に許可', deny: '今回は許可、以後拒否', ask: '今回は許可、以後確認' },
    decided: { allow: '常に許可', deny: '今回は許可、以後拒否', ask: '今回は許可、以後確認' },
  },
} as const;

const denied = {
  en: {
    permission: 'denied',
    question: 'left without an answer',
    plan: 'not approved',
    form: 'declined',
    trust: 'not trusted',
  },
  ja: { permission: '拒否', question: '回答なし', plan: '却下', form: '入力なし', trust: '信頼しない' },
} as const satisfies Readonly<Record<string, Readonly<Record<PromptKind, string>>>>;

const tooLate = {
  en: (late: string | undefined) => (late === undefined ? '' : ` The answer of ${late} came too late.`),
  ja: (late: string | undefined) => (late === undefined ? '' : `間に合わなかった回答: ${late}`),
};

const waitsFor = {
  en: (kind: PromptKind, tool: string) =>
    ({
      permission: `A permission for **${tool}**`,
      question: 'A question of the agent',
      plan: 'The plan of the agent',
      form: `A form of **${tool}**`,
      trust: 'The question whether a directory is trusted',
    })[kind],
  ja: (kind: PromptKind, tool: string) =>
    ({
      permission: `**${tool}** の許可リクエスト`,
      question: 'エージェントの質問',
      plan: 'エージェントの計画',
      form: `**${tool}** の入力リクエスト`,
      trust: 'ディレクトリの信頼確認',
    })[kind],
};

export const promptWords = { en: english, ja: japanese } as const;

function modeButton(
  kind: PromptKind,
  mode: string,
  approve: string,
  allow: string,
  edits: string,
  word: string,
): string {
  const yes = kind === 'plan' ? approve : allow;
  return mode === 'acceptEdits' ? `${yes} ${edits}` : `${yes} (${word}: ${mode})`;
}

type WithItems = Exclude<PromptGrant, { kind: 'mode' }>;

function effectOf(grant: WithItems): 'allow' | 'deny' | 'ask' {
  return grant.kind === 'rules' ? grant.effect : 'allow';
}

function itemsOf(grant: WithItems): string {
  return (grant.kind === 'rules' ? grant.rules : grant.directories).join(', ');
}

function answerCommand(id: string, kind: PromptKind): string {
  return kind === 'question' || kind === 'form' ? `vai answer ${id} --choose "…=…"` : `vai answer ${id} allow|deny`;
}

function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Inside of backticks nothing of a path can be read as Markdown; its own backticks would end them. */
function code(text: string): string {
  return `\`${text.replaceAll('`', 'ˋ')}\``;
}
