import type { InteractionType } from 'discord-api-types/v10';

import type { Cancel, Clock } from '../base/clock.ts';
import { newSecret } from '../base/ids.ts';
import { apiErrors } from './api-error.ts';
import type { Faults } from './faults.ts';

/** Something a person did (a command, a button, a form) that an application is to answer. */
export interface Interaction {
  readonly id: string;
  readonly token: string;
  readonly type: InteractionType;
  readonly application: string;
  readonly user: string;
  readonly channel: string;
  /** The command with its subcommands, for people. */
  readonly command?: string;
  /** Whether the command was typed, or taken from the menu of a message or a user. */
  readonly commandKind?: 'command' | 'context-command';
  /** The message with the button, or the one whose button opened the form. */
  readonly message?: string;
  /** What the person's client called it; told again in everything that becomes of it. */
  readonly nonce?: string;
  /** The person's gateway session that is told of it; absent: all of theirs. */
  readonly session?: string;
  /** Monotonic milliseconds. */
  readonly createdAt: number;
  acknowledged: boolean;
  /** The message that `@original` means, once there is one. */
  original?: string;
}

/** How many are remembered at once; the oldest go first. */
const mostRemembered = 1000;

/**
 * Owns the interactions that can still be answered: each is acknowledged once, in time, and for a quarter of an hour
 * its token can post more. Not kept over a restart, as a token is short-lived anyway.
 */
export class Interactions {
  readonly #clock: Clock;
  readonly #faults: Faults;
  readonly #open = new Map<string, Interaction>();
  readonly #deadlines = new Map<string, Cancel>();

  constructor(clock: Clock, faults: Faults) {
    this.#clock = clock;
    this.#faults = faults;
  }

  /** Opens an interaction. `onMissed` runs when nobody acknowledges it in time. */
  open(
    facts: Omit<Interaction, 'token' | 'createdAt' | 'acknowledged' | 'original'>,
    onMissed: () => void,
  ): Interaction {
    const interaction = { ...facts, token: newSecret(32), createdAt: this.#clock.monotonic(), acknowledged: false };
    this.#open.set(interaction.id, interaction);
    const [oldest] = this.#open.keys();
    if (this.#open.size > mostRemembered && oldest !== undefined) this.#forget(oldest);
    this.#deadlines.set(interaction.id, this.#clock.after(this.#faults.interactionDeadlineMs, onMissed));
    return interaction;
  }

  get(id: string): Interaction | undefined {
    return this.#open.get(id);
  }

  /**
   * Takes the one acknowledgement: an answer that throws is none, and can be given again.
   *
   * @throws DiscordApiError 10062 (unknown or late), 40060 (again), and what `answer` throws.
   */
  acknowledge<T>(id: string, token: string, answer: (interaction: Interaction) => T): T {
    const interaction = this.#open.get(id);
    if (interaction?.token !== token) throw apiErrors.unknownInteraction();
    if (interaction.acknowledged) throw apiErrors.acknowledged();
    if (this.#age(interaction) > this.#faults.interactionDeadlineMs) throw apiErrors.unknownInteraction();
    const result = answer(interaction);
    interaction.acknowledged = true;
    this.#stopDeadline(id);
    return result;
  }

  /** The interaction of a webhook address. @throws DiscordApiError 10015 (unknown), 50027 (its time is over). */
  byToken(application: string, token: string): Interaction {
    const interaction = [...this.#open.values()].find((one) => one.token === token);
    if (interaction?.application !== application || !interaction.acknowledged) throw apiErrors.unknownWebhook();
    if (this.#age(interaction) > this.#faults.interactionTokenMs) throw apiErrors.webhookTokenInvalid();
    return interaction;
  }

  close(): void {
    for (const id of [...this.#open.keys()]) this.#forget(id);
  }

  #age(interaction: Interaction): number {
    return this.#clock.monotonic() - interaction.createdAt;
  }

  #forget(id: string): void {
    this.#stopDeadline(id);
    this.#open.delete(id);
  }

  #stopDeadline(id: string): void {
    this.#deadlines.get(id)?.();
    this.#deadlines.delete(id);
  }
}
