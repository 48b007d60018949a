import type { APIApplicationCommand } from 'discord-api-types/v10';

import type { Clock } from '../../base/clock.ts';
import { listCommands, listMessageCommands } from './commands/command-index.ts';
import type { GatewayClient } from './connection/gateway-client.ts';
import type { Rest } from './connection/rest.ts';
import { RestError } from './connection/rest.ts';
import { failureReason } from './failure-reason.ts';
import { orderedChannels } from './state/channels.ts';
import type { Action, ChatState, Connection } from './state/chat-state.ts';
import { conversationOf } from './state/chat-state.ts';
import { seamOf } from './state/conversation.ts';
import type { ReadMarks } from './state/drafts.ts';
import type { Emoji, GatewayEvent, Message } from './state/payloads.ts';
import { compareIds } from './state/payloads.ts';
import { typingLastsMs } from './state/reduce-event.ts';
import type { Store } from './state/store.ts';
import type { Words } from './words/words.ts';

/** How much of the history is fetched at once; Discord's largest page has 100. */
const pageSize = 50;

/** How many pages are fetched to close a gap, or to find a message. */
const mostPages = 10;

const typingEveryMs = 8000;

/**
 * What a person does in the chat, and what the gateway tells, as requests and as changes of the state. Owns the fetching
 * of history. Knows nothing about how anything is shown, nor about sending and interactions.
 */
export class Chat {
  readonly store: Store<ChatState, Action>;
  readonly #rest: Rest;
  readonly #clock: Clock;
  readonly #words: Words;
  readonly #marks: ReadMarks;
  readonly #wanted: () => string;
  #unasked: string | undefined;
  readonly #fetching = new Map<string, Promise<void>>();
  readonly #toldTyping = new Map<string, number>();

  constructor(options: {
    readonly store: Store<ChatState, Action>;
    readonly rest: Rest;
    readonly clock: Clock;
    readonly words: Words;
    readonly marks: ReadMarks;
    /** The channel that the page's address names. */
    readonly wanted: () => string;
  }) {
    this.store = options.store;
    this.#rest = options.rest;
    this.#clock = options.clock;
    this.#words = options.words;
    this.#marks = options.marks;
    this.#wanted = options.wanted;
  }

  /** Begins, with what was read before. */
  start(gateway: GatewayClient): void {
    let saved = this.#marks.read();
    this.store.dispatch({ kind: 'last-read', lastRead: saved });
    this.store.subscribe(() => {
      const { lastRead } = this.store.state.reading;
      if (lastRead === saved) return;
      saved = lastRead;
      this.#marks.write(saved);
    });
    void gateway.connect();
  }

  onConnection(connection: Connection): void {
    this.store.dispatch({ kind: 'connection', connection });
  }

  onEvent(event: GatewayEvent): void {
    const before = this.store.state;
    this.store.dispatch({ kind: 'event', event, now: this.#clock.monotonic() });
    if (event.event === 'GUILD_CREATE') {
      if (this.store.state.commands) void this.#fetchCommands(); // there may be others now
      this.#refreshShown();
    }
    if (event.event === 'TYPING_START') {
      this.#clock.after(typingLastsMs + 50, () => {
        this.store.dispatch({ kind: 'typing-over', now: this.#clock.monotonic() });
      });
    }
    const { shown } = this.store.state.reading;
    if (shown !== undefined && this.store.state.channels.has(shown)) return;
    this.open(this.#wanted());
    const lost = shown === undefined ? undefined : before.channels.get(shown);
    if (!lost) return;
    this.#unasked = this.store.state.reading.shown;
    this.store.dispatch({ kind: 'notice', notice: this.#words.channelGone(lost.name) });
  }

  /**
   * Whether a channel is shown only because the one that was looked at has gone. What somebody goes on typing was not
   * meant for it.
   */
  isUnasked(channel: string): boolean {
    return this.#unasked === channel;
  }

  /** Shows a channel, or the first when there is no such one. */
  open(wanted: string): void {
    this.#unasked = undefined;
    const { channels, reading } = this.store.state;
    const channel = channels.get(wanted) ?? orderedChannels(channels)[0];
    if (channel?.id !== reading.shown) this.store.dispatch({ kind: 'show', channel: channel?.id });
    this.#refreshShown();
  }

  async loadOlder(channel: string): Promise<void> {
    const { complete, current, messages } = conversationOf(this.store.state, channel);
    const oldest = messages[0]?.id;
    if (complete || !current || oldest === undefined) return;
    await this.#once(`older ${channel}`, async () => {
      try {
        const page = await this.#page(channel, oldest);
        // What it was to be put before may have been let go meanwhile.
        if (conversationOf(this.store.state, channel).messages[0]?.id !== oldest) return;
        this.store.dispatch({ kind: 'older', channel, messages: page, isAll: page.length < pageSize });
      } catch (error) {
        this.#tell(this.#words.loadIt, error);
      }
    });
  }

  /** Makes sure that a message is there, by loading what is older. Says so when it is gone; false when not found. */
  async reveal(channel: string, id: string): Promise<boolean> {
    for (let pages = 0; pages <= mostPages; pages += 1) {
      const { messages, complete } = conversationOf(this.store.state, channel);
      const oldest = messages[0]?.id;
      if (messages.some((message) => message.id === id)) return true;
      if (complete || (oldest !== undefined && compareIds(oldest, id) < 0)) {
        this.store.dispatch({ kind: 'notice', notice: this.#words.replyGone });
        return false;
      }
      await this.loadOlder(channel);
      if (conversationOf(this.store.state, channel).messages[0]?.id === oldest) return false;
    }
    return false;
  }

  /** False when it did not work: then the new words are still the writer's to keep. */
  async edit(message: Message, content: string): Promise<boolean> {
    try {
      const path = `/channels/${message.channel_id}/messages/${message.id}`;
      const edited = await this.#rest.call<Message>('PATCH', path, { json: { content } });
      this.store.dispatch({ kind: 'edited', message: edited });
      return true;
    } catch (error) {
      this.#tell(this.#words.editIt, error);
      return false;
    }
  }

  async remove(message: Message): Promise<void> {
    try {
      await this.#rest.call('DELETE', `/channels/${message.channel_id}/messages/${message.id}`);
      this.store.dispatch({ kind: 'hide-message', channel: message.channel_id, id: message.id });
    } catch (error) {
      this.#tell(this.#words.deleteIt, error);
    }
  }

  /** Takes a message off the page only: for those that only this person can see. */
  hide(message: Message): void {
    this.store.dispatch({ kind: 'hide-message', channel: message.channel_id, id: message.id });
  }

  async react(message: Message, emoji: Emoji, add: boolean): Promise<void> {
    const name = encodeURIComponent(emoji.id === null ? (emoji.name ?? '') : `${emoji.name ?? ''}:${emoji.id}`);
    const path = `/channels/${message.channel_id}/messages/${message.id}/reactions/${name}/@me`;
    try {
      await this.#rest.call(add ? 'PUT' : 'DELETE', path);
    } catch (error) {
      this.#tell(this.#words.reactIt, error);
    }
  }

  /** Tells the others that somebody writes, not too often. */
  async tellTyping(channel: string): Promise<void> {
    const now = this.#clock.monotonic();
    if (now - (this.#toldTyping.get(channel) ?? -Infinity) < typingEveryMs) return;
    this.#toldTyping.set(channel, now);
    try {
      await this.#rest.call('POST', `/channels/${channel}/typing`);
    } catch {
      this.#toldTyping.delete(channel); // not worth a word: it is told with the next letter
    }
  }

  /** What was written has been sent: typing is told anew with the next message. */
  forgetTyping(channel: string): void {
    this.#toldTyping.delete(channel);
  }

  /** Makes sure that it is known what commands there are. */
  async loadCommands(): Promise<void> {
    if (!this.store.state.commands) await this.#fetchCommands();
  }

  /** Fresh addresses for attachments whose old ones have expired. */
  async refreshAddress(url: string): Promise<string | undefined> {
    try {
      const json = { attachment_urls: [url] };
      const answer = await this.#rest.call<{ refreshed_urls: { refreshed?: string }[] }>(
        'POST',
        '/attachments/refresh-urls',
        { json },
      );
      return answer.refreshed_urls[0]?.refreshed;
    } catch {
      return undefined; // the picture stays away, with its name in its place
    }
  }

  /** Until the answer is there, what was known stays: a command that is being typed must not become a message. */
  async #fetchCommands(): Promise<void> {
    const { guild, session } = this.store.state;
    if (guild === undefined) return;
    await this.#once(`commands ${session ?? ''}`, async () => {
      try {
        const path = `/guilds/${guild}/application-command-index`;
        const index = await this.#rest.get<{ application_commands: APIApplicationCommand[] }>(path);
        this.store.dispatch({
          kind: 'commands',
          commands: listCommands(index.application_commands),
          messageCommands: listMessageCommands(index.application_commands),
        });
      } catch (error) {
        if (error instanceof RestError) this.store.dispatch({ kind: 'commands', commands: [], messageCommands: [] });
      }
    });
  }

  #refreshShown(): void {
    const { shown } = this.store.state.reading;
    if (shown !== undefined) void this.#refresh(shown);
  }

  /** Fetches the newest messages, and back to what is known already, unless that is current. */
  async #refresh(channel: string): Promise<void> {
    const conversation = conversationOf(this.store.state, channel);
    const { session } = this.store.state;
    if (conversation.current || session === undefined) return;
    await this.#once(`newest ${channel} ${session}`, async () => {
      try {
        const knownBefore = new Set(conversation.messages.map(({ id }) => id));
        const seam = seamOf(conversation);
        const messages = await this.#page(channel);
        let isAll = messages.length < pageSize;
        for (let pages = 1; pages < mostPages && seam !== undefined && !isAll; pages += 1) {
          const oldest = messages.at(-1)?.id;
          if (oldest === undefined || compareIds(oldest, seam) <= 0) break;
          const older = await this.#page(channel, oldest);
          messages.push(...older);
          isAll = older.length < pageSize;
        }
        // What was fetched before a break says nothing about what came in it: the new session fetches anew.
        if (this.store.state.session !== session) return;
        this.store.dispatch({ kind: 'newest', channel, messages, isAll, knownBefore });
      } catch (error) {
        // Without a connection it is done again with the next session.
        if (error instanceof RestError) this.#tell(this.#words.loadIt, error);
      }
    });
  }

  /** Does something unless it is being done already: then that is waited for. `work` never rejects. */
  #once(what: string, work: () => Promise<void>): Promise<void> {
    const running = this.#fetching.get(what);
    if (running) return running;
    const begun = work().finally(() => this.#fetching.delete(what));
    this.#fetching.set(what, begun);
    return begun;
  }

  #page(channel: string, before?: string): Promise<Message[]> {
    const from = before === undefined ? '' : `&before=${before}`;
    return this.#rest.get<Message[]>(`/channels/${channel}/messages?limit=${pageSize}${from}`);
  }

  #tell(what: string, error: unknown): void {
    const notice = this.#words.failed(what, failureReason(error, this.#words));
    this.store.dispatch({ kind: 'notice', notice });
  }
}
