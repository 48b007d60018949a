import type { Client, Interaction, TextChannel } from 'discord.js';
import { ApplicationCommandType, ButtonStyle, ComponentType, MessageFlags, TextInputStyle } from 'discord.js';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { connectBot, nextEvent, restAsUser, textChannel, unique } from './conformance-target.ts';
import type { RestAnswer } from './conformance-target.ts';
import type { Reach } from './discord-conformance.ts';
import { deployCommand } from './deploy-command.ts';
import { RawGateway } from './raw-gateway.ts';

/** What a person's client hears of the commands and buttons that it uses. */
export function personInteractionChecks(reach: Reach): void {
  let client: Client<true>;
  let channel: TextChannel;
  let commandId: string;
  /** The client that acts, and another of the same person. */
  let here: RawGateway;
  let elsewhere: RawGateway;
  let session: string;

  const post = (body: object): Promise<RestAnswer> =>
    restAsUser(reach(), 'POST', '/interactions', {
      application_id: client.application.id,
      guild_id: reach().guildId,
      channel_id: channel.id,
      session_id: session,
      ...body,
    });
  const act = async (body: object): Promise<{ interaction: Interaction; nonce: string }> => {
    const nonce = crypto.randomUUID().slice(0, 25);
    const heard = nextEvent(client, 'interactionCreate');
    expect((await post({ ...body, nonce })).status).toBe(204);
    const [interaction] = await heard;
    await here.event('INTERACTION_CREATE', (data) => data.nonce === nonce && data.id === interaction.id);
    return { interaction, nonce };
  };
  const deploy = (options: readonly object[]): object => ({
    type: 2,
    data: { id: commandId, name: 'deploy', type: 1, options },
  });
  const target = { type: 3, name: 'target', value: 'production' };
  const sendComponent = async (component: object): Promise<string> =>
    (
      await channel.send({
        content: unique('choose'),
        components: [{ type: ComponentType.ActionRow, components: [component as never] }],
      })
    ).id;
  const button = {
    type: ComponentType.Button,
    style: ButtonStyle.Primary,
    label: 'Go',
    custom_id: 'go',
  };

  beforeAll(async () => {
    client = await connectBot(reach());
    channel = await textChannel(client, reach());
    const command = await client.application.commands.create(deployCommand, reach().guildId);
    commandId = command.id;
    ({
      person: here,
      ready: { session_id: session },
    } = await RawGateway.openAsPerson(reach()));
    ({ person: elsewhere } = await RawGateway.openAsPerson(reach()));
  });
  afterAll(async () => {
    here.close();
    elsewhere.close();
    await client.application.commands.delete(commandId, reach().guildId);
    await client.destroy();
  });

  it('success comes with the nonce, to the client that acted and to no other', async () => {
    const { interaction, nonce } = await act(deploy([target]));
    if (!interaction.isChatInputCommand()) throw new Error('not a command');
    const content = unique('out');
    await interaction.reply(content);
    await here.event('INTERACTION_SUCCESS', (data) => data.nonce === nonce && data.id === interaction.id);
    await elsewhere.event('MESSAGE_CREATE', (data) => data.content === content);
    await elsewhere.settled();
    expect(elsewhere.frames.some(({ t }) => t?.startsWith('INTERACTION_'))).toBe(false);
  });

  it('what nobody answers within three seconds has failed', async () => {
    const { nonce, interaction } = await act(deploy([target]));
    await here.event('INTERACTION_FAILURE', (data) => data.nonce === nonce && data.id === interaction.id);
  });

  it('suggestions come while a command is typed', async () => {
    const options = [{ type: 3, name: 'target', value: 'pro', focused: true }];
    const { interaction, nonce } = await act({ type: 4, data: { id: commandId, name: 'deploy', type: 1, options } });
    if (!interaction.isAutocomplete()) throw new Error('nothing to complete');
    expect(interaction.options.getFocused(true)).toMatchObject({ name: 'target', value: 'pro' });
    await interaction.respond([{ name: 'Production', value: 'production' }]);
    const { d: answer } = await here.event('APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE', (data) => data.nonce === nonce);
    expect(answer.choices).toEqual([{ name: 'Production', value: 'production' }]);
  });

  it.each([
    ['an option is missing', []],
    ['an option has the wrong type', [target, { type: 4, name: 'copies', value: 'three' }]],
    ['a value is too small', [target, { type: 4, name: 'copies', value: 0 }]],
    ['an option is unknown', [target, { type: 3, name: 'nope', value: 'x' }]],
  ])('a command is refused when %s', async (_name, options) => {
    expect(await post({ ...deploy(options), nonce: '1' })).toMatchObject({ status: 400, body: { code: 50035 } });
  });

  it('a command of a context menu comes with its message', async () => {
    const command = await client.application.commands.create(
      { name: 'Take out', type: ApplicationCommandType.Message },
      reach().guildId,
    );
    const content = unique('target');
    const { id } = await channel.send(content);
    const data = { id: command.id, name: 'Take out', type: 3, target_id: id };
    const { interaction } = await act({ type: 2, data });
    if (!interaction.isMessageContextMenuCommand()) throw new Error('not a command of a message');
    expect(interaction.targetMessage).toMatchObject({ id, content });
    await interaction.reply({ content: unique('private'), flags: MessageFlags.Ephemeral });
    const gone = await post({ type: 2, data: { ...data, target_id: '100000000000000001' }, nonce: '1' });
    expect(gone).toMatchObject({ status: 404, body: { code: 10008 } });
    await client.application.commands.delete(command.id, reach().guildId);
  });

  it('a form opens only where the button was pressed', async () => {
    const messageId = await sendComponent(button);
    const { interaction, nonce } = await act({
      type: 3,
      message_id: messageId,
      data: { component_type: ComponentType.Button, custom_id: 'go' },
    });
    if (!interaction.isButton()) throw new Error('not a button');
    await interaction.showModal({
      custom_id: 'form',
      title: 'Say why',
      components: [
        {
          type: ComponentType.Label,
          label: 'Why',
          component: { type: ComponentType.TextInput, custom_id: 'why', style: TextInputStyle.Short },
        },
        {
          type: ComponentType.Label,
          label: 'Who',
          component: { type: ComponentType.UserSelect, custom_id: 'who' },
        },
      ],
    });
    const { d: form } = await here.event('INTERACTION_MODAL_CREATE', (data) => data.nonce === nonce);
    await here.event('INTERACTION_SUCCESS', (data) => data.nonce === nonce);
    await elsewhere.settled();
    expect(elsewhere.frames.some(({ t }) => t === 'INTERACTION_MODAL_CREATE')).toBe(false);
    const { interaction: submitted } = await act({
      type: 5,
      data: {
        id: form.id,
        custom_id: 'form',
        components: [
          { type: 18, component: { type: 4, custom_id: 'why', value: 'because' } },
          { type: 18, component: { type: 5, custom_id: 'who', values: [client.user.id] } },
        ],
      },
    });
    if (!submitted.isModalSubmit()) throw new Error('not a form');
    expect(submitted.fields.getTextInputValue('why')).toBe('because');
    expect(submitted.fields.getSelectedUsers('who')?.has(client.user.id)).toBe(true);
    await submitted.reply(unique('thanks'));
  });

  it('an answer to a button is a reply to its message', async () => {
    const messageId = await sendComponent(button);
    const { interaction } = await act({
      type: 3,
      message_id: messageId,
      data: { component_type: ComponentType.Button, custom_id: 'go' },
    });
    if (!interaction.isButton()) throw new Error('not a button');
    const content = unique('gone');
    await interaction.reply(content);
    const { d: answer } = await here.event('MESSAGE_CREATE', (data) => data.content === content);
    expect(answer.referenced_message?.id).toBe(messageId);
  });

  it('menus: what was chosen, and whom; only what is offered can be chosen', async () => {
    const options = ['red', 'green'].map((value) => ({ label: value, value }));
    const colours = await sendComponent({ type: ComponentType.StringSelect, custom_id: 'colour', options });
    const choose = (
      message_id: string,
      component_type: ComponentType,
      custom_id: string,
      values: string[],
    ): object => ({
      type: 3,
      message_id,
      data: { component_type, custom_id, values },
    });
    const { interaction } = await act(choose(colours, ComponentType.StringSelect, 'colour', ['green']));
    if (!interaction.isStringSelectMenu()) throw new Error('not a menu');
    expect(interaction.values).toEqual(['green']);
    await interaction.deferUpdate();
    for (const wrong of [['blue'], ['red', 'green'], []]) {
      const refused = await post({ ...choose(colours, ComponentType.StringSelect, 'colour', wrong), nonce: '1' });
      expect(refused, wrong.join()).toMatchObject({ status: 400, body: { code: 50035 } });
    }
    const people = await sendComponent({ type: ComponentType.UserSelect, custom_id: 'who' });
    const { interaction: whom } = await act(choose(people, ComponentType.UserSelect, 'who', [client.user.id]));
    if (!whom.isUserSelectMenu()) throw new Error('not a menu of users');
    expect(whom.users.get(client.user.id)?.username).toBe(client.user.username);
    await whom.deferUpdate();
  });
}
