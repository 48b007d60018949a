import { BridgeError, describeError } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { InboundMessage } from '../../model/message.ts';
import type { ChatTransport } from '../../contracts/chat.ts';
import type { Gate } from '../access/gate.ts';

export interface AuthorRolesOptions {
  readonly transport: Pick<ChatTransport, 'rolesOf'>;
  readonly gate: Pick<Gate, 'needsRolesOf'>;
  readonly log: Log;
}

/**
 * Looks up which roles the authors of messages have, where that decides what they may do and the messages do not say it:
 * history does not. Knows nothing about what roles allow.
 */
export class AuthorRoles {
  readonly #options: AuthorRolesOptions;

  constructor(options: AuthorRolesOptions) {
    this.#options = options;
  }

  /** Whether something has to be looked up. Nobody has roles where they speak to the bot alone. */
  areMissing({ author, direct }: InboundMessage): boolean {
    return !direct && this.#options.gate.needsRolesOf(author);
  }

  /** The messages with the roles of their authors. @throws BridgeError `chat-unavailable`: nobody knows them now. */
  async complete(messages: readonly InboundMessage[]): Promise<readonly InboundMessage[]> {
    const known = new Map<string, readonly string[]>();
    const completed: InboundMessage[] = [];
    for (const message of messages) {
      const { author } = message;
      if (!this.areMissing(message)) {
        completed.push(message);
        continue;
      }
      const roles = known.get(author.id) ?? (await this.#rolesOf(message));
      known.set(author.id, roles);
      completed.push({ ...message, author: { ...author, roles } });
    }
    return completed;
  }

  /** Somebody who is gone has none, and where the server does not say, nobody has. */
  async #rolesOf({ channel, author }: InboundMessage): Promise<readonly string[]> {
    try {
      return (await this.#options.transport.rolesOf(channel, author.id)) ?? [];
    } catch (error) {
      if (!(error instanceof BridgeError) || error.happened !== 'not-done') throw error;
      this.#options.log.warn({ channel, author: author.id, error: describeError(error) }, 'roles are not to be had');
      return [];
    }
  }
}
