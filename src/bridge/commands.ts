import { BridgeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Action } from '../model/access.ts';
import type { SessionNumber } from '../model/session.ts';
import type { ActAnswer, ChatAct, ChatCommand } from '../contracts/chat.ts';
import type { Stores } from '../contracts/stores.ts';
import type { Gate } from './access/gate.ts';
import { QueueDesk } from './desks/queue-desk.ts';
import { route } from './inbound/routing.ts';
import type { RoutingPolicy } from './inbound/routing.ts';
import { conditionOf } from './outbound/channel-topics.ts';
import { plain } from './prompts/card-text.ts';
import type { ReplyCollector } from './replies/reply-collector.ts';
import type { SessionManager } from './session/session-manager.ts';
import type { Words } from './words.ts';
import type { CommandWords } from './words/commands.ts';

export interface CommandsOptions {
  readonly sessions: SessionManager;
  readonly stores: Stores;
  readonly collector: ReplyCollector;
  readonly gate: Gate;
  readonly policy: RoutingPolicy;
  readonly words: Words;
  readonly commandWords: CommandWords;
  readonly log: Log;
}

type Command = 'prompts' | 'status' | 'queue' | 'stop' | 'take-out';

/** What each command asks the gate for. */
const actionOf: Readonly<Record<Command, Action>> = {
  prompts: 'read-texts',
  status: 'read',
  queue: 'read-texts',
  stop: 'control',
  'take-out': 'control',
};

/** As many messages are listed; the rest is counted. */
const mostListed = 15;

/**
 * Commands of people in chat, about the session of their channel. Every answer is for whoever used the command alone.
 * Knows nothing about how a chat server shows them.
 */
export class Commands {
  readonly #options: CommandsOptions;
  readonly #queues: QueueDesk;

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#queues = new QueueDesk(options);
  }

  /** What people find in their client. */
  list(): readonly ChatCommand[] {
    const { descriptions, takeOut } = this.#options.commandWords;
    return [
      ...(['prompts', 'status', 'queue', 'stop'] as const).map((name) => ({
        name,
        kind: 'command' as const,
        description: descriptions[name],
        options: [],
      })),
      { name: takeOut, kind: 'message-command', description: '', options: [] },
    ];
  }

  async act(act: ChatAct): Promise<ActAnswer> {
    return { kind: 'private', text: await this.#answer(act) };
  }

  async #answer(act: ChatAct): Promise<string> {
    const { commandWords, gate } = this.#options;
    const { deed, author, channel } = act;
    const command = this.#commandOf(act);
    if (!command || !('name' in deed)) return commandWords.failed('?');
    const message = deed.kind === 'message-command' ? deed.messageId : undefined;
    const session = message === undefined ? this.#sessionOf(act) : this.#queues.sessionOf(message);
    if (session === undefined) return message === undefined ? commandWords.noSession() : commandWords.notInQueue();
    const via = { surface: deed.kind, channel, ...(message === undefined ? {} : { about: message }) };
    if (!gate.decide(author, actionOf[command], session, via).allowed) return commandWords.mayNot();
    try {
      return await this.#run(command, session, message ?? '', author.name);
    } catch (error) {
      if (error instanceof BridgeError) return commandWords.failed(error.message);
      throw error;
    }
  }

  #commandOf({ deed }: ChatAct): Command | undefined {
    if (deed.kind === 'message-command') {
      return deed.name === this.#options.commandWords.takeOut ? 'take-out' : undefined;
    }
    if (deed.kind !== 'command') return undefined;
    return (['prompts', 'status', 'queue', 'stop'] as const).find((name) => name === deed.name);
  }

  #sessionOf(act: ChatAct): SessionNumber | undefined {
    const { sessions, policy } = this.#options;
    const found = route(act, sessions.entries(), policy);
    const known = found.kind !== 'ignored' && sessions.entries().some(({ number }) => number === found.session);
    return known ? found.session : undefined;
  }

  async #run(command: Command, session: SessionNumber, message: string, by: string): Promise<string> {
    const { commandWords, stores } = this.#options;
    switch (command) {
      case 'status':
        return this.#status(session);
      case 'prompts':
        return this.#prompts(session);
      case 'queue':
        return this.#queue(session);
      case 'stop':
        return (await this.#queues.interrupt(session)) === 'idle'
          ? commandWords.nothingToStop()
          : commandWords.stopped();
      case 'take-out':
        this.#queues.withdraw(session, message, by);
        await stores.flushed();
        return commandWords.takenOut();
    }
  }

  #status(number: SessionNumber): string {
    const { sessions, stores, words, commandWords } = this.#options;
    const { record, state } = sessions.get(number);
    const condition = words.condition(conditionOf(record.lifecycle, state));
    return commandWords.status(number, record.agent, condition, stores.inbox.countUnsettled(number));
  }

  #prompts(session: SessionNumber): string {
    const { stores, words, commandWords } = this.#options;
    const open = stores.prompts.listOpen(session);
    if (open.length === 0) return commandWords.noPrompts();
    return open
      .map(({ id, kind, tool, since }) =>
        commandWords.prompt(id, `${words.condition(kind)} (${plain(tool, 60)})`, `<t:${Math.round(since / 1000)}:R>`),
      )
      .join('\n');
  }

  #queue(session: SessionNumber): string {
    const { commandWords } = this.#options;
    const { messages } = this.#queues.queue(session);
    if (messages.length === 0) return commandWords.noQueue();
    const lines = messages
      .slice(0, mostListed)
      .map(({ author, beginning, waitsFor }) => commandWords.queued(plain(author, 40), plain(beginning, 60), waitsFor));
    const more = messages.length - lines.length;
    return [...lines, ...(more > 0 ? [commandWords.andMore(more)] : [])].join('\n');
  }
}
