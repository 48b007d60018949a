import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ActAnswer, ChatAct, ChatCommand, ChatDeed, ChatPart } from '../../src/contracts/chat.ts';
import type { Controls, Form } from '../../src/model/controls.ts';
import { chatHandlers } from '../fakes/chat-handlers.ts';
import { eventually } from '../eventually.ts';
import type { ChatWorld } from './chat-transport.ts';

/** What somebody sees of something that they did. */
export type ActSeen =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'thinking' }
  | { readonly kind: 'done' }
  | { readonly kind: 'private'; readonly text: string }
  | { readonly kind: 'form'; readonly title: string; readonly labels: readonly string[] }
  /** "This interaction failed." */
  | { readonly kind: 'failed' };

/** A chat server where somebody can do what the bot offers. */
export interface ActWorld extends ChatWorld {
  /** Somebody does something. @returns what they see in the end. */
  act(deed: ChatDeed): Promise<ActSeen>;
  /** What people read whose act came to nothing. */
  readonly failedWords: string;
  /** The labels of what stands under a post, line by line. */
  controls(messageId: string): Promise<readonly (readonly string[])[]>;
  /** Whom a post has notified. */
  pinged(messageId: string): Promise<readonly string[]>;
  /** Somebody else than `userId`, with roles: their ids. */
  addMember(): Promise<{ readonly id: string; readonly roles: readonly string[] }>;
}

const buttons: Controls = [
  {
    kind: 'buttons',
    buttons: [
      { id: 'prompt:p1:allow', label: 'Allow once', look: 'good' },
      { id: 'prompt:p1:deny', label: 'Deny', look: 'danger' },
    ],
  },
  {
    kind: 'menu',
    menu: {
      id: 'prompt:p1:q1',
      placeholder: 'Which colours?',
      least: 1,
      most: 2,
      choices: [
        { value: 'r', label: 'Red', description: 'like blood', chosen: true },
        { value: 'g', label: 'Green' },
        { value: 'b', label: 'Blue' },
      ],
    },
  },
];

const form: Form = {
  id: 'prompt:p1:word',
  title: 'Deny with a word',
  fields: [
    { id: 'why', label: 'What should it do instead?', isLong: true, isRequired: true },
    { id: 'also', label: 'Anything else?', placeholder: 'if you like', isLong: false, isRequired: false },
  ],
};

const commands: readonly ChatCommand[] = [
  {
    name: 'stop',
    kind: 'command',
    description: 'Interrupts the agent',
    options: [{ name: 'why', description: 'A word', isRequired: false }],
  },
  { name: 'Take out of the queue', kind: 'message-command', description: '', options: [] },
];

/** What every ChatTransport does with controls, forms and commands, whatever is behind it. */
export function describeChatActs(name: string, open: () => Promise<ActWorld>): void {
  describe(`${name} as a ChatTransport, where people do things`, () => {
    let world: ActWorld;
    let acts: ChatAct[];
    let answer: (act: ChatAct) => ActAnswer | Promise<ActAnswer>;
    let nonces = 0;

    const send = (more: Partial<ChatPart> = {}): Promise<string> =>
      world.transport.send({ channel: world.channel, text: 'May I?', nonce: `act-${(nonces += 1)}`, ...more });
    const press = (messageId: string): ChatDeed => ({ kind: 'press', control: 'prompt:p1:allow', messageId });

    beforeEach(async () => {
      world = await open();
      acts = [];
      answer = () => ({ kind: 'done' });
      await world.transport.connect(
        chatHandlers({
          onAct: async (act) => {
            acts.push(act);
            return answer(act);
          },
        }),
      );
      await eventually(() => expect(world.transport.state.connection).toBe('ready'));
    });

    afterEach(() => world.close());

    it('BX-05: shows controls under a post, gives it others with an edit, and takes them away', async () => {
      const id = await send({ controls: buttons });
      expect(await world.controls(id)).toEqual([['Allow once', 'Deny'], ['Which colours?']]);
      await world.transport.edit(world.channel, id, 'Still?');
      expect(await world.controls(id)).toEqual([['Allow once', 'Deny'], ['Which colours?']]);
      await world.transport.edit(world.channel, id, 'Now?', undefined, buttons.slice(0, 1));
      expect(await world.controls(id)).toEqual([['Allow once', 'Deny']]);
      await world.transport.edit(world.channel, id, 'Done.', undefined, []);
      expect(await world.controls(id)).toEqual([]);
    });

    it('refuses controls that no server takes', async () => {
      const refusal = { code: 'chat-invalid', happened: 'not-done' };
      await expect(send({ controls: [...buttons, ...buttons] })).rejects.toMatchObject(refusal);
      await expect(send({ controls: [{ kind: 'buttons', buttons: [] }] })).rejects.toMatchObject(refusal);
    });

    it('BX-05: tells of a press with everything that decides who may do it', async () => {
      const id = await send({ controls: buttons });
      expect(await world.act(press(id))).toEqual({ kind: 'done' });
      expect(acts).toHaveLength(1);
      const [act] = acts;
      expect(act?.id).toMatch(/^\S+$/);
      expect(act).toMatchObject({ channel: world.channel, parent: undefined, direct: false, deed: press(id) });
      expect(act?.author).toMatchObject({ id: world.userId, kind: 'human' });
      expect(act?.author.name).not.toBe('');
    });

    it('BX-05: each act has an id of its own', async () => {
      const id = await send({ controls: buttons });
      await world.act(press(id));
      await world.act(press(id));
      expect(new Set(acts.map((act) => act.id)).size).toBe(2);
    });

    it('tells what was chosen', async () => {
      const id = await send({ controls: buttons });
      const deed: ChatDeed = { kind: 'choose', control: 'prompt:p1:q1', messageId: id, values: ['r', 'b'] };
      expect(await world.act(deed)).toEqual({ kind: 'done' });
      expect(acts.map((act) => act.deed)).toEqual([deed]);
    });

    it('shows an answer to nobody else', async () => {
      const id = await send({ controls: buttons });
      answer = () => ({ kind: 'private', text: 'You may not. @everyone' });
      expect(await world.act(press(id))).toEqual({ kind: 'private', text: 'You may not. @everyone' });
      expect(await world.posts()).toHaveLength(1);
      answer = () => ({ kind: 'private', text: 'x'.repeat(3000) });
      const seen = await world.act(press(id));
      expect(seen.kind === 'private' && seen.text.length).toBeGreaterThan(1000);
    });

    it('BX-05: opens a form, and tells what was filled in', async () => {
      const id = await send({ controls: buttons });
      answer = ({ deed }) => (deed.kind === 'press' ? { kind: 'form', form } : { kind: 'private', text: 'Thanks.' });
      const labels = form.fields.map(({ label }) => label);
      expect(await world.act(press(id))).toEqual({ kind: 'form', title: form.title, labels });
      const submit: ChatDeed = { kind: 'submit', form: form.id, fields: { why: 'two\nlines', also: '' } };
      expect(await world.act(submit)).toEqual({ kind: 'private', text: 'Thanks.' });
      answer = ({ deed }) => (deed.kind === 'press' ? { kind: 'form', form } : { kind: 'done' });
      await world.act(press(id));
      expect(await world.act(submit)).toEqual({ kind: 'done' });
      expect(acts.map((act) => act.deed)).toEqual([press(id), submit, press(id), submit]);
    });

    it('says that it did not work when the handler throws', async () => {
      const id = await send({ controls: buttons });
      answer = () => Promise.reject(new Error('the disk is full'));
      expect(await world.act(press(id))).toEqual({ kind: 'private', text: world.failedWords });
      answer = () => {
        throw new Error('at once');
      };
      expect(await world.act(press(id))).toEqual({ kind: 'private', text: world.failedWords });
      answer = () => ({ kind: 'done' });
      expect(await world.act(press(id))).toEqual({ kind: 'done' });
    });

    it('lets people find commands, on messages too, and tells of their use', async () => {
      await world.transport.setCommands(commands);
      const said = await world.say('do this');
      answer = () => ({ kind: 'private', text: 'Interrupted.' });
      const stop: ChatDeed = { kind: 'command', name: 'stop', options: { why: 'lunch' } };
      expect(await world.act(stop)).toEqual({ kind: 'private', text: 'Interrupted.' });
      const take: ChatDeed = { kind: 'message-command', name: 'Take out of the queue', messageId: said };
      expect(await world.act(take)).toEqual({ kind: 'private', text: 'Interrupted.' });
      answer = () => ({ kind: 'done' });
      expect(await world.act({ ...stop, options: {} })).toEqual({ kind: 'done' });
      expect(acts.map((act) => act.deed)).toEqual([stop, take, { ...stop, options: {} }]);
      await world.transport.setCommands(commands.slice(1));
      await expect(world.act(stop)).rejects.toThrow('stop');
    });

    it('notifies whom a part names for it, and nobody else', async () => {
      const other = await world.addMember();
      const text = `<@${world.userId}> and <@${other.id}>, @everyone: may I?`;
      expect(await world.pinged(await send({ text }))).toEqual([]);
      expect(await world.pinged(await send({ text, pings: [other.id] }))).toEqual([other.id]);
    });

    it('BX-09: knows the roles of members, and that somebody is none', async () => {
      const { id, roles } = await world.addMember();
      expect(roles.length).toBeGreaterThan(0);
      expect(await world.transport.rolesOf(world.channel, id)).toEqual(roles);
      expect(await world.transport.rolesOf(world.channel, '111111111111111111')).toBeUndefined();
      await expect(world.transport.rolesOf(world.unknownChannel, id)).rejects.toMatchObject({ code: 'chat-not-found' });
    });

    it('MS-02: fetches one message as it is now', async () => {
      const said = await world.say('first');
      await world.change(said, 'second');
      expect(await world.transport.freshMessage(world.channel, said)).toMatchObject({
        messageId: said,
        text: 'second',
      });
      await world.takeBack([said]);
      expect(await world.transport.freshMessage(world.channel, said)).toBeUndefined();
      await expect(world.transport.freshMessage(world.unknownChannel, said)).rejects.toMatchObject({
        code: 'chat-not-found',
      });
    });

    it('tells of nothing after it was closed', async () => {
      const id = await send({ controls: buttons });
      await world.transport.close();
      expect(await world.act(press(id))).toEqual({ kind: 'failed' });
      expect(acts).toEqual([]);
    }, 20_000);
  });
}
