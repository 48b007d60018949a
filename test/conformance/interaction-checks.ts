import type { Client, Interaction, TextChannel } from 'discord.js';
import { ApplicationCommandOptionType, ButtonStyle, ComponentType, MessageFlags, TextInputStyle } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, expectCode, nextEvent, rest, restAsUser, textChannel, unique } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';
import { RawGateway } from './raw-gateway.ts';

export function interactionChecks(reach: Reach, withUser: boolean): void {
  let client: Client<true>;
  let channel: TextChannel;
  let commandId: string;

  const next = async (): Promise<Interaction> => (await nextEvent(client, 'interactionCreate'))[0];
  const base = (): object => ({
    application_id: client.application.id,
    guild_id: reach().guildId,
    channel_id: channel.id,
    session_id: 'none',
  });
  const act = async (body: object): Promise<Interaction> => {
    const heard = next();
    expect((await restAsUser(reach(), 'POST', '/interactions', { ...base(), ...body })).status).toBe(204);
    return heard;
  };
  const command = (): Promise<Interaction> =>
    act({
      type: 2,
      data: { id: commandId, name: 'status', type: 1, options: [{ type: 4, name: 'session', value: 3 }] },
    });
  const button = async (): Promise<Interaction> => {
    const row = {
      type: 1 as const,
      components: [
        { type: ComponentType.Button as const, style: ButtonStyle.Primary as const, label: 'Yes', custom_id: 'yes' },
      ],
    };
    const message = await channel.send({ content: unique('sure?'), components: [row] });
    return act({
      type: 3,
      message_id: message.id,
      data: { component_type: ComponentType.Button, custom_id: 'yes' },
    });
  };
  const countOf = async (content: string): Promise<number> =>
    (await channel.messages.fetch({ limit: 20, cache: false })).filter((message) => message.content === content).size;

  beforeAll(async () => {
    client = await connectBot(reach());
    channel = await textChannel(client, reach());
    const commands = await client.application.commands.set(
      [
        {
          name: 'status',
          description: 'How it is',
          options: [{ type: ApplicationCommandOptionType.Integer, name: 'session', description: 'Which' }],
        },
      ],
      reach().guildId,
    );
    commandId = commands.first()!.id;
  });
  afterAll(() => client.destroy());

  it('commands are set, listed, changed and deleted', async () => {
    const { commands } = client.application;
    const { guildId } = reach();
    expect((await commands.fetch({ guildId })).map(({ name }) => name)).toEqual(['status']);
    const made = await commands.create({ name: 'extra', description: 'Extra' }, guildId);
    expect((await commands.edit(made.id, { description: 'Changed' }, guildId)).description).toBe('Changed');
    await commands.delete(made.id, guildId);
    await expectCode(commands.fetch(made.id, { guildId, force: true }), 10063);
    await expectCode(commands.create({ name: 'x'.repeat(33), description: 'x' }, guildId), 50035);
  });

  it('an interaction that does not exist is 10062, a webhook that does not exist 10015', async () => {
    const callback = await rest(reach(), 'POST', '/interactions/100000000000000001/none/callback', { type: 5 });
    expect(callback).toMatchObject({ status: 404, body: { code: 10062 } });
    const followUp = await rest(reach(), 'POST', '/webhooks/100000000000000001/none', { content: 'hi' });
    expect(followUp).toMatchObject({ status: 404, body: { code: 10015 } });
  });

  it.skipIf(!withUser)('a command reaches the bot with its options and is answered once', async () => {
    const interaction = await command();
    if (!interaction.isChatInputCommand()) throw new Error('not a command');
    expect(interaction.commandName).toBe('status');
    expect(interaction.options.getInteger('session')).toBe(3);
    expect(interaction.user.bot).toBe(false);
    const content = unique('all is well');
    await interaction.reply(content);
    expect(await countOf(content)).toBe(1);
    const again = await rest(reach(), 'POST', `/interactions/${interaction.id}/${interaction.token}/callback`, {
      type: 4,
      data: { content: 'again' },
    });
    expect(again).toMatchObject({ status: 400, body: { code: 40060 } });
  });

  it.skipIf(!withUser)('an answer can be deferred, edited, followed and deleted', async () => {
    const interaction = await command();
    if (!interaction.isChatInputCommand()) throw new Error('not a command');
    await interaction.deferReply();
    expect((await interaction.fetchReply()).flags.has(MessageFlags.Loading)).toBe(true);
    const content = unique('took a while');
    const original = await interaction.editReply(content);
    expect(original.flags.has(MessageFlags.Loading)).toBe(false);
    expect(await countOf(content)).toBe(1);
    const more = unique('one more thing');
    const followUp = await interaction.followUp(more);
    expect(followUp.id).not.toBe(original.id);
    expect(await countOf(more)).toBe(1);
    await interaction.deleteReply();
    expect(await countOf(content)).toBe(0);
  });

  it.skipIf(!withUser)('the first follow-up to a deferred answer fills it in, the next is a reply to it', async () => {
    const interaction = await command();
    if (!interaction.isChatInputCommand()) throw new Error('not a command');
    await interaction.deferReply();
    const { id } = await interaction.fetchReply();
    const filled = await interaction.followUp(unique('done'));
    expect(filled.id).toBe(id);
    expect(filled.flags.has(MessageFlags.Loading)).toBe(false);
    const next = await interaction.followUp(unique('and this'));
    expect(next.id).not.toBe(id);
    expect(next.reference?.messageId).toBe(id);
  });

  it.skipIf(!withUser)('an answer that is refused is none: the interaction can still be answered', async () => {
    const interaction = await command();
    if (!interaction.isChatInputCommand()) throw new Error('not a command');
    await expectCode(interaction.reply({ content: 'x'.repeat(2001) }), 50035);
    const empty = await rest(reach(), 'POST', `/interactions/${interaction.id}/${interaction.token}/callback`, {
      type: 4,
      data: { content: ' ' },
    });
    expect(empty).toMatchObject({ status: 400, body: { code: 50006 } });
    const content = unique('this time');
    await interaction.client.rest.post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
      body: { type: 4, data: { content } },
      auth: false,
    });
    expect(await countOf(content)).toBe(1);
  });

  it.skipIf(!withUser)('an ephemeral answer is not in the history, and only its reader is told', async () => {
    const bystander = await RawGateway.open(reach());
    await bystander.begin(reach().botToken, 1 | (1 << 9) | (1 << 15));
    const { person: reader } = await RawGateway.openAsPerson(reach());
    const interaction = await command();
    if (!interaction.isChatInputCommand()) throw new Error('not a command');
    const content = unique('for your eyes');
    await interaction.reply({ content, flags: MessageFlags.Ephemeral });
    await reader.event('MESSAGE_CREATE', (data) => data.content === content);
    expect(await countOf(content)).toBe(0);
    const edited = unique('changed');
    expect((await interaction.editReply(edited)).content).toBe(edited);
    await bystander.settled();
    expect(bystander.frames.some(({ t, d }) => t === 'MESSAGE_CREATE' && d.content === content)).toBe(false);
    bystander.close();
    reader.close();
  });

  it.skipIf(!withUser)('a button reaches the bot with its message, which it can change at once', async () => {
    const interaction = await button();
    if (!interaction.isButton()) throw new Error('not a button');
    expect(interaction.customId).toBe('yes');
    const content = unique('it was yes');
    await interaction.update({ content, components: [] });
    const message = await channel.messages.fetch({ message: interaction.message.id, force: true });
    expect(message.content).toBe(content);
    expect(message.components).toHaveLength(0);
  });

  it.skipIf(!withUser)('a button can be deferred and its message changed later', async () => {
    const interaction = await button();
    if (!interaction.isButton()) throw new Error('not a button');
    await interaction.deferUpdate();
    const content = unique('later');
    await interaction.editReply({ content });
    expect((await channel.messages.fetch({ message: interaction.message.id, force: true })).content).toBe(content);
  });

  it.skipIf(!withUser)('a form opens for the person and comes back with what they wrote', async () => {
    const { person } = await RawGateway.openAsPerson(reach());
    const interaction = await button();
    if (!interaction.isButton()) throw new Error('not a button');
    const input = {
      type: ComponentType.TextInput as const,
      custom_id: 'why',
      label: 'Why',
      style: TextInputStyle.Short as const,
    };
    await interaction.showModal({
      custom_id: 'form',
      title: 'Say why',
      components: [{ type: ComponentType.ActionRow, components: [input] }],
    });
    const { d: form } = await person.event('INTERACTION_MODAL_CREATE');
    const submitted = await act({
      type: 5,
      data: {
        id: form.id,
        custom_id: form.custom_id,
        components: [{ type: ComponentType.ActionRow, components: [{ type: 4, custom_id: 'why', value: 'because' }] }],
      },
    });
    if (!submitted.isModalSubmit()) throw new Error('not a form');
    expect(submitted.fields.getTextInputValue('why')).toBe('because');
    const content = unique('thanks');
    await submitted.reply(content);
    expect(await countOf(content)).toBe(1);
    person.close();
  });
}
