import { join } from 'node:path';

import type { TextChannel } from 'discord.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { ActAnswer, ChatAct, ChatTransport } from '../../../src/contracts/chat.ts';
import { createDiscordTransport } from '../../../src/discord/transport.ts';
import type { Controls } from '../../../src/model/controls.ts';
import type { ChannelId } from '../../../src/model/session.ts';
import { chatHandlers } from '../../fakes/chat-handlers.ts';
import { whyNoBrowser } from '../support/browser.ts';
import type { ChatPage, PageElement } from './chat-page.ts';
import { patience } from './chat-page.ts';
import { useStage } from './stage.ts';

const looks = {
  phone: { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true },
  desktop: { viewport: { width: 1200, height: 900 } },
} as const;

const permission = `🔐 **Bash** wants to run
\`\`\`sh
npm run deploy -- --environment production --verbose --with-a-long-option=https://example.com/a/very/long/address
\`\`\`
Reason: deploys the release to production
*Always* writes \`Bash(npm run deploy:*)\` to \`.claude/settings.local.json\`.`;

const decisions: Controls = [
  {
    kind: 'buttons',
    buttons: [
      { id: 'allow', label: 'Allow once', look: 'good' },
      { id: 'always', label: 'Always: Bash(npm run deploy:*) in .claude/settings.local.json', look: 'plain' },
      { id: 'deny', label: 'Deny', look: 'danger' },
      { id: 'word', label: 'Deny with a word…', look: 'danger' },
    ],
  },
];

const questions: Controls = [
  {
    kind: 'menu',
    menu: {
      id: 'colours',
      placeholder: 'Which colours?',
      least: 1,
      most: 3,
      choices: [
        { value: 'r', label: 'Red', description: 'like a fire engine, and rather a lot of it' },
        { value: 'g', label: 'Green' },
        { value: 'b', label: 'Blue', description: 'the one of the sea' },
      ],
    },
  },
  {
    kind: 'menu',
    menu: {
      id: 'size',
      placeholder: 'Which size?',
      least: 1,
      most: 1,
      choices: [
        { value: 's', label: 'Small' },
        { value: 'l', label: 'Large', description: 'takes an hour' },
      ],
    },
  },
  {
    kind: 'buttons',
    buttons: [
      { id: 'send', label: 'Send', look: 'primary' },
      { id: 'own', label: 'In my own words…', look: 'plain' },
      { id: 'none', label: 'No answer', look: 'plain' },
    ],
  },
];

/** The answers of the bridge, in the hands of a test. */
type Answer = (act: ChatAct) => ActAnswer | Promise<ActAnswer>;

describe.skipIf(whyNoBrowser() !== undefined)('BX-05: cards of the bridge on the chat page', () => {
  const stage = useStage();
  let transport: ChatTransport;
  let answer: Answer;
  let acts: ChatAct[];
  let channel: TextChannel;
  let page: ChatPage;
  let nonces = 0;

  beforeAll(async () => {
    transport = createDiscordTransport({
      token: stage.server.botToken,
      apiUrl: stage.server.api,
      clock: systemClock,
      log: silentLog,
      identifyMemory: { read: () => undefined, write: () => undefined },
      actWords: { failed: 'That did not work.', formTooLate: 'Too late.' },
    });
    await transport.connect(
      chatHandlers({
        onAct: async (act) => {
          acts.push(act);
          return answer(act);
        },
      }),
    );
    await transport.setCommands([
      { name: 'queue', kind: 'command', description: 'What waits for the agent', options: [] },
      { name: 'Take out of the queue', kind: 'message-command', description: '', options: [] },
    ]);
  });
  afterAll(() => transport.close());
  beforeEach(() => {
    acts = [];
    answer = () => ({ kind: 'done' });
  });

  const post = (text: string, controls?: Controls): Promise<string> =>
    transport.send({
      channel: channel.id as ChannelId,
      text,
      nonce: `card-${(nonces += 1)}`,
      ...(controls === undefined ? {} : { controls }),
    });
  const change = (id: string, text: string, controls: Controls): Promise<boolean> =>
    transport.edit(channel.id as ChannelId, id, text, undefined, controls);

  describe.each(['phone', 'desktop'] as const)('on a %s', (look) => {
    beforeEach(async () => {
      channel = await stage.newChannel('cards');
      page = await stage.open(channel, looks[look]);
    });
    afterEach(async () => {
      await page.closeQuietly();
      stage.server.removeChannel(channel.id);
    });

    const picture = async (name: string): Promise<void> => {
      const directory = process.env['PICTURES'];
      if (directory !== undefined) {
        await page.page.screenshot({ path: join(directory, `${name}-${look}.png`), animations: 'disabled' });
      }
    };

    it('a permission: pressed, sent, applied', async () => {
      const id = await post(permission, decisions);
      const card = page.message('deploys the release');
      await page.sees(card.getByRole('button', { name: 'Deny', exact: true }));
      await page.expectNoSidewaysScroll();
      await page.expectAccessible('a card');
      const code = card.locator('pre');
      const hidden = await code.evaluate((pre: PageElement) => pre.scrollWidth - pre.clientWidth);
      expect(hidden, 'what sticks out of the command').toBe(0);
      await picture('permission');
      await card.getByRole('button', { name: 'Allow once' }).click();
      await expect
        .poll(() => acts.map(({ deed }) => deed), patience)
        .toEqual([{ kind: 'press', control: 'allow', messageId: id }]);
      await change(id, `${permission}\n\n⏳ sent by Owner`, []);
      await page.sees(page.message('sent by Owner'));
      expect(await card.getByRole('button', { name: 'Allow once' }).count()).toBe(0);
      await change(id, `${permission}\n\n✅ allowed once by Owner (Discord), applied`, []);
      await page.sees(page.message('applied'));
      await picture('applied');
    });

    it('questions: menus of one and of several, with what is chosen so far', async () => {
      const id = await post('❓ **Two questions**\n**1.** Which colours?\n**2.** Which size?', questions);
      const card = page.message('Two questions');
      await card.getByRole('checkbox', { name: /Red/ }).check();
      await card.getByRole('checkbox', { name: /Blue/ }).check();
      await picture('questions');
      await page.expectNoSidewaysScroll();
      await card.getByRole('group', { name: 'Which colours?' }).getByRole('button').click();
      await card.getByRole('combobox', { name: 'Which size?' }).selectOption({ value: 'l' });
      await expect
        .poll(() => acts.map(({ deed }) => deed), patience)
        .toEqual([
          { kind: 'choose', control: 'colours', messageId: id, values: ['r', 'b'] },
          { kind: 'choose', control: 'size', messageId: id, values: ['l'] },
        ]);
      // Somebody else has chosen otherwise meanwhile.
      await change(id, '❓ **Two questions**\n**1.** Which colours? → Green', [
        withChosen(questions[0]!, ['g']),
        withChosen(questions[1]!, ['l']),
        questions[2]!,
      ]);
      await page.sees(page.message('→ Green'));
      expect(await card.getByRole('checkbox', { name: /Green/ }).isChecked()).toBe(true);
      expect(await card.getByRole('checkbox', { name: /Red/ }).isChecked()).toBe(false);
      expect(await card.getByRole('combobox', { name: 'Which size?' }).inputValue()).toBe('l');
      await card.getByRole('button', { name: 'Send', exact: true }).click();
      await expect.poll(() => acts.at(-1)?.deed, patience).toEqual({ kind: 'press', control: 'send', messageId: id });
    });

    it('a form: opened, filled in, answered in private', async () => {
      await post(permission, decisions);
      answer = ({ deed }) =>
        deed.kind === 'press'
          ? {
              kind: 'form',
              form: {
                id: 'why',
                title: 'Deny with a word',
                fields: [
                  {
                    id: 'word',
                    label: 'What should it do instead?',
                    placeholder: 'Use the staging environment first.',
                    isLong: true,
                    isRequired: true,
                  },
                ],
              },
            }
          : { kind: 'private', text: 'This request is not open any more: **allowed by Ann at 10:12**.' };
      await page.message('deploys the release').getByRole('button', { name: 'Deny with a word…' }).click();
      const form = page.page.getByRole('dialog', { name: 'Deny with a word' });
      await page.sees(form);
      await picture('form');
      await form.getByRole('textbox', { name: 'What should it do instead?' }).fill('Ask Bob first.');
      await form.getByRole('button', { name: 'Submit' }).click();
      const note = page.message('not open any more');
      await page.sees(note.getByText('Only you can see this'));
      await page.losesSightOf(form);
      await picture('private');
      await page.expectNoSidewaysScroll();
      expect(acts.at(-1)?.deed).toEqual({ kind: 'submit', form: 'why', fields: { word: 'Ask Bob first.' } });
      await note.getByRole('button', { name: 'Dismiss' }).click();
      await page.losesSightOf(note);
    });

    it('a command of a message is found beside it', async () => {
      answer = () => ({ kind: 'private', text: 'Taken out.' });
      await page.say('do this later');
      const message = page.message('do this later').and(page.page.locator('[id]'));
      await page.sees(message);
      await page.act(message, 'Take out of the queue');
      await page.sees(page.message('Taken out.'));
      await page.sees(page.messages.getByText('Owner used Take out of the queue'));
      await picture('message-command');
      const messageId = (await message.getAttribute('id'))?.replace('message-', '');
      expect(acts.map(({ deed }) => deed)).toEqual([
        { kind: 'message-command', name: 'Take out of the queue', messageId },
      ]);
      await page.say('/queue');
      await expect.poll(() => acts.at(-1)?.deed, patience).toEqual({ kind: 'command', name: 'queue', options: {} });
    });

    it('a forwarded message and one with a picture are shown', async () => {
      const original = await post('The **original** words');
      const body = { message_reference: { type: 1, message_id: original, channel_id: channel.id } };
      await fetch(`${stage.server.api}/v10/channels/${channel.id}/messages`, {
        method: 'POST',
        headers: { authorization: stage.server.userToken, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await page.sees(page.messages.getByText('Forwarded'));
      expect(await page.messages.getByText('original', { exact: true }).count()).toBe(2);
      const path = join(import.meta.dirname, '../../../docs/images/chat-phone.png');
      await transport.send({
        channel: channel.id as ChannelId,
        text: 'What it looks like now:',
        nonce: `card-${(nonces += 1)}`,
        files: [
          { path, name: 'screen.png' },
          { content: 'the whole input\n', name: 'input.txt' },
        ],
      });
      await page.sees(page.messages.getByRole('img', { name: 'screen.png' }));
      await page.sees(page.messages.getByRole('link', { name: /input\.txt/ }));
      await page.expectNoSidewaysScroll();
      await picture('files');
    });
  });
});

function withChosen(row: Controls[number], values: readonly string[]): Controls[number] {
  if (row.kind !== 'menu') return row;
  const choices = row.menu.choices.map((choice) => ({ ...choice, chosen: values.includes(choice.value) }));
  return { ...row, menu: { ...row.menu, choices } };
}
