import type { Client, TextChannel } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, listOf, nextEvent, restAsUser, textChannel, unique } from './conformance-target.ts';
import type { RestAnswer } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';
import { RawGateway } from './raw-gateway.ts';

/** What a client for people does, seen by the bot and by that client itself. */
export function personChecks(reach: Reach): void {
  let client: Client<true>;
  let channel: TextChannel;
  let person: RawGateway;

  const messages = (): string => `/channels/${channel.id}/messages`;
  const asPerson = (method: string, path: string, body?: object | FormData): Promise<RestAnswer> =>
    restAsUser(reach(), method, path, body);
  const upload = (files: readonly Blob[], content: string): Promise<RestAnswer> => {
    const form = new FormData();
    form.append('payload_json', JSON.stringify({ content }));
    for (const [index, file] of files.entries()) form.append(`files[${index}]`, file, `file-${index}.txt`);
    return asPerson('POST', messages(), form);
  };

  beforeAll(async () => {
    client = await connectBot(reach());
    channel = await textChannel(client, reach());
    ({ person } = await RawGateway.openAsPerson(reach()));
    await person.event('GUILD_CREATE');
  });
  afterAll(async () => {
    person.close();
    await client.destroy();
  });

  it('changes and deletes what it said, and everybody hears of both', async () => {
    const { body: said } = await asPerson('POST', messages(), { content: unique('first words') });
    const content = unique('better words');
    const changed = nextEvent(client, 'messageUpdate', (_old, { id }) => id === said.id);
    expect((await asPerson('PATCH', `${messages()}/${said.id}`, { content })).status).toBe(200);
    expect((await changed)[1]).toMatchObject({ content, editedTimestamp: expect.any(Number) as number });
    const gone = nextEvent(client, 'messageDelete', ({ id }) => id === said.id);
    expect((await asPerson('DELETE', `${messages()}/${said.id}`)).status).toBe(204);
    await gone;
    await person.event('MESSAGE_DELETE', ({ id }) => id === said.id);
    expect((await asPerson('GET', `${messages()}/${said.id}`)).body.code).toBe(10008);
  });

  it('cannot change what the bot said', async () => {
    const { id } = await channel.send(unique('mine'));
    expect(await asPerson('PATCH', `${messages()}/${id}`, { content: 'yours' })).toMatchObject({
      status: 403,
      body: { code: 50005 },
    });
  });

  it('gets back the nonce of what it said, in the answer and in the event', async () => {
    const nonce = crypto.randomUUID().slice(0, 25);
    const { body } = await asPerson('POST', messages(), { content: unique('sent'), nonce, enforce_nonce: true });
    expect(body.nonce).toBe(nonce);
    expect((await person.event('MESSAGE_CREATE', ({ id }) => id === body.id)).d.nonce).toBe(nonce);
    const again = await asPerson('POST', messages(), { content: unique('sent again'), nonce, enforce_nonce: true });
    expect(again.body.id).toBe(body.id);
  });

  it('sees what a reply is to, and that it is gone', async () => {
    const question = await channel.send(unique('question'));
    const { body: answer } = await asPerson('POST', messages(), {
      content: unique('answer'),
      message_reference: { message_id: question.id },
    });
    const { d: told } = await person.event('MESSAGE_CREATE', ({ id }) => id === answer.id);
    expect(told.referenced_message?.content).toBe(question.content);
    expect(answer.type).toBe(19);
    await question.delete();
    const { body } = await asPerson('GET', `${messages()}/${answer.id}`);
    expect(body.referenced_message).toBeNull();
  });

  it('uploads up to ten files at once; more, or larger ones, are refused with a reason', async () => {
    const content = unique('ten files');
    const heard = nextEvent(client, 'messageCreate', (message) => message.content === content);
    const ten = Array.from({ length: 10 }, (_, index) => new Blob([`file ${index}`]));
    expect((await upload(ten, content)).body.attachments).toHaveLength(10);
    const attached = [...(await heard)[0].attachments.values()];
    expect(attached.map(({ name }) => name)).toEqual(ten.map((_, index) => `file-${index}.txt`));
    expect(attached[0]?.contentType).toMatch(/^text\/plain/);

    expect(await upload([...ten, new Blob(['eleven'])], unique('eleven'))).toMatchObject({
      status: 400,
      body: { code: 30015 },
    });
    const tooLarge = new Blob([new Uint8Array(10 * 1024 * 1024 + 1)]);
    expect(await upload([tooLarge], unique('too large'))).toMatchObject({ status: 413, body: { code: 40005 } });
    const tooMuch = Array.from({ length: 3 }, () => new Blob([new Uint8Array(9 * 1024 * 1024)]));
    expect(await upload(tooMuch, unique('too much'))).toMatchObject({ status: 413, body: { code: 40005 } });
  });

  it('reacts and takes it back', async () => {
    const message = await channel.send(unique('do you like it?'));
    const path = `${messages()}/${message.id}/reactions/${encodeURIComponent('👍')}/@me`;
    const added = nextEvent(client, 'messageReactionAdd', (reaction) => reaction.message.id === message.id);
    expect((await asPerson('PUT', path)).status).toBe(204);
    expect((await added)[1].bot).not.toBe(true);
    const seen = await asPerson('GET', `${messages()}/${message.id}`);
    expect(seen.body.reactions).toMatchObject([{ me: true, count: 1 }]);
    const taken = nextEvent(client, 'messageReactionRemove', (reaction) => reaction.message.id === message.id);
    expect((await asPerson('DELETE', path)).status).toBe(204);
    await taken;
  });

  it('sees a file in its place in an embed, and the size of a picture', async () => {
    const dot = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
    const picture = { attachment: Buffer.from(dot, 'base64'), name: 'dot.png' };
    const alone = await channel.send({ files: [picture] });
    expect(alone.attachments.first()).toMatchObject({ width: 1, height: 1, contentType: 'image/png' });
    const inside = await channel.send({ embeds: [{ image: { url: 'attachment://dot.png' } }], files: [picture] });
    expect(inside.attachments.size).toBe(0);
    const url = inside.embeds[0]?.image?.url ?? '';
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(picture.attachment)).toBe(true);
  });

  it('is offered every command, in the guild and in a channel', async () => {
    const command = await client.application.commands.create(
      { name: 'offered', description: 'To all' },
      reach().guildId,
    );
    for (const place of [`/guilds/${reach().guildId}`, `/channels/${channel.id}`]) {
      const { body } = await asPerson('GET', `${place}/application-command-index`);
      expect(body.application_commands.map(({ id }) => id)).toContain(command.id);
    }
    await client.application.commands.delete(command.id, reach().guildId);
  });

  it('lists the history of a channel with what is new since a message', async () => {
    const first = await channel.send(unique('old'));
    const second = await channel.send(unique('new'));
    const since = await asPerson('GET', `${messages()}?after=${first.id}`);
    expect(listOf(since).map(({ id }) => id)).toEqual([second.id]);
  });
}
