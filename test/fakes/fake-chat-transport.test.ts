import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/base/errors.ts';
import type { ChatAct, ChatDeed } from '../../src/contracts/chat.ts';
import type { Controls } from '../../src/model/controls.ts';
import type { ChannelId } from '../../src/model/session.ts';
import { describeChatActs } from '../contracts/chat-acts.ts';
import type { ActSeen, ActWorld } from '../contracts/chat-acts.ts';
import { describeChatTransport } from '../contracts/chat-transport.ts';
import { FakeChatTransport } from './fake-chat-transport.ts';
import type { FakeActed } from './fake-deeds.ts';
import { chatHandlers } from './chat-handlers.ts';

const channel = '200000000000000001' as ChannelId;
const unknownChannel = '200000000000000002' as ChannelId;

describeChatTransport('FakeChatTransport', open);
describeChatActs('FakeChatTransport', open);

async function open(): Promise<ActWorld> {
  const fake = new FakeChatTransport();
  fake.removeChannel(unknownChannel);
  let threads = 10;
  return {
    transport: fake,
    channel,
    channelName: 'channel-0001',
    unknownChannel,
    userId: '100000000000000001',
    say: async (text, where = channel) => fake.say(where, text).messageId,
    change: async (id, text) => fake.change(id, text),
    takeBack: async (ids) => fake.takeBack(...ids),
    openThread: async () => {
      const thread = `2000000000000001${(threads += 1)}` as ChannelId;
      fake.openThread(thread, channel);
      return thread;
    },
    archive: () => Promise.resolve(), // nothing of it can be seen
    posts: async (where = channel) =>
      fake.posts
        .filter((post) => post.channel === where)
        .map(({ id, text, replyTo, files }) => ({
          id,
          text,
          ...(replyTo === undefined ? {} : { replyTo }),
          ...(files === undefined
            ? {}
            : {
                files: files.map((file) => ({
                  name: file.name,
                  text: 'path' in file ? readFileSync(file.path, 'utf8') : file.content,
                })),
              }),
        })),
    reactions: async (messageId) =>
      fake.reactions.filter((one) => one.messageId === messageId).map(({ reaction }) => reaction),
    topic: async () => fake.topicOf(channel) ?? '',
    refuseNextSend: (code) => fake.failNext(code),
    loseNextSend: (when) => fake.failNext('chat-unavailable', { stored: when === 'after' }),
    interrupt: async (meanwhile) => {
      fake.setState({ connection: 'reconnecting', detail: 'The line is broken.' });
      await meanwhile();
      fake.setState({ connection: 'ready' });
    },
    forgetSession: () => {
      fake.setState({ connection: 'reconnecting', detail: 'The session is gone.' });
      fake.identifyAfresh();
    },
    act: async (deed) => seenOf(await act(fake, deed)),
    failedWords: 'It failed.',
    controls: async (id) =>
      fake
        .controlsOf(id)
        .map((row) => (row.kind === 'menu' ? [row.menu.placeholder] : row.buttons.map(({ label }) => label))),
    pinged: async (id) => fake.posts.find((post) => post.id === id)?.pings ?? [],
    addMember: async () => {
      fake.roles.set('100000000000000002', ['400000000000000001']);
      return { id: '100000000000000002', roles: ['400000000000000001'] };
    },
    close: () => fake.close(),
  };
}

async function act(fake: FakeChatTransport, deed: ChatDeed): Promise<FakeActed['answer'] | undefined> {
  switch (deed.kind) {
    case 'press':
      return fake.press(deed.messageId, deed.control);
    case 'choose':
      return fake.choose(deed.messageId, deed.control, deed.values);
    case 'command':
    case 'message-command':
      if (!fake.commands.some(({ name }) => name === deed.name)) throw new Error(`there is no command "${deed.name}"`);
      return fake.act(channel, deed);
    case 'submit':
      return fake.act(channel, deed);
  }
}

function seenOf(answer: FakeActed['answer'] | undefined): ActSeen {
  if (answer === undefined) return { kind: 'failed' };
  switch (answer.kind) {
    case 'form': {
      const { title, fields } = answer.form;
      return { kind: 'form', title, labels: fields.map(({ label }) => label) };
    }
    case 'failed':
      return { kind: 'private', text: 'It failed.' };
    default:
      return answer;
  }
}

describe('FakeChatTransport', () => {
  const handlers = chatHandlers();

  it('holds what is sent until it may go', async () => {
    const fake = new FakeChatTransport();
    await fake.connect(handlers);
    const release = fake.hold();
    const sent = fake.send({ channel, text: 'held', nonce: 'n' });
    await Promise.resolve();
    await Promise.resolve();
    expect(fake.posts).toEqual([]);
    release();
    await sent;
    expect(fake.textsIn(channel)).toEqual(['held']);
  });

  it('remembers attempts that failed, and fails as often as told', async () => {
    const fake = new FakeChatTransport();
    await fake.connect(handlers);
    fake.failNext('chat-unavailable', { times: 2 });
    const part = { channel, text: 'x', nonce: 'n' };
    await expect(fake.send(part)).rejects.toThrow('chat-unavailable');
    await expect(fake.send(part)).rejects.toThrow('chat-unavailable');
    await fake.send(part);
    await fake.send(part);
    expect(fake.attempts.map(({ outcome }) => outcome)).toEqual([
      'chat-unavailable',
      'chat-unavailable',
      'posted',
      'repeated',
    ]);
    fake.forgetNonces();
    await fake.send(part);
    expect(fake.posts).toHaveLength(2);
  });

  const buttons: Controls = [
    { kind: 'buttons', buttons: [{ id: 'prompt:p1:allow', label: 'Allow', look: 'good' }] },
    {
      kind: 'menu',
      menu: { id: 'which', placeholder: 'Which?', least: 1, most: 1, choices: [{ value: 'a', label: 'A' }] },
    },
  ];

  it('lets somebody do what stands under a post, and keeps what they saw', async () => {
    const fake = new FakeChatTransport();
    const acts: ChatAct[] = [];
    await fake.connect(
      chatHandlers({
        onAct: (act) => {
          acts.push(act);
          return act.deed.kind === 'choose' ? Promise.reject(new Error('no')) : Promise.resolve({ kind: 'done' });
        },
      }),
    );
    const id = await fake.send({ channel, text: 'Which?', nonce: 'n', controls: buttons });
    expect(await fake.press(id, 'prompt:p1:allow')).toEqual({ kind: 'done' });
    expect(await fake.choose(id, 'which', ['a'])).toMatchObject({ kind: 'failed' });
    expect(acts.map(({ deed }) => deed)).toEqual([
      { kind: 'press', control: 'prompt:p1:allow', messageId: id },
      { kind: 'choose', control: 'which', messageId: id, values: ['a'] },
    ]);
    expect(fake.acted.map(({ answer }) => answer.kind)).toEqual(['done', 'failed']);
    const again = { id: acts[0]!.id };
    expect(await fake.press(id, 'prompt:p1:allow', again)).toBeUndefined();
    expect(() => fake.press(id, 'prompt:p1:deny')).toThrow('no button');
    expect(() => fake.choose(id, 'which', ['b'])).toThrow('cannot be chosen');
    await fake.edit(channel, id, 'Done.', undefined, []);
    expect(fake.controlsOf(id)).toEqual([]);
    expect(fake.textOf(id)).toBe('Done.');
    expect(() => fake.press(id, 'prompt:p1:allow')).toThrow('no button');
    fake.setState({ connection: 'reconnecting' });
    expect(await fake.act(channel, { kind: 'command', name: 'status', options: {} })).toBeUndefined();
    expect(acts).toHaveLength(2);
  });

  it('refuses controls that no server takes', async () => {
    const fake = new FakeChatTransport();
    await fake.connect(handlers);
    const twice: Controls = [...buttons, ...buttons];
    const refused = { code: 'chat-invalid' };
    await expect(fake.send({ channel, text: 'x', nonce: 'n', controls: twice })).rejects.toMatchObject(refused);
    const id = await fake.send({ channel, text: 'x', nonce: 'm', controls: buttons });
    await expect(fake.edit(channel, id, 'x', undefined, twice)).rejects.toMatchObject(refused);
    expect(fake.controlsOf(id)).toEqual(buttons);
  });

  it('refuses to connect with the error it was given', async () => {
    const fake = new FakeChatTransport();
    fake.refuseConnect(new BridgeError('chat-token-invalid', 'No.'));
    await expect(fake.connect(handlers)).rejects.toMatchObject({ code: 'chat-token-invalid' });
    expect(fake.state.connection).toBe('failed');
  });
});
