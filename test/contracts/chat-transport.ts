import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import type { ChatPart, ChatState, ChatTransport } from '../../src/contracts/chat.ts';
import type { InboundMessage } from '../../src/model/message.ts';
import type { OutboundFile, ReactionName } from '../../src/model/outbound.ts';
import type { ChannelId } from '../../src/model/session.ts';
import { chatHandlers } from '../fakes/chat-handlers.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';
import { eventually } from '../eventually.ts';

/** What somebody who looks at the server sees of a message of the bot. */
export interface SeenPost {
  readonly id: string;
  readonly text: string;
  readonly replyTo?: string;
  /** Names and contents of its files. */
  readonly files?: readonly { readonly name: string; readonly text: string }[];
}

/** A transport that is not connected yet, a server for it, and hands to make things happen on that server. */
export interface ChatWorld {
  readonly transport: ChatTransport;
  readonly channel: ChannelId;
  /** Its name on the server. */
  readonly channelName: string;
  /** A channel of which the server knows nothing. */
  readonly unknownChannel: ChannelId;
  /** Somebody to whom the bot can speak alone. */
  readonly userId: string;
  /** A human says something, in the channel if no other is named. @returns the server's id of the message. */
  say(text: string, channel?: ChannelId): Promise<string>;
  /** The author of messages in the channel gives one another text, or takes some back at once. */
  change(messageId: string, text: string): Promise<void>;
  takeBack(messageIds: readonly string[]): Promise<void>;
  /** Makes a thread of the channel. */
  openThread(): Promise<ChannelId>;
  archive(thread: ChannelId): Promise<void>;
  /** The bot's messages, oldest first; in the channel if no other is named. */
  posts(channel?: ChannelId): Promise<readonly SeenPost[]>;
  /** The line above the channel. */
  topic(): Promise<string>;
  /** The bot's reactions on a message. */
  reactions(messageId: string): Promise<readonly ReactionName[]>;
  /** The server refuses the next request to send. */
  refuseNextSend(code: 'chat-forbidden' | 'chat-not-found' | 'chat-invalid' | 'chat-too-large'): void;
  /** The next message to be sent gets lost: on the way there, or it is stored and the answer gets lost. */
  loseNextSend(when: 'before' | 'after'): void;
  /** Cuts the connection, and runs `meanwhile` before it can come back. */
  interrupt(meanwhile: () => Promise<void>): Promise<void>;
  /** The server forgets the bot's session, so that it has to connect afresh. */
  forgetSession(): void;
  close(): Promise<void>;
}

/** What every ChatTransport does, whatever is behind it. */
export function describeChatTransport(name: string, open: () => Promise<ChatWorld>): void {
  describe(`${name} as a ChatTransport`, () => {
    let world: ChatWorld;
    let heard: InboundMessage[];
    let states: ChatState[];
    /** Everything that was told, in order. */
    let told: string[];
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
      told = [];
      await world.transport.connect(
        chatHandlers({
          onMessage: (message) => {
            heard.push(message);
            told.push(`said: ${message.text}`);
          },
          onEdited: (message) => {
            told.push(`edited ${message.messageId}: ${message.text}`);
          },
          onDeleted: (channel, messageIds) => {
            told.push(...messageIds.map((id) => `deleted in ${channel}: ${id}`));
          },
          onGap: () => {
            told.push('gap');
          },
          onState: (state) => {
            states.push(state);
            told.push(state.connection);
          },
        }),
      );
      await eventually(() => expect(world.transport.state.connection).toBe('ready'));
    });

    afterEach(() => world.close());

    it('says when it is connected', () => {
      expect(states.at(-1)).toEqual({ connection: 'ready' });
      expect(world.transport.state).toEqual({ connection: 'ready' });
    });

    it('hears what a human says, with what the bridge needs to know', async () => {
      const before = Date.now() - 60_000;
      const id = await world.say('こんにちは\n👋 `hello`');
      await eventually(() => expect(heard).toHaveLength(1));
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
      await eventually(() => expect(heard).toHaveLength(10));
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

    it.each(['chat-forbidden', 'chat-not-found', 'chat-invalid', 'chat-too-large'] as const)(
      'tells a refusal: %s',
      async (code) => {
        world.refuseNextSend(code);
        await expect(world.transport.send(part('refused'))).rejects.toMatchObject({ code, happened: 'not-done' });
        await world.transport.send(part('taken'));
        expect((await world.posts()).map(({ text }) => text)).toEqual(['taken']);
      },
    );

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

    it('leaves out a reaction and an edit that are not wanted any more when their turn comes', async () => {
      const { transport, channel } = world;
      const id = await world.say('work');
      const post = await transport.send(part('first words'));
      const unwanted = (): boolean => false;
      expect(await transport.react(channel, id, 'stored', unwanted)).toBe(false);
      expect(await transport.react(channel, id, 'answered', () => true)).toBe(true);
      expect(await transport.edit(channel, post, 'old words', unwanted)).toBe(false);
      expect(await transport.edit(channel, post, 'new words', () => true)).toBe(true);
      expect(await world.reactions(id)).toEqual(['answered']);
      expect(await transport.ownMessages(channel, Date.now() - 60_000)).toMatchObject([{ text: 'new words' }]);
    });

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
      await eventually(() => expect(heard).toHaveLength(1));
      await world.interrupt(async () => {
        await world.say('meanwhile 1');
        await world.say('meanwhile 2');
      });
      await eventually(() => expect(heard).toHaveLength(3));
      await world.say('after');
      await eventually(() => expect(heard).toHaveLength(4));
      expect(heard.map(({ text }) => text)).toEqual(['before', 'meanwhile 1', 'meanwhile 2', 'after']);
      expect(states.map(({ connection }) => connection).slice(-2)).toEqual(['reconnecting', 'ready']);
      expect(states.at(-2)?.detail).toBeTruthy();
    }, 20_000);

    it('BX-01: tells of a gap once per fresh connection, before anything else, and of none when it comes back', async () => {
      await world.say('one');
      await eventually(() => expect(heard).toHaveLength(1));
      expect(told.slice(0, 3)).toEqual(['gap', 'ready', 'said: one']);
      await world.interrupt(async () => {
        await world.say('two');
      });
      await eventually(() => expect(heard).toHaveLength(2));
      expect(told.filter((what) => what === 'gap')).toHaveLength(1);
      // What was missed may come before the word that the line is whole again.
      await eventually(() => expect(world.transport.state.connection).toBe('ready'));
      told = [];
      world.forgetSession();
      await eventually(() => expect(told.at(-1)).toBe('ready'));
      await world.say('three');
      await eventually(() => expect(told.at(-1)).toBe('said: three'));
      expect(told.filter((what) => what !== 'reconnecting')).toEqual(['gap', 'ready', 'said: three']);
    }, 40_000);

    it('hears of another text, and of what was taken back', async () => {
      const ids = [await world.say('a'), await world.say('b'), await world.say('c')];
      await world.change(ids[0]!, 'A');
      await world.takeBack([ids[1]!]);
      await world.takeBack([ids[0]!, ids[2]!]);
      const deleted = [ids[1], ids[0], ids[2]].map((id) => `deleted in ${world.channel}: ${id!}`);
      await eventually(() => expect(told.slice(-4)).toEqual([`edited ${ids[0]!}: A`, ...deleted]));
    });

    it('BX-01: gives what was said after a message, page by page, oldest first, as it was heard', async () => {
      const first = await world.say('0');
      for (const text of ['1', '2', '3']) await world.say(text);
      const own = await world.transport.send(part('mine'));
      await eventually(() => expect(heard).toHaveLength(4));
      const page = await world.transport.history(world.channel, first, 2);
      // Of the roles of its authors history says nothing.
      const told = heard.map(({ author: { roles: _roles, ...author }, ...message }) => ({ ...message, author }));
      expect(page).toEqual({ messages: told.slice(1, 3), last: heard[2]?.messageId, more: true });
      const rest = await world.transport.history(world.channel, page.last ?? '', 100);
      expect(rest).toEqual({ messages: told.slice(3), last: own, more: false });
      expect(await world.transport.history(world.channel, own, 100)).toEqual({
        messages: [],
        last: undefined,
        more: false,
      });
      await expect(world.transport.history(world.unknownChannel, first, 100)).rejects.toMatchObject({
        code: 'chat-not-found',
        happened: 'not-done',
      });
    });

    it('BX-01: finds the threads of a channel, archived ones too, and says of a message whose thread it is in', async () => {
      const before = Date.now() - 60_000;
      const threads = [await world.openThread(), await world.openThread()];
      for (const thread of threads) await world.say('inside', thread);
      await eventually(() => expect(heard).toHaveLength(2));
      expect(heard.map(({ channel, parent, direct }) => ({ channel, parent, direct }))).toEqual(
        threads.map((channel) => ({ channel, parent: world.channel, direct: false })),
      );
      await world.archive(threads[1]!);
      const found = await world.transport.threadsOf(world.channel, before);
      expect([...found].sort((one, other) => (one.id < other.id ? -1 : 1))).toEqual(
        [...threads].sort().map((id) => ({ id, parent: world.channel })),
      );
      expect(await world.transport.threadsOf(world.channel, Date.now() + 60_000)).toEqual([]);
      expect(await world.transport.threadsOf(threads[0]!, before)).toEqual([]);
      expect((await world.transport.history(threads[1]!, '0', 10)).messages.map(({ id }) => id)).toEqual([
        heard[1]?.id,
      ]);
      await expect(world.transport.threadsOf(world.unknownChannel, before)).rejects.toMatchObject({
        code: 'chat-not-found',
      });
    });

    it('finds what it has posted itself, with the text of now', async () => {
      await world.say('not mine');
      const ids = [await world.transport.send(part('one')), await world.transport.send(part('two'))];
      await world.transport.edit(world.channel, ids[0]!, 'ONE');
      expect(await world.transport.ownMessages(world.channel, Date.now() - 60_000)).toEqual([
        { id: ids[0], text: 'ONE' },
        { id: ids[1], text: 'two' },
      ]);
      expect(await world.transport.ownMessages(world.channel, Date.now() + 60_000)).toEqual([]);
      await expect(world.transport.ownMessages(world.unknownChannel, 0)).rejects.toMatchObject({
        code: 'chat-not-found',
      });
    });

    it('changes what it has posted, and nothing else', async () => {
      const id = await world.transport.send(part('working'));
      await world.transport.edit(world.channel, id, 'x'.repeat(5000));
      const [last] = await world.transport.ownMessages(world.channel, Date.now() - 60_000);
      expect(last?.text.length).toBeGreaterThan(1000);
      expect(last?.text.length).toBeLessThanOrEqual(2000);
      const foreign = await world.say('mine');
      await expect(world.transport.edit(world.channel, foreign, 'x')).rejects.toMatchObject({ code: 'chat-forbidden' });
      await expect(world.transport.edit(world.channel, '111111111111111111', 'x')).rejects.toMatchObject({
        code: 'chat-not-found',
        happened: 'not-done',
      });
    });

    it('speaks to somebody alone, always in the same channel', async () => {
      const direct = await world.transport.directChannel(world.userId);
      expect(await world.transport.directChannel(world.userId)).toBe(direct);
      expect(direct).not.toBe(world.channel);
      const id = await world.transport.send(part('between us', { channel: direct }));
      expect(await world.posts(direct)).toEqual([{ id, text: 'between us' }]);
      expect(await world.posts()).toEqual([]);
    });

    it('posts files with a text or alone, and names one that cannot be read', async () => {
      const directory = temporaryDirectory();
      const file = (name: string): OutboundFile => {
        writeFileSync(join(directory, name), `in ${name}`);
        return { path: join(directory, name), name };
      };
      const both = await world.transport.send(part('two', { files: [file('a.txt'), file('b.txt')] }));
      const alone = await world.transport.send(part('', { files: [file('c.txt')] }));
      const seen = (name: string): { name: string; text: string } => ({ name, text: `in ${name}` });
      expect(await world.posts()).toEqual([
        { id: both, text: 'two', files: [seen('a.txt'), seen('b.txt')] },
        { id: alone, text: '', files: [seen('c.txt')] },
      ]);
      const missing = { path: join(directory, 'missing'), name: 'missing.pdf' };
      await expect(world.transport.send(part('x', { files: [file('a.txt'), missing] }))).rejects.toMatchObject({
        code: 'file-unreadable',
        happened: 'not-done',
        message: expect.stringContaining('missing.pdf') as string,
      });
      expect(await world.posts()).toHaveLength(2);
    });

    it('knows the names of channels, and says so when it does not', () => {
      expect(world.transport.channelName(world.channel)).toBe(world.channelName);
      expect(world.transport.channelName(world.unknownChannel)).toBeUndefined();
    });

    it('is silent after it was closed', async () => {
      await world.transport.close();
      const known = states.length;
      await world.say('anybody there?');
      expect(world.transport.state.connection).not.toBe('ready');
      await expect(world.transport.send(part('x'))).rejects.toMatchObject({ code: 'chat-unavailable' });
      await expect(world.transport.history(world.channel, '0', 1)).rejects.toMatchObject({ code: 'chat-unavailable' });
      await world.transport.close();
      expect(heard).toEqual([]);
      expect(states).toHaveLength(known);
    });
  });
}
