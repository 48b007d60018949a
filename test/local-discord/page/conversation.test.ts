import { beforeEach, describe, expect, it } from 'vitest';

interface Message {
  readonly id: string;
  readonly content?: string;
  readonly nonce?: string;
  readonly pending?: boolean;
  readonly edited_timestamp?: string | null;
  readonly reactions?: readonly { readonly emoji: object; readonly count: number; readonly me: boolean }[];
}

interface Conversation {
  complete: boolean;
  current: boolean;
  list(): Message[];
  ids(): Set<string>;
  get(id: string): Message | undefined;
  put(message: Message): void;
  replaceNewest(messages: Message[], isAll: boolean, known: Set<string>): void;
  delete(id: string): void;
  react(data: object, add: boolean, self: string): void;
}

// The page is plain JavaScript for a browser; this part needs none.
const path = new URL('../../../src/local-discord/page/conversation.js', import.meta.url).href;
const module = (await import(path)) as { Conversation: new () => Conversation; pendingId(nonce: string): string };

describe('a conversation on the page', () => {
  let conversation: Conversation;
  const contents = (): unknown[] => conversation.list().map(({ content }) => content);
  beforeEach(() => {
    conversation = new module.Conversation();
  });

  it('shows a message once, however often it comes', () => {
    conversation.put({ id: '2', content: 'two' });
    conversation.put({ id: '10', content: 'ten' });
    conversation.put({ id: '2', content: 'two' });
    expect(contents()).toEqual(['two', 'ten']);
  });

  it('puts the sent message in the place of the pending one', () => {
    conversation.put({ id: module.pendingId('n'), nonce: 'n', pending: true, content: 'hello' });
    conversation.put({ id: '5', nonce: 'n', content: 'hello' });
    expect(conversation.list().map(({ id }) => id)).toEqual(['5']);
  });

  it('after a gap takes the newest page as the truth, with what came meanwhile', () => {
    conversation.put({ id: '1', content: 'before the gap' });
    conversation.put({ id: '2', content: 'deleted in the gap' });
    const known = conversation.ids();
    conversation.put({ id: '9', content: 'while it was fetched' });
    conversation.put({ id: '8', content: 'edited meanwhile', edited_timestamp: '2026-01-02' });
    conversation.replaceNewest(
      [
        { id: '8', content: 'old form' },
        { id: '7', content: 'seven' },
      ],
      false,
      known,
    );
    expect(contents()).toEqual(['seven', 'edited meanwhile', 'while it was fetched']);
    expect(conversation.current).toBe(true);
    expect(conversation.complete).toBe(false);
  });

  it('counts reactions, and knows which are its own', () => {
    conversation.put({ id: '1' });
    const emoji = { id: null, name: '👍' };
    conversation.react({ message_id: '1', user_id: 'me', emoji }, true, 'me');
    conversation.react({ message_id: '1', user_id: 'you', emoji }, true, 'me');
    expect(conversation.get('1')?.reactions).toEqual([{ emoji, count: 2, me: true }]);
    conversation.put({ id: '1', content: 'an edit does not say whose they are' });
    conversation.react({ message_id: '1', user_id: 'me', emoji }, false, 'me');
    expect(conversation.get('1')?.reactions).toEqual([{ emoji, count: 1, me: false }]);
    conversation.react({ message_id: '1', user_id: 'you', emoji }, false, 'me');
    expect(conversation.get('1')?.reactions).toEqual([]);
  });
});
