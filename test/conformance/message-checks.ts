import type { Client, TextChannel } from 'discord.js';
import { ButtonStyle, ComponentType, GatewayDispatchEvents, MessageType } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, expectCode, nextEvent, rest, restAsUser, textChannel, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';

export function messageChecks(reach: Reach, withUser: boolean): void {
  let client: Client<true>;
  let channel: TextChannel;

  beforeAll(async () => {
    client = await connectBot(reach());
    channel = await textChannel(client, reach());
  });
  afterAll(() => client.destroy());

  it('a message that is sent comes back as an event with its author and its time', async () => {
    const content = unique('hello **world** 日本語 👩‍👩‍👧');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    const sent = await channel.send(content);
    const [event] = await heard;
    expect(event.id).toBe(sent.id);
    expect(event.guildId).toBe(reach().guildId);
    expect(event.author.id).toBe(client.user.id);
    expect(Math.abs(event.createdTimestamp - sent.createdTimestamp)).toBe(0);
    expect(sent.id).toMatch(/^\d{18,19}$/);
  });

  it('ids grow with time', async () => {
    const first = await channel.send(unique('first'));
    const second = await channel.send(unique('second'));
    expect(BigInt(second.id) > BigInt(first.id)).toBe(true);
  });

  it('an edit changes the text, says when, and is an event', async () => {
    const sent = await channel.send(unique('before'));
    expect(sent.editedTimestamp).toBeNull();
    const after = unique('after');
    const heard = nextEvent(client, 'messageUpdate', (_old, message) => message.id === sent.id);
    await sent.edit(after);
    expect((await heard)[1].content).toBe(after);
    const fetched = await channel.messages.fetch({ message: sent.id, force: true });
    expect(fetched.content).toBe(after);
    expect(fetched.editedTimestamp).toBeGreaterThanOrEqual(sent.createdTimestamp);
  });

  it('a deleted message is gone: event, then 10008', async () => {
    const sent = await channel.send(unique('short-lived'));
    const heard = nextEvent(client, 'messageDelete', (message) => message.id === sent.id);
    await sent.delete();
    await heard;
    await expectCode(channel.messages.fetch({ message: sent.id, force: true, cache: false }), 10008);
    await expectCode(channel.messages.edit(sent.id, 'too late'), 10008);
    await expectCode(channel.messages.delete(sent.id), 10008);
  });

  it('messages deleted in bulk are gone, told as one event', async () => {
    const sent = [await channel.send(unique('one')), await channel.send(unique('two'))];
    const ids = sent.map(({ id }) => id);
    const heard = nextEvent(client, 'messageDeleteBulk', (messages) => messages.has(ids[0]!));
    await channel.bulkDelete(ids);
    const [messages] = await heard;
    expect([...messages.keys()].sort()).toEqual([...ids].sort());
    for (const id of ids) await expectCode(channel.messages.fetch({ message: id, force: true, cache: false }), 10008);
  });

  it('a message in a history does not say in which server it is, one that is told does', async () => {
    const raw: { id: string; guild_id?: string }[] = [];
    client.ws.on(GatewayDispatchEvents.MessageCreate, (data: { id: string; guild_id?: string }) => raw.push(data));
    const content = unique('where');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    const { id } = await channel.send(content);
    await heard;
    expect(raw.find((one) => one.id === id)?.guild_id).toBe(reach().guildId);
    const { body } = await rest(reach(), 'GET', `/channels/${channel.id}/messages/${id}`);
    expect(body).not.toHaveProperty('guild_id');
  });

  it('2000 characters are fine, 2001 are 50035 and nothing is stored', async () => {
    const sent = await channel.send('x'.repeat(2000));
    expect(sent.content).toHaveLength(2000);
    await expectCode(channel.send('x'.repeat(2001)), 50035);
    const answer = await rest(reach(), 'POST', `/channels/${channel.id}/messages`, { content: 'x'.repeat(2001) });
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: { content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH' }] } } },
    });
    expect((await channel.messages.fetch({ limit: 1 })).first()?.id).toBe(sent.id);
  });

  it('an empty message is 50006, and so is one of white space', async () => {
    await expectCode(channel.send(''), 50006);
    await expectCode(channel.send(' \n '), 50006);
    await expectCode(channel.send({ embeds: [] }), 50006);
  });

  it('outer white space is trimmed', async () => {
    const content = unique('inner  space stays');
    expect((await channel.send(`\n  ${content} \n`)).content).toBe(content);
  });

  it('BX-01: a repeated nonce with enforceNonce is the same message, stored once', async () => {
    const nonce = crypto.randomUUID().slice(0, 25);
    const content = unique('once');
    const first = await channel.send({ content, nonce, enforceNonce: true });
    const second = await channel.send({ content, nonce, enforceNonce: true });
    expect(second.id).toBe(first.id);
    expect(first.nonce).toBe(nonce);
    const latest = await channel.messages.fetch({ limit: 10, cache: false });
    expect(latest.filter((message) => message.content === content).size).toBe(1);
  });

  it('a nonce that is not enforced, or another one, makes a new message', async () => {
    const nonce = crypto.randomUUID().slice(0, 25);
    const first = await channel.send({ content: unique('a'), nonce });
    const second = await channel.send({ content: unique('b'), nonce });
    const third = await channel.send({ content: unique('c'), nonce: `${nonce.slice(0, 20)}zzzzz`, enforceNonce: true });
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
  });

  it('a nonce of more than 25 characters is 50035', async () => {
    const body = { content: unique('long nonce'), nonce: 'n'.repeat(26), enforce_nonce: true };
    expect(await rest(reach(), 'POST', `/channels/${channel.id}/messages`, body)).toMatchObject({
      status: 400,
      body: { code: 50035 },
    });
  });

  it('a reply names its message; to a lost one it fails, unless it may', async () => {
    const question = await channel.send(unique('question'));
    const answer = await question.reply(unique('answer'));
    expect(answer.type).toBe(MessageType.Reply);
    expect(answer.reference?.messageId).toBe(question.id);
    expect((await answer.fetchReference()).content).toBe(question.content);
    await question.delete();
    await expectCode(question.reply(unique('to nobody')), 50035);
    const loose = await channel.send({
      content: unique('to nobody in particular'),
      reply: { messageReference: question.id, failIfNotExists: false },
    });
    expect(loose.type).toBe(MessageType.Default);
  });

  it('mentions are resolved, and none with allowedMentions none', async () => {
    const content = unique(`<@${client.user.id}>`);
    expect((await channel.send(content)).mentions.users.has(client.user.id)).toBe(true);
    expect((await channel.send({ content, allowedMentions: { parse: [] } })).mentions.users.size).toBe(0);
  });

  it('embeds and buttons come back as they were sent; more than ten embeds are 50035', async () => {
    const sent = await channel.send({
      embeds: [{ title: 'title', description: 'description' }],
      components: [
        {
          type: ComponentType.ActionRow,
          components: [{ type: ComponentType.Button, style: ButtonStyle.Primary, label: 'Yes', custom_id: 'yes' }],
        },
      ],
    });
    const fetched = await channel.messages.fetch({ message: sent.id, force: true });
    expect(fetched.embeds[0]?.title).toBe('title');
    expect(fetched.components[0]?.toJSON()).toMatchObject({ components: [{ custom_id: 'yes', label: 'Yes' }] });
    await expectCode(channel.send({ embeds: Array.from({ length: 11 }, () => ({ title: 't' })) }), 50035);
    const twins = [1, 2].map(() => ({
      type: ComponentType.Button as const,
      style: ButtonStyle.Primary as const,
      label: 'Twin',
      custom_id: 'same',
    }));
    await expectCode(channel.send({ components: [{ type: ComponentType.ActionRow, components: twins }] }), 50035);
  });

  it('an unknown channel is 10003', async () => {
    expect(await rest(reach(), 'POST', '/channels/100000000000000001/messages', { content: 'hi' })).toMatchObject({
      status: 404,
      body: { code: 10003 },
    });
    await expectCode(client.channels.fetch('100000000000000001', { force: true }), 10003);
  });

  it('malformed JSON is 400 in the form of an error of Discord', async () => {
    const { apiUrl, botToken, channelId } = reach();
    const response = await fetch(`${apiUrl}/v10/channels/${channelId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bot ${botToken}`, 'content-type': 'application/json' },
      body: '{"content": ',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: expect.any(Number) as number,
      message: expect.any(String) as string,
    });
  });

  it('pins are listed', async () => {
    const sent = await channel.send(unique('to be pinned'));
    await sent.pin();
    const { items } = await channel.messages.fetchPins();
    expect(items.map(({ message }) => message.id)).toContain(sent.id);
    await sent.unpin();
  });

  it.skipIf(!withUser)('what a person says is heard with who it was; only they may edit it', async () => {
    const content = unique('from a person');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    const { body } = await restAsUser(reach(), 'POST', `/channels/${channel.id}/messages`, { content });
    const [message] = await heard;
    expect(message.id).toBe(body.id);
    expect(message.author.bot).toBe(false);
    expect(message.member?.displayName).toBeTruthy();
    expect(message.webhookId).toBeNull();
    await expectCode(message.edit('not mine'), 50005);
  });

  it.skipIf(!withUser)('typing is told', async () => {
    const heard = nextEvent(client, 'typingStart', (typing) => typing.channel.id === channel.id);
    await restAsUser(reach(), 'POST', `/channels/${channel.id}/typing`);
    expect((await heard)[0].user.bot).not.toBe(true);
    await channel.sendTyping();
  });
}
