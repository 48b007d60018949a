import type { APIApplicationCommand } from 'discord-api-types/v10';

import type { Clock } from '../../base/clock.ts';
import type { Command } from './commands/command-index.ts';
import { sentOptions } from './commands/option-values.ts';
import type { Rest } from './connection/rest.ts';
import { failureReason } from './failure-reason.ts';
import type { Action, ChatState } from './state/chat-state.ts';
import type { Message, ModalForm } from './state/payloads.ts';
import type { PendingInteraction } from './state/pending-interactions.ts';
import type { Store } from './state/store.ts';
import type { Words } from './words/words.ts';

/** Discord's numbers for what a person does. */
const interactionTypes = { command: 2, component: 3, autocomplete: 4, modal: 5 } as const;

/** An answer later than this never comes: the server itself waits for 3 s. */
const patienceMs = 15_000;

/**
 * Presses buttons, chooses, runs commands and submits forms, the way Discord's own client does.
 * Knows nothing about messages.
 */
export class Actor {
  readonly #store: Store<ChatState, Action>;
  readonly #rest: Rest;
  readonly #clock: Clock;
  readonly #words: Words;
  readonly #newNonce: () => string;

  constructor(options: {
    readonly store: Store<ChatState, Action>;
    readonly rest: Rest;
    readonly clock: Clock;
    readonly words: Words;
    readonly newNonce: () => string;
  }) {
    this.#store = options.store;
    this.#rest = options.rest;
    this.#clock = options.clock;
    this.#words = options.words;
    this.#newNonce = options.newNonce;
  }

  /** Presses a button, or chooses `values` in a menu. */
  press(message: Message, component: { type: number; customId: string; values?: readonly string[] }): void {
    const { type, customId, values } = component;
    void this.#send(
      { kind: 'component', message: message.id, customId },
      {
        type: interactionTypes.component,
        channel_id: message.channel_id,
        message_id: message.id,
        message_flags: message.flags ?? 0,
        application_id: message.application_id ?? message.author.id,
        data: { component_type: type, custom_id: customId, ...(values ? { values, type } : {}) },
      },
    );
  }

  run(channel: string, command: Command, values: ReadonlyMap<string, string>): void {
    void this.#send(
      { kind: 'command', channel, name: `/${command.name}` },
      {
        type: interactionTypes.command,
        channel_id: channel,
        application_id: command.source.application_id,
        data: commandData(command, sentOptions(command, values)),
      },
    );
  }

  /** Uses a command of a message's menu. */
  runOn(message: Message, { id, name, type, version, application_id: application }: APIApplicationCommand): void {
    void this.#send(
      { kind: 'command', channel: message.channel_id, name },
      {
        type: interactionTypes.command,
        channel_id: message.channel_id,
        application_id: application,
        data: { id, name, type, version, target_id: message.id },
      },
    );
  }

  /** Asks for values of one option; the nonce that its answer will have. */
  suggest(channel: string, command: Command, values: ReadonlyMap<string, string>, option: string): string {
    const body = {
      type: interactionTypes.autocomplete,
      channel_id: channel,
      application_id: command.source.application_id,
      data: commandData(command, sentOptions(command, values, option)),
    };
    return this.#send({ kind: 'autocomplete' }, body);
  }

  submit(form: ModalForm, components: readonly object[]): void {
    void this.#send(
      { kind: 'modal', form: form.id },
      {
        type: interactionTypes.modal,
        channel_id: form.channel_id,
        application_id: form.application.id,
        data: { id: form.id, custom_id: form.custom_id, components },
      },
    );
  }

  #send(what: PendingInteraction['what'], body: object): string {
    const nonce = this.#newNonce();
    this.#store.dispatch({ kind: 'interaction', started: { nonce, what, status: 'pending' } });
    void this.#post(nonce, body);
    this.#clock.after(patienceMs, () => {
      const isOpen = this.#store.state.interactions.pending.some(
        (one) => one.nonce === nonce && one.status === 'pending',
      );
      if (isOpen) this.#store.dispatch({ kind: 'interaction-failed', nonce, reason: this.#words.noAnswer });
    });
    return nonce;
  }

  async #post(nonce: string, body: object): Promise<void> {
    const { guild, session } = this.#store.state;
    try {
      await this.#rest.call('POST', '/interactions', {
        json: { ...body, nonce, guild_id: guild, session_id: session },
      });
    } catch (error) {
      this.#store.dispatch({ kind: 'interaction-failed', nonce, reason: failureReason(error, this.#words) });
    }
  }
}

function commandData({ source }: Command, options: readonly object[]): object {
  const { id, name, type, version } = source;
  return { id, name, type, version, options };
}
