import type { ActAnswer, ChatAct, ChatHandlers, ChatState } from '../../src/contracts/chat.ts';
import type { InboundMessage } from '../../src/model/message.ts';
import type { ChannelId } from '../../src/model/session.ts';

/** Remembers everything that a transport tells. */
export class Listener implements ChatHandlers {
  readonly heard: InboundMessage[] = [];
  readonly states: ChatState[] = [];
  readonly edited: InboundMessage[] = [];
  readonly deleted: string[] = [];
  readonly opened: ChannelId[] = [];
  readonly acts: ChatAct[] = [];
  /** What the next acts are answered with. */
  answer: (act: ChatAct) => ActAnswer | Promise<ActAnswer> = () => ({ kind: 'done' });
  gaps = 0;

  onMessage(message: InboundMessage): void {
    this.heard.push(message);
  }

  onEdited(message: InboundMessage): void {
    this.edited.push(message);
  }

  onDeleted(_channel: ChannelId, messageIds: readonly string[]): void {
    this.deleted.push(...messageIds);
  }

  onGap(): void {
    this.gaps += 1;
  }

  onOpened(channel: ChannelId): void {
    this.opened.push(channel);
  }

  onState(state: ChatState): void {
    this.states.push(state);
  }

  async onAct(act: ChatAct): Promise<ActAnswer> {
    this.acts.push(act);
    return this.answer(act);
  }

  get texts(): string[] {
    return this.heard.map(({ text }) => text);
  }

  get connections(): string[] {
    return this.states.map(({ connection }) => connection);
  }
}
