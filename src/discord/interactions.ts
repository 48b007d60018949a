import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ActAnswer, ChatAct, ChatHandlers } from '../contracts/chat.ts';
import type { ChannelPlace, ChannelPlaces } from './channel-places.ts';
import { InteractionReplies } from './interaction-replies.ts';
import { parseInteraction } from './parse-interaction.ts';
import type { ParsedAct } from './parse-interaction.ts';
import type { RestCalls } from './rest-calls.ts';

/** What is said to who did something that came to nothing. */
export interface ActWords {
  /** It broke on the way. */
  readonly failed: string;
  /** A form could not be opened in time. */
  readonly formTooLate: string;
}

export interface InteractionsOptions {
  readonly rest: RestCalls;
  readonly places: ChannelPlaces;
  readonly clock: Clock;
  readonly log: Log;
  readonly words: ActWords;
  /** Who is told; undefined when nobody is any more. */
  readonly handlers: () => Pick<ChatHandlers, 'onAct'> | undefined;
  readonly closed: AbortSignal;
}

/** How long an answer may take to be the first one, in milliseconds; the server waits for three seconds, the line included. */
const patienceMs = 1_500;

/** I11: so many acts are known by their id, for the gateway tells of some twice. */
const mostKnown = 5_000;

/**
 * Turns what people press, choose, submit and command into calls of the handlers, once each, and shows them what came of
 * it: in time, whatever the handlers take. Knows nothing about what an act is for.
 */
export class Interactions {
  readonly #options: InteractionsOptions;
  readonly #replies: InteractionReplies;
  readonly #known = new Set<string>();

  constructor(options: InteractionsOptions) {
    this.#options = options;
    this.#replies = new InteractionReplies(options);
  }

  /** Somebody did something, as the gateway tells it. */
  acted(data: unknown): void {
    const { clock, log } = this.#options;
    const since = clock.monotonic();
    const parsed = parseInteraction(data);
    if (parsed.kind === 'malformed') log.warn({ error: parsed.reason }, 'an act could not be read');
    if (parsed.kind !== 'act' || !this.#isNew(parsed.act.reference.id)) return;
    this.#handle(parsed.act, since).catch((error: unknown) => {
      log.error({ error: describeError(error) }, 'an act could not be handled');
    });
  }

  #isNew(id: string): boolean {
    if (this.#known.has(id)) return false;
    this.#known.add(id);
    const [oldest] = this.#known;
    if (this.#known.size > mostKnown && oldest !== undefined) this.#known.delete(oldest);
    return true;
  }

  async #handle(act: ParsedAct, since: number): Promise<void> {
    const { reference } = act;
    const answer = this.#ask(act);
    const early = await this.#withinPatience(answer);
    if (early !== undefined) {
      await this.#answer(act, early, since);
      return;
    }
    const isDeferred = await this.#replies.defer(reference, since);
    const late = await answer;
    // Nobody sees an answer to what the server does not know.
    if (isDeferred) await this.#answerLater(act, late);
  }

  async #ask(act: ParsedAct): Promise<ActAnswer> {
    const { handlers, log, words } = this.#options;
    const { channel } = act;
    try {
      const place = await this.#placeOf(act);
      const told: ChatAct = {
        id: `discord:${act.reference.id}`,
        author: act.author,
        channel,
        parent: place.parent,
        direct: place.direct,
        deed: act.deed,
      };
      const handler = handlers();
      if (!handler) throw new Error('nobody listens any more');
      return await handler.onAct(told);
    } catch (error) {
      log.error({ channel, error: describeError(error) }, 'an act came to nothing');
      return { kind: 'private', text: words.failed };
    }
  }

  #placeOf({ channel, channelData, guild }: ParsedAct): ChannelPlace | Promise<ChannelPlace> {
    const { places } = this.#options;
    return places.learn(channelData, guild) ?? places.find(channel);
  }

  /** The answer, unless it takes so long that the server has to be told something else first. */
  #withinPatience(answer: Promise<ActAnswer>): Promise<ActAnswer | undefined> {
    const { promise: over, resolve } = Promise.withResolvers<undefined>();
    const cancel = this.#options.clock.after(patienceMs, () => resolve(undefined));
    return Promise.race([answer, over]).finally(cancel);
  }

  async #answer({ reference, channel, deed }: ParsedAct, answer: ActAnswer, since: number): Promise<void> {
    switch (answer.kind) {
      case 'done':
        if (await this.#replies.defer(reference, since)) await this.#replies.sayNothing(reference);
        return;
      case 'private':
        await this.#replies.say(reference, answer.text, since);
        return;
      case 'form':
        if (deed.kind !== 'submit') {
          await this.#replies.open(reference, answer.form, since);
          return;
        }
        this.#options.log.error({ channel }, 'a form cannot be answered with a form');
        await this.#replies.say(reference, this.#options.words.failed, since);
    }
  }

  async #answerLater({ reference }: ParsedAct, answer: ActAnswer): Promise<void> {
    switch (answer.kind) {
      case 'done':
        await this.#replies.sayNothing(reference);
        return;
      case 'private':
        await this.#replies.sayLater(reference, answer.text);
        return;
      case 'form':
        await this.#replies.sayLater(reference, this.#options.words.formTooLate);
    }
  }
}
