import { BridgeError } from '../../base/errors.ts';
import { describeSource } from '../../config/load-config.ts';
import type { ValueSource } from '../../config/load-config.ts';
import { canBeToken, withoutPrefix } from '../../discord/diagnosis.ts';
import type { Application, Answer } from '../../discord/diagnosis.ts';
import type { QuietTools, SetupTools } from './tools.ts';
import { clicks, portalPage } from './words.ts';

/** A token that works. */
export interface GoodToken {
  readonly token: string;
  /** The bot's name. */
  readonly bot: string;
  readonly application: Application;
  /** It is set already, and nothing is to be written. */
  readonly isSet: boolean;
}

/** What the chat server thinks of a token. */
export type TokenJudgement =
  | { readonly kind: 'good'; readonly bot: string; readonly application: Application }
  | { readonly kind: 'wrong'; readonly words: string }
  | { readonly kind: 'offline'; readonly words: string }
  | { readonly kind: 'no-intent'; readonly words: string; readonly link: string };

/** Asks for the token until there is one that works; undefined when the person wants no Discord. */
export async function findToken(tools: SetupTools): Promise<GoodToken | undefined> {
  const { asker } = tools;
  const known = await checkKnownToken(tools);
  if (known) return known;
  asker.explain('A bot of your own, in five clicks', clicks);
  if (!(await asker.confirm('Connect Discord now?', true))) return undefined;
  for (;;) {
    const token = withoutPrefix(await asker.secret("Paste the bot's token (it is not shown)", judgeForm));
    const good = await insist(tools, token);
    if (good) return { ...good, isSet: false };
  }
}

/** Asks the chat server what it thinks of a token. */
export async function judgeToken(tools: Pick<QuietTools, 'inquire'>, token: string): Promise<TokenJudgement> {
  const discord = tools.inquire(token);
  const me = await discord.me();
  if (me.kind !== 'ok') return judgeAnswer(me);
  const application = await discord.application();
  if (application.kind !== 'ok') return judgeAnswer(application);
  if (!application.value.readsContent) {
    return {
      kind: 'no-intent',
      words: `"Message Content Intent" of ${application.value.name} is off: the bot could not read what you write.`,
      link: portalPage(application.value.id, 'bot'),
    };
  }
  return { kind: 'good', bot: me.value.username, application: application.value };
}

/** What cannot be a token is not sent anywhere. */
export function judgeForm(answer: string): string | undefined {
  const token = withoutPrefix(answer);
  if (token === '') return 'Paste the token, then press Enter. Ctrl-C leaves, and nothing is changed.';
  if (!canBeToken(token)) return 'A token has no blanks and no letters beyond ASCII. Copy it again.';
  return token.length < 20 ? 'This is too short for a token. It is under Bot → Reset Token.' : undefined;
}

async function checkKnownToken(tools: SetupTools): Promise<GoodToken | undefined> {
  const { asker } = tools;
  const { config, sources } = tools.config();
  const token = config.discordToken;
  if (token === undefined) return undefined;
  asker.say(`A token is set already: ${describeSource(sources.discordToken)}.`);
  const good = await insist(tools, token);
  if (good) return { ...good, token, isSet: true };
  if (sources.discordToken.from === 'environment') throw tokenInEnvironment(sources.discordToken, tools.vai);
  return undefined;
}

/** Whatever is written into files, that token would be used. */
export function tokenInEnvironment(
  source: Extract<ValueSource, { readonly from: 'environment' }>,
  vai: string,
): BridgeError {
  const words = `The token that is used is ${describeSource(source)}, which wins over files.`;
  return new BridgeError('token-in-environment', words, {
    advice: `Run: unset ${source.key}; then again: ${vai} setup`,
  });
}

/** Checks a token, again when the person says so; undefined when another token is needed. */
async function insist(tools: SetupTools, token: string): Promise<Omit<GoodToken, 'isSet'> | undefined> {
  const { asker } = tools;
  for (;;) {
    const judged = await judgeToken(tools, token);
    switch (judged.kind) {
      case 'good':
        asker.say(`The token works: it is that of ${judged.bot}, and it may read messages.`);
        return { token, bot: judged.bot, application: judged.application };
      case 'wrong':
        asker.say(judged.words, 'Copy it again: Bot → Reset Token → Copy. (A new token makes the old one invalid.)');
        return undefined;
      case 'offline':
        asker.say(judged.words, 'The token may be right: look at the network.');
        if (!(await asker.confirm('Try again?', true))) return undefined;
        break;
      case 'no-intent':
        asker.say(judged.words, `Open ${judged.link}, turn on "Message Content Intent" and save.`);
        if (!(await asker.confirm('Is it on? Then it is checked again', true))) return undefined;
    }
  }
}

/** What an answer that tells nothing about its question tells about the token. */
export function judgeAnswer(
  answer: Exclude<Answer<unknown>, { readonly kind: 'ok' }>,
): Extract<TokenJudgement, { readonly kind: 'wrong' | 'offline' }> {
  switch (answer.kind) {
    case 'unauthorized':
      return { kind: 'wrong', words: 'Discord does not accept this token.' };
    case 'refused':
      return { kind: 'wrong', words: `Discord refuses this token: ${answer.words} (HTTP ${answer.status}).` };
    case 'limited':
      return { kind: 'offline', words: `Discord asks to wait ${Math.ceil(answer.waitMs / 1000)} s.` };
    case 'unreachable':
      return { kind: 'offline', words: `Discord cannot be reached: ${answer.reason}.` };
  }
}
