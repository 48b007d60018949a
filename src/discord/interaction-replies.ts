import { InteractionResponseType, MessageFlags, RequestMethod, RESTJSONErrorCodes, Routes } from 'discord.js';
import type { APIInteractionResponse } from 'discord.js';

import type { Clock } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Form } from '../model/controls.ts';
import { modalOf } from './components.ts';
import type { ActReference } from './parse-interaction.ts';
import { cutToMessage } from './render.ts';
import type { Call, RestCalls } from './rest-calls.ts';
import { refusalCode } from './send-errors.ts';

export interface InteractionRepliesOptions {
  readonly rest: RestCalls;
  readonly clock: Clock;
  readonly log: Log;
  /** Nothing is tried again from then on. */
  readonly closed: AbortSignal;
}

/** How long after it came a first answer is worth another try, in milliseconds; the server waits for three seconds. */
const worthMs = 2_500;

/** The pause before a first answer is tried again, in milliseconds; doubled each time. */
const againMs = 150;

/** Pauses before a later answer is tried again, in milliseconds. */
const pauses = [1_000, 5_000, 20_000] as const;

/**
 * What the person who did something sees of it, as requests. Nothing is thrown: what cannot be said to somebody who has gone
 * away is logged. Knows nothing about what was done.
 */
export class InteractionReplies {
  readonly #options: InteractionRepliesOptions;

  constructor(options: InteractionRepliesOptions) {
    this.#options = options;
  }

  /** The first answer: nothing to see, or "thinking" where something has to be seen. @param since monotonic, when it came. */
  defer(reference: ActReference, since: number): Promise<boolean> {
    return this.#first(
      reference,
      reference.isOnMessage
        ? { type: InteractionResponseType.DeferredMessageUpdate }
        : { type: InteractionResponseType.DeferredChannelMessageWithSource, data: { flags: MessageFlags.Ephemeral } },
      since,
    );
  }

  /** The first answer is a text that only they see. */
  say(reference: ActReference, text: string, since: number): Promise<boolean> {
    const data = { ...privately(text), flags: MessageFlags.Ephemeral };
    return this.#first(reference, { type: InteractionResponseType.ChannelMessageWithSource, data }, since);
  }

  /** The first answer is a form. */
  open(reference: ActReference, form: Form, since: number): Promise<boolean> {
    return this.#first(reference, { type: InteractionResponseType.Modal, data: modalOf(form) }, since);
  }

  /** After `defer`: a text that only they see. */
  async sayLater(reference: ActReference, text: string): Promise<void> {
    const { application, token, isOnMessage } = reference;
    // An answer to a control stands beside its message; one that says "thinking" is filled in.
    const [method, path] = isOnMessage
      ? [RequestMethod.Post, Routes.webhook(application, token)]
      : [RequestMethod.Patch, Routes.webhookMessage(application, token)];
    const body = { ...privately(text), ...(isOnMessage ? { flags: MessageFlags.Ephemeral } : {}) };
    await this.#later(reference, method, path, body);
  }

  /** After `defer`: nothing to see. */
  async sayNothing(reference: ActReference): Promise<void> {
    const { application, token, isOnMessage } = reference;
    if (!isOnMessage) await this.#later(reference, RequestMethod.Delete, Routes.webhookMessage(application, token));
  }

  /** Tells whether the server has it. */
  async #first({ id, token }: ActReference, body: APIInteractionResponse, since: number): Promise<boolean> {
    const { rest, clock, log, closed } = this.#options;
    const path = Routes.interactionCallback(id, token);
    const call = { what: 'An answer to an act', kind: 'interaction', method: RequestMethod.Post, path } as const;
    for (let tries = 1; ; tries += 1) {
      try {
        await rest.call(call, (ask) => ask({ body }));
        return true;
      } catch (error) {
        const code = refusalCode(error);
        // The try before has come through, and its answer was lost.
        if (tries > 1 && code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged) return true;
        const ageMs = Math.round(clock.monotonic() - since);
        if (!mayHelp(error) || ageMs >= worthMs || !(await waited(clock, againMs * 2 ** (tries - 1), closed))) {
          log.warn({ ageMs, code, error: described(error, token) }, 'an act could not be answered');
          return false;
        }
      }
    }
  }

  async #later({ token }: ActReference, method: RequestMethod, path: Call['path'], body?: object): Promise<void> {
    const { rest, clock, log, closed } = this.#options;
    const call = { what: 'A private answer', kind: 'interaction', method, path } as const;
    for (const pauseMs of [...pauses, undefined]) {
      try {
        await rest.call(call, (ask) => ask(body === undefined ? {} : { body }));
        return;
      } catch (error) {
        if (mayHelp(error) && pauseMs !== undefined && (await waited(clock, pauseMs, closed))) continue;
        log.warn({ code: refusalCode(error), error: described(error, token) }, 'an act was answered too late');
        return;
      }
    }
  }
}

/** Whether another try may help: not when the quarter of an hour is over. */
function mayHelp(error: unknown): boolean {
  if (refusalCode(error) === RESTJSONErrorCodes.InvalidWebhookToken) return false;
  return error instanceof BridgeError && error.happened === 'unknown';
}

/** False when the wait was ended. */
function waited(clock: Clock, ms: number, ended: AbortSignal): Promise<boolean> {
  return clock.sleep(ms, ended).then(
    () => true,
    () => false,
  );
}

function privately(text: string) {
  return { content: cutToMessage(text), allowed_mentions: { parse: [] } };
}

/** The library's errors may name the address, and that has the token in it. */
function described(error: unknown, token: string): string {
  return describeError(error).replaceAll(token, '…');
}
