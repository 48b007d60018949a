import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { ChatTransport } from '../../src/contracts/chat.ts';
import type { InboundMessage } from '../../src/model/message.ts';
import { eventually } from '../eventually.ts';
import { Listener } from './listener.ts';
import { openLocalWorld } from './local-world.ts';
import type { LocalWorld } from './local-world.ts';

describe('what messages refer to, on a server', () => {
  let world: LocalWorld;
  let transport: ChatTransport;
  let listener: Listener;

  beforeEach(async () => {
    world = await openLocalWorld();
    transport = world.transport();
    listener = new Listener();
    await transport.connect(listener);
  });

  afterEach(() => world.close());

  const post = async (body: object): Promise<string> =>
    ((await world.request('POST', `/channels/${world.channel}/messages`, body)) as { id: string }).id;
  const heard = async (count: number): Promise<InboundMessage> => {
    await eventually(() => expect(listener.heard).toHaveLength(count));
    return listener.heard.at(-1)!;
  };
  /** What the history and one message asked for say of it. */
  const asked = async (messageId: string): Promise<(InboundMessage | undefined)[]> => [
    (await transport.history(world.channel, '0', 100)).messages.find((one) => one.messageId === messageId),
    await transport.freshMessage(world.channel, messageId),
  ];

  it('users, roles and channels have names, in the history and after an edit too', async () => {
    const role = world.server.addRole({ name: 'Team' });
    const bob = world.server.addUser({ name: 'Bob', nick: 'Bobby' });
    const id = await post({ content: `<@${bob.id}>, <@&${role}>: see <#${world.channel}>` });
    expect((await heard(1)).text).toBe('@Bobby, @Team: see #one');
    for (const message of await asked(id)) expect(message?.text).toBe('@Bob, @Team: see #one');
    await world.request('PATCH', `/channels/${world.channel}/messages/${id}`, { content: `and <#${world.channel}>` });
    await eventually(() => expect(listener.edited.map(({ text }) => text)).toEqual(['and #one']));
  });

  it('a reply quotes what it answers, in the history and after an edit too', async () => {
    const answered = await transport.send({ channel: world.channel, text: 'Shall I?', nonce: 'n' });
    const id = await post({ content: 'yes', message_reference: { message_id: answered } });
    const quotes = [{ kind: 'reply', author: 'Claude Bridge', text: 'Shall I?' }];
    expect(await heard(1)).toMatchObject({ text: 'yes', quotes });
    for (const message of await asked(id)) expect(message).toMatchObject({ text: 'yes', quotes });
    await world.request('PATCH', `/channels/${world.channel}/messages/${id}`, { content: 'no' });
    await eventually(() => expect(listener.edited).toMatchObject([{ text: 'no', quotes }]));
  });

  it('a forwarded message is quoted, in the history too', async () => {
    const original = await world.say('pass this on');
    const reference = { type: 1, message_id: original, channel_id: world.channel };
    const id = await post({ message_reference: reference });
    const quotes = [{ kind: 'forward', text: 'pass this on' }];
    expect(await heard(2)).toMatchObject({ text: '', quotes });
    for (const message of await asked(id)) expect(message).toMatchObject({ text: '', quotes });
  });

  it('BX-09: a webhook is told as one, and who has roles with them', async () => {
    const hook = world.server.addWebhook({ channel: world.channel, name: 'Builds' });
    await world.request('POST', hook, { content: 'green', username: 'Nightly' });
    const { author } = await heard(1);
    expect(author).toMatchObject({ name: 'Nightly', kind: 'webhook' });
    expect(author).not.toHaveProperty('roles');
    const role = world.server.addRole({ name: 'Team' });
    const bob = world.server.addUser({ name: 'Bob', roles: [role] });
    await world.request('POST', `/channels/${world.channel}/messages`, { content: 'hi' }, bob.token);
    expect((await heard(2)).author).toEqual({ id: bob.id, name: 'Bob', kind: 'human', roles: [role] });
  });

  it('BX-09: roles are asked for once in a while, and then those of now are known', async () => {
    const role = world.server.addRole({ name: 'Team' });
    const bob = world.server.addUser({ name: 'Bob' });
    expect(await transport.rolesOf(world.channel, bob.id)).toEqual([]);
    world.server.setRoles(bob.id, [role]);
    world.faults.failRequests({ path: /\/members\// }, { status: 500 });
    expect(await transport.rolesOf(world.channel, bob.id)).toEqual([]);
    const afresh = world.transport();
    await afresh.connect(new Listener());
    await expect(afresh.rolesOf(world.channel, bob.id)).rejects.toMatchObject({ code: 'chat-unavailable' });
    expect(await afresh.rolesOf(world.channel, bob.id)).toEqual([role]);
    const direct = await transport.directChannel(bob.id);
    expect(await transport.rolesOf(direct, bob.id)).toBeUndefined();
  });
});
