import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import type { ChatPart, ChatState, ChatTransport } from '../../src/contracts/chat.ts';
import type { InboundMessage } from '../../src/model/message.ts';
import type { ReactionName } from '../../src/model/outbound.ts';
import type { ChannelId } from '../../src/model/session.ts';
import { chatHandlers } from '../fakes/chat-handlers.ts';

/** What somebody who looks at the server sees of a message of the bot. */
export interface SeenPost {
  readonly id: string;
  readonly text: string;
  readonly replyTo?: string;
}

/** A transport that is not connected yet, a server for it, and hands to make things happen on that server. */
export interface ChatWorld {
  readonly transport: ChatTransport;
  readonly channel: ChannelId;
  /** Its name on the server. */
  readonly channelName: string;
  /** A channel of which the server knows nothing. */
  readonly unknownChannel: ChannelId;
  /** A human says something in the channel. @returns the server's id of the message. */
  say(text: string): Promise<string>;
  /** The bot's messages in the channel, oldest first. */
  posts(): Promise<readonly SeenPost[]>;
  /** The line above the channel. */
  topic(): Promise<string>;
  /** The bot's reactions on a message. */
  reactions(messageId: string): Promise<readonly ReactionName[]>;
  /** The server refuses the next request to send: 403, 404, 400. */
  refuseNextSend(code: 'chat-forbidden' | 'chat-not-found' | 'chat-invalid'): void;
  /** The next message to be sent gets lost: on the way there, or it is stored and the answer gets lost. */
  loseNextSend(when: 'before' | 'after'): void;
  /** Cuts the connection, and runs `meanwhile` before it can come back. */
  interrupt(meanwhile: () => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/** What every ChatTransport does, whatever is behind it. */
export function describeChatTransport(name: string, open: () => Promise<ChatWorld>): void {
  describe(`${name} as a ChatTransport`, () => {
    let world: ChatWorld;
    let heard: InboundMessage[];
    let states: ChatState[];
    let nonces = 0;

    const part = (text: string, more: Partial<ChatPart> = {}): ChatPart => ({
      channel: world.channel,
      text,
      nonce: `nonce-${(nonces += 1)}`,
      ...more,
    });

    beforeEach(async () => {
      world = await open();
      heard = [];
      states = [];
      await world.transport.connect(
        chatHandlers({
          onMessage: (message) => {
            heard.push(message);
          },
          onState: (state) => {
            states.push(state);
          },
        }),
      );
      await vi.waitFor(() => expect(world.transport.state.connection).toBe('ready'), 5000);
    });

    afterEach(() => world.close());

    it('says when it is connected', () => {
      expect(states.at(-1)).toEqual({ connection: 'ready' });
      expect(world.transport.state).toEqual({ connection: 'ready' });
    });

    it('hears what a human says, with what the bridge needs to know', async () => {
      const before = Date.now() - 60_000;
      const id = await world.say('こんにちは\n👋 `hello`');
      await vi.waitFor(() => expect(heard).toHaveLength(1), 5000);
      const [message] = heard;
      expect(message).toMatchObject({
        id: `discord:${id}`,
        messageId: id,
        channel: world.channel,
        text: 'こんにちは\n👋 `hello`',
        attachments: [],
        direct: false,
      });
      expect(message?.author.kind).toBe('human');
      expect(message?.author.id).toMatch(/^\d{15,20}$/);
      expect(message?.author.name).not.toBe('');
      expect(message?.sentAt).toBeGreaterThan(before);
      expect(message?.sentAt).toBeLessThan(Date.now() + 60_000);
    });

    it('hears messages in their order, and never its own', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 10; index += 1) {
        ids.push(await world.say(`message ${index}`));
        await world.transport.send(part(`answer ${index}`));
      }
      await vi.waitFor(() => expect(heard).toHaveLength(10), 5000);
      expect(heard.map((message) => message.messageId)).toEqual(ids);
    }, 30_000);

    it('posts a part and returns its id', async () => {
      const id = await world.transport.send(part('An answer.\n```js\nlet a;\n```'));
      expect(await world.posts()).toEqual([{ id, text: 'An answer.\n```js\nlet a;\n```' }]);
    });

    it('posts a reply, also when the message is not there any more', async () => {
      const asked = await world.say('question');
      const id = await world.transport.send(part('answer', { replyTo: asked }));
      const orphan = await world.transport.send(part('late answer', { replyTo: '111111111111111111' }));
      const posts = await world.posts();
      expect(posts).toMatchObject([
        { id, text: 'answer', replyTo: asked },
        { id: orphan, text: 'late answer' },
      ]);
    });

    it('posts a repeated nonce once', async () => {
      const again = part('once');
      const first = await world.transport.send(again);
      expect(await world.transport.send(again)).toBe(first);
      await world.transport.send(part('once'));
      expect((await world.posts()).map(({ text }) => text)).toEqual(['once', 'once']);
    });

    it.each(['before', 'after'] as const)('posts once when the line breaks %s the message is stored', async (when) => {
      world.loseNextSend(when);
      const again = part('through');
      const error = await world.transport.send(again).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(BridgeError);
      expect(error).toMatchObject({ code: 'chat-unavailable', happened: 'unknown' });
      const id = await world.transport.send(again);
      expect(await world.posts()).toEqual([{ id, text: 'through' }]);
    });

    it.each(['chat-forbidden', 'chat-not-found', 'chat-invalid'] as const)('tells a refusal: %s', async (code) => {
      world.refuseNextSend(code);
      await expect(world.transport.send(part('refused'))).rejects.toMatchObject({ code, happened: 'not-done' });
      await world.transport.send(part('taken'));
      expect((await world.posts()).map(({ text }) => text)).toEqual(['taken']);
    });

    it('refuses what no server takes', async () => {
      const refusal = { code: 'chat-invalid', happened: 'not-done' };
      await expect(world.transport.send(part(''))).rejects.toMatchObject(refusal);
      await expect(world.transport.send(part('x'.repeat(2001)))).rejects.toMatchObject(refusal);
      await expect(world.transport.send(part('lost', { channel: world.unknownChannel }))).rejects.toMatchObject({
        code: 'chat-not-found',
      });
      expect(await world.posts()).toEqual([]);
    });

    it('sets reactions, and the same one twice as once', async () => {
      const id = await world.say('work');
      for (const reaction of ['stored', 'delivered', 'delivered', 'answered', 'failed'] as const) {
        await world.transport.react(world.channel, id, reaction);
      }
      expect([...(await world.reactions(id))].sort()).toEqual(['answered', 'delivered', 'failed', 'stored']);
      await expect(world.transport.react(world.channel, '111111111111111111', 'stored')).rejects.toMatchObject({
        code: 'chat-not-found',
        happened: 'not-done',
      });
    }, 30_000);

    it('shows that it is typing', async () => {
      await expect(world.transport.typing(world.channel)).resolves.toBeUndefined();
    });

    it('sets the line above a channel, and the last one stays', async () => {
      await world.transport.setTopic(world.channel, '🟢 idle · session 1');
      await world.transport.setTopic(world.channel, '🔵 busy · session 1');
      expect(await world.topic()).toBe('🔵 busy · session 1');
      await expect(world.transport.setTopic(world.unknownChannel, 'x')).rejects.toMatchObject({
        code: 'chat-not-found',
      });
      await expect(world.transport.setTopic(world.channel, 'x'.repeat(1025))).rejects.toMatchObject({
        code: 'chat-invalid',
      });
      expect(await world.topic()).toBe('🔵 busy · session 1');
    });

    it('renders parts that the server takes', async () => {
      const text = `Long:\n\`\`\`js\n${'const a = 1;\n'.repeat(300)}\`\`\`\nEnd.`;
      const parts = world.transport.render({ kind: 'text', text });
      expect(parts.length).toBeGreaterThan(1);
      for (const one of parts) await world.transport.send(part(one));
      expect((await world.posts()).map((post) => post.text)).toEqual(parts);
      expect(world.transport.render({ kind: 'text', text: ' \n ' })).toEqual([]);
    });

    it('comes back after a broken line, with what was said meanwhile', async () => {
      await world.say('before');
      await vi.waitFor(() => expect(heard).toHaveLength(1), 5000);
      await world.interrupt(async () => {
        await world.say('meanwhile 1');
        await world.say('meanwhile 2');
      });
      await vi.waitFor(() => expect(heard).toHaveLength(3), 10_000);
      await world.say('after');
      await vi.waitFor(() => expect(heard).toHaveLength(4), 5000);
      expect(heard.map(({ text }) => text)).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'after']);
      expect(states.map(({ connection }) => connection).slice(-2)).toEqual(['reconnecting', 'ready']);
      expect(states.at(-2)?.detail).toBeTruthy();
    }, 20_000);

    it('knows the names of channels, and says so when it does not', () => {
      expect(world.transport.channelName(world.channel)).toBe(world.channelName);
      expect(world.transport.channelName(world.unknownChannel)).toBeUndefined();
    });

    it('is silent after it was closed', async () => {
      await world.transport.close();
      const told = states.length;
      await world.say('anybody there?');
      expect(world.transport.state.connection).not.toBe('ready');
      await expect(world.transport.send(part('x'))).rejects.toMatchObject({ code: 'chat-unavailable' });
      await world.transport.close();
      expect(heard).toEqual([]);
      expect(states).toHaveLength(told);
    });
  });
}
