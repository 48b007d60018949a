import type { Interaction, TextChannel } from 'discord.js';
import { ButtonStyle, ComponentType, MessageFlags, TextInputStyle } from 'discord.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { nextEvent } from '../../conformance/conformance-target.ts';
import { deployCommand } from '../../conformance/deploy-command.ts';
import { whyNoBrowser } from '../support/browser.ts';
import type { ChatPage, PageElement } from './chat-page.ts';
import { patience } from './chat-page.ts';
import { useStage } from './stage.ts';

const environments = ['production', 'preview', 'staging'];

describe.skipIf(whyNoBrowser() !== undefined)('buttons, menus, forms and commands on the chat page', () => {
  const stage = useStage();
  let channel: TextChannel;
  let page: ChatPage;

  beforeAll(async () => {
    const commands = [deployCommand, { name: 'status', description: 'How it is' }];
    await stage.bot.application.commands.set(commands, stage.server.guildId);
  });
  beforeEach(async () => {
    channel = await stage.newChannel('controls');
    page = await stage.open(channel);
  });
  afterEach(async () => {
    await page.closeQuietly();
    await channel.delete();
  });

  const next = async (): Promise<Interaction> => (await nextEvent(stage.bot, 'interactionCreate'))[0];
  const sendButtons = async (): Promise<void> => {
    const button = (label: string, style: ButtonStyle.Success | ButtonStyle.Danger, disabled = false) => ({
      type: ComponentType.Button as const,
      style: style as ButtonStyle.Success,
      label,
      custom_id: label,
      disabled,
    });
    await channel.send({
      content: 'May I run it?',
      components: [
        {
          type: ComponentType.ActionRow,
          components: [
            button('Allow', ButtonStyle.Success),
            button('Deny', ButtonStyle.Danger),
            button('Always', ButtonStyle.Success, true),
          ],
        },
      ],
    });
    await page.sees(page.message('May I run it?'));
  };

  it('a button reaches the bot, which changes the message at once', async () => {
    await sendButtons();
    const message = page.message('May I run it?');
    expect(await message.getByRole('button', { name: 'Always' }).isDisabled()).toBe(true);
    const heard = next();
    await message.getByRole('button', { name: 'Allow' }).click();
    const interaction = await heard;
    if (!interaction.isButton()) throw new Error('not a button');
    expect(interaction.customId).toBe('Allow');
    await interaction.update({ content: 'Allowed.', components: [] });
    await page.sees(page.message('Allowed.'));
    expect(await page.messages.getByRole('button', { name: 'Allow' }).count()).toBe(0);
  });

  it('a press that nobody answers in time is told as failed, and can be tried again', async () => {
    await sendButtons();
    const message = page.message('May I run it?');
    const { faults } = stage;
    const normal = faults.interactionDeadlineMs;
    onTestFinished(() => void (faults.interactionDeadlineMs = normal));
    faults.interactionDeadlineMs = 300;
    await message.getByRole('button', { name: 'Deny' }).click();
    await page.sees(page.page.getByText('This interaction failed.'));
    faults.interactionDeadlineMs = normal;
    const heard = next();
    await message.getByRole('button', { name: 'Deny' }).click();
    const interaction = await heard;
    if (!interaction.isButton()) throw new Error('not a button');
    await interaction.reply('Not run.');
    await page.sees(page.message('Not run.'));
    await page.losesSightOf(page.page.getByText('This interaction failed.'));
  });

  it('an answer for one person is marked as such, can be dismissed, and is in no history', async () => {
    await sendButtons();
    const heard = next();
    await page.message('May I run it?').getByRole('button', { name: 'Allow' }).click();
    const interaction = await heard;
    if (!interaction.isButton()) throw new Error('not a button');
    await interaction.reply({ content: 'Between us.', flags: MessageFlags.Ephemeral });
    const message = page.message('Between us.');
    await page.sees(message.getByText('Only you can see this'));
    await message.getByRole('button', { name: 'Dismiss' }).click();
    await page.losesSightOf(message);
    expect((await channel.messages.fetch()).map(({ content }) => content)).toEqual(['May I run it?']);
  });

  it('menus: one of several, and people', async () => {
    await channel.send({
      content: 'Choose.',
      components: [
        {
          type: ComponentType.ActionRow,
          components: [
            {
              type: ComponentType.StringSelect,
              custom_id: 'model',
              placeholder: 'A model',
              options: [
                { label: 'Small', value: 'small', description: 'quick' },
                { label: 'Large', value: 'large' },
              ],
            },
          ],
        },
        {
          type: ComponentType.ActionRow,
          components: [{ type: ComponentType.UserSelect, custom_id: 'who', placeholder: 'Somebody' }],
        },
      ],
    });
    const message = page.message('Choose.');
    let heard = next();
    await message.getByRole('combobox', { name: 'A model' }).selectOption({ label: 'Large' });
    let interaction = await heard;
    if (!interaction.isStringSelectMenu()) throw new Error('not a menu');
    expect(interaction.values).toEqual(['large']);
    await interaction.reply('Large it is.');
    await page.sees(page.message('Large it is.'));
    heard = next();
    await message.getByRole('combobox', { name: 'Somebody' }).selectOption(stage.bot.user.id);
    interaction = await heard;
    if (!interaction.isUserSelectMenu()) throw new Error('not a menu of people');
    expect(interaction.users.first()?.id).toBe(stage.bot.user.id);
    await interaction.deferUpdate();
  });

  it('a form opens, keeps the focus, is filled in and sent', async () => {
    await sendButtons();
    let heard = next();
    await page.message('May I run it?').getByRole('button', { name: 'Deny' }).click();
    const pressed = await heard;
    if (!pressed.isButton()) throw new Error('not a button');
    await pressed.showModal({
      custom_id: 'why',
      title: 'Say why',
      components: [
        {
          type: ComponentType.Label,
          label: 'Reason',
          description: 'A few words',
          component: { type: ComponentType.TextInput, custom_id: 'reason', style: TextInputStyle.Paragraph },
        },
        {
          type: ComponentType.Label,
          label: 'Instead',
          component: {
            type: ComponentType.TextInput,
            custom_id: 'instead',
            style: TextInputStyle.Short,
            required: false,
          },
        },
      ],
    });
    const form = page.page.getByRole('dialog', { name: 'Say why' });
    await page.sees(form);
    await page.expectAccessible('a form');
    expect(await form.evaluate((element: PageElement) => element.contains(element.ownerDocument.activeElement))).toBe(
      true,
    );
    await form.getByRole('textbox', { name: 'Reason' }).fill('too risky');
    heard = next();
    await form.getByRole('button', { name: 'Submit' }).click();
    const submitted = await heard;
    if (!submitted.isModalSubmit()) throw new Error('not a form');
    expect(submitted.fields.getTextInputValue('reason')).toBe('too risky');
    await submitted.reply('Understood.');
    await page.sees(page.message('Understood.'));
    await page.losesSightOf(form);
  });

  it('a command: found by its beginning, its option suggested by the bot, its answer deferred', async () => {
    // Both listen all the time: what comes while an answer is on its way must not be missed.
    const suggest = async (interaction: Interaction): Promise<void> => {
      if (!interaction.isAutocomplete()) return;
      const { value } = interaction.options.getFocused(true);
      const fitting = environments.filter((name) => name.startsWith(value));
      await interaction.respond(fitting.map((name) => ({ name, value: name })));
    };
    const onInteraction = (interaction: Interaction): void => void suggest(interaction);
    stage.bot.on('interactionCreate', onInteraction);
    onTestFinished(() => void stage.bot.off('interactionCreate', onInteraction));
    const used = (interaction: Interaction): boolean => !interaction.isAutocomplete();
    const typed = nextEvent(stage.bot, 'interactionCreate', used, 30_000);
    await page.composer.focus();
    await page.page.keyboard.type('/dep');
    const commands = page.page.getByRole('listbox', { name: 'Commands' });
    await page.sees(commands.getByRole('option', { name: /^\/deploy/ }));
    await page.page.keyboard.press('Enter');
    const form = page.page.getByRole('form', { name: 'Command /deploy' });
    await page.sees(form);
    const target = form.getByRole('combobox', { name: /target/ });
    await target.pressSequentially('pr');
    const suggestion = page.page.getByRole('option', { name: 'preview' });
    await page.sees(suggestion);
    await suggestion.click();
    await page.page.getByRole('button', { name: 'Send', exact: true }).click();
    const [interaction] = await typed;
    if (!interaction.isChatInputCommand()) throw new Error('not a command');
    expect(interaction.options.getString('target')).toBe('preview');
    await interaction.deferReply();
    await page.sees(page.messages.getByText('thinking…'));
    await page.sees(page.page.getByText(/used \/deploy/));
    await interaction.editReply('It is out.');
    await page.sees(page.message('It is out.'));
    expect(await page.messages.getByText('thinking…').count()).toBe(0);
  });

  it('a command that is given up, and reactions that are, give the focus back', async () => {
    // Sent before it is known what commands there are: it is asked first, and the agent is told nothing.
    await page.composer.fill('/deploy');
    await page.page.keyboard.press('Enter');
    await page.sees(page.page.getByRole('form', { name: 'Command /deploy' }));
    expect(await page.messages.getByText('/deploy').count()).toBe(0);
    await page.page.keyboard.press('Escape');
    const hasFocus = (element: PageElement): boolean => element.ownerDocument.activeElement === element;
    await expect.poll(() => page.composer.evaluate(hasFocus), patience).toBe(true);

    await page.say('hello');
    const message = page.message('hello').and(page.page.locator('[id]'));
    await page.act(message, 'Add reaction');
    await page.page.keyboard.press('Escape');
    const opener = message.getByRole('button', { name: 'Add reaction' });
    await expect.poll(() => opener.evaluate(hasFocus), patience).toBe(true);
  });

  it('a dialog stays when text in it is marked beyond its edge, and closes by a press beside it', async () => {
    await page.say('hello');
    await page.act(page.message('hello').and(page.page.locator('[id]')), 'Delete');
    const dialog = page.page.getByRole('dialog', { name: 'Delete message' });
    const words = await dialog.getByText('There is no way back').boundingBox();
    if (!words) throw new Error('the dialog says nothing');
    const { mouse } = page.page;
    await mouse.move(words.x + 5, words.y + 5);
    await mouse.down();
    await mouse.move(5, 5, { steps: 3 });
    await mouse.up();
    expect(await dialog.count()).toBe(1);
    await mouse.click(5, 5);
    await page.losesSightOf(dialog);
  });

  it('a command without options is typed and sent; what is no command is said as it is', async () => {
    const heard = next();
    await page.say('/status');
    const interaction = await heard;
    if (!interaction.isChatInputCommand()) throw new Error('not a command');
    await interaction.reply('All is well.');
    await page.sees(page.message('All is well.'));
    const said = nextEvent(stage.bot, 'messageCreate', ({ content }) => content === '/etc/hosts is a file');
    await page.say('/etc/hosts is a file');
    await said;
  });

  it('a layout of components is shown with its parts, and its button works', async () => {
    await channel.send({
      flags: MessageFlags.IsComponentsV2,
      components: [
        {
          type: ComponentType.Container,
          components: [
            { type: ComponentType.TextDisplay, content: '## The plan\nOne thing **after** another' },
            { type: ComponentType.Separator },
            {
              type: ComponentType.Section,
              components: [{ type: ComponentType.TextDisplay, content: 'First step' }],
              accessory: { type: ComponentType.Button, style: ButtonStyle.Primary, label: 'Begin', custom_id: 'begin' },
            },
          ],
        },
      ],
    });
    await page.sees(page.messages.getByText('The plan'));
    const heard = next();
    await page.messages.getByRole('button', { name: 'Begin' }).click();
    const interaction = await heard;
    if (!interaction.isButton()) throw new Error('not a button');
    await interaction.deferUpdate();
  });
});
