import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { TextChannel } from 'discord.js';
import { EmbedBuilder } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { nextEvent } from '../../conformance/conformance-target.ts';
import { temporaryDirectory } from '../../storage/temporary-directory.ts';
import { whyNoBrowser } from '../support/browser.ts';
import { readMessageReference } from '../../../src/bridge/desks/message-reference.ts';
import type { ChatPage, PageElement } from './chat-page.ts';
import { patience } from './chat-page.ts';
import { useStage } from './stage.ts';

/** A picture of one pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

describe.skipIf(whyNoBrowser() !== undefined)('messages on the chat page', () => {
  const stage = useStage();
  let channel: TextChannel;
  let page: ChatPage;

  beforeEach(async () => {
    channel = await stage.newChannel('workshop');
    page = await stage.open(channel);
  });
  afterEach(async () => {
    await page.closeQuietly();
    await channel.delete();
  });

  const heard = async (content: string | RegExp) =>
    (
      await nextEvent(stage.bot, 'messageCreate', (message) =>
        typeof content === 'string' ? message.content === content : content.test(message.content),
      )
    )[0];

  it('BX-11: what is said goes out, and the answer comes in', async () => {
    const asked = heard('How are you?');
    await page.say('How are you?');
    const question = await asked;
    await channel.sendTyping();
    await page.sees(page.page.getByText(/is writing/));
    await question.reply('Very well.');
    await page.sees(page.message('Very well.'));
    await page.losesSightOf(page.page.getByText(/is writing/));
    await expect.poll(() => page.message('How are you?').count(), patience).toBe(2); // itself, and quoted by the reply
    expect(await page.composer.inputValue()).toBe('');
  });

  it('an edit by the bot changes the message in its place', async () => {
    const sent = await channel.send('working on it');
    await channel.send('something else');
    await page.sees(page.message('something else'));
    await sent.edit('**done**');
    await page.sees(page.messages.first().getByText('done'));
    await page.sees(page.messages.first().getByText('(edited)'));
    expect(await page.messages.count()).toBe(2);
  });

  it('a person changes and deletes what they said, and replies', async () => {
    const said = heard('tpyo');
    await page.say('tpyo');
    const { id } = await said;
    const changed = nextEvent(stage.bot, 'messageUpdate', (_old, message) => message.id === id);
    await page.act(page.message('tpyo'), 'Edit');
    const editor = page.page.getByRole('textbox', { name: 'Edit message' });
    await editor.fill('typo');
    await editor.press('Enter');
    expect((await changed)[1].content).toBe('typo');
    await page.sees(page.message('typo').getByText('(edited)'));

    const replied = heard('a reply');
    await page.act(page.message('typo'), 'Reply');
    await page.say('a reply');
    expect((await replied).reference?.messageId).toBe(id);

    const gone = nextEvent(stage.bot, 'messageDelete', (message) => message.id === id);
    await page.act(page.messages.first(), 'Delete');
    const question = page.page.getByRole('dialog', { name: 'Delete message' });
    await question.getByRole('button', { name: 'Delete' }).click();
    await gone;
    await expect.poll(() => page.messages.count(), patience).toBe(1);
  });

  it('the link of a message can be copied: it names the message, and an open page goes to its channel', async () => {
    await page.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const said = heard('trace me');
    await page.say('trace me');
    const { id } = await said;
    await page.act(page.message('trace me'), 'Copy link');
    await page.sees(page.page.getByRole('button', { name: 'Copied', exact: true }));
    const link = await page.page.evaluate('navigator.clipboard.readText()');
    expect(link).toBe(`${new URL(stage.server.url).origin}/#${channel.id}/${id}`); // without the page's key
    expect(readMessageReference(String(link))).toEqual({ kind: 'chat', messageId: id });

    const elsewhere = await stage.newChannel('elsewhere');
    const go = (hash: string): Promise<unknown> => page.page.evaluate(`location.hash = '${hash}'`);
    const heading = (name: string) => page.page.getByRole('heading', { level: 2, name });
    await go(elsewhere.id);
    await page.sees(heading('elsewhere'));
    await go(new URL(String(link)).hash);
    await page.sees(heading(channel.name));
    await elsewhere.delete();
  });

  it('reactions go both ways and are counted', async () => {
    const sent = await channel.send('do you like it?');
    const message = page.message('do you like it?');
    await sent.react('🎉');
    const party = message.getByRole('button', { name: '🎉 1' });
    await page.sees(party);
    expect(await party.getAttribute('aria-pressed')).toBe('false');
    const joined = nextEvent(stage.bot, 'messageReactionAdd', ({ emoji }) => emoji.name === '🎉');
    await party.click();
    await joined;
    await page.sees(message.getByRole('button', { name: '🎉 2', pressed: true }));

    const added = nextEvent(stage.bot, 'messageReactionAdd', ({ emoji }) => emoji.name === '👍');
    await page.act(message, 'Add reaction');
    await page.page.getByRole('menu', { name: 'Reactions' }).getByRole('menuitem', { name: '👍' }).click();
    await added;
    const taken = nextEvent(stage.bot, 'messageReactionRemove', ({ emoji }) => emoji.name === '👍');
    await message.getByRole('button', { name: '👍 1' }).click();
    await taken;
    await expect.poll(() => message.getByRole('button', { name: /^👍/ }).count(), patience).toBe(0);
  });

  it('files and pictures from the bot are there to see and to take', async () => {
    await channel.send({
      content: 'the results',
      files: [
        { attachment: picture, name: 'chart.png', description: 'a chart' },
        { attachment: Buffer.from('a,b\n1,2\n'), name: 'data.csv' },
      ],
    });
    const message = page.message('the results');
    const image = message.getByRole('img', { name: 'a chart' });
    await page.sees(image);
    await expect.poll(() => image.evaluate((element: PageElement) => element.naturalWidth), patience).toBe(1);
    const address = await message.getByRole('link', { name: /data\.csv/ }).getAttribute('href');
    expect(await (await fetch(new URL(address!, stage.server.url))).text()).toBe('a,b\n1,2\n');
  });

  it('files are sent by button and by drag and drop, several at once, each with its name', async () => {
    await page.page
      .locator('input[type=file]')
      .setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('some notes') });
    await page.sees(page.page.getByText('notes.txt'));
    await page.composer.evaluate((element: PageElement, base64) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const { DataTransfer, DragEvent, File } = globalThis as unknown as BrowserGlobals;
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
      for (const type of ['dragenter', 'dragover', 'drop']) {
        element.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    }, picture.toString('base64'));
    await page.sees(page.page.getByText('dropped.png'));
    const received = heard('two files');
    await page.say('two files');
    const attachments = [...(await received).attachments.values()];
    expect(attachments.map(({ name }) => name)).toEqual(['notes.txt', 'dropped.png']);
    expect(Buffer.from(await (await fetch(attachments[1]!.url)).arrayBuffer()).equals(picture)).toBe(true);
    await page.sees(page.message('two files').getByRole('img'));
    await page.sees(page.message('two files').getByRole('link', { name: /notes\.txt/ }));
  });

  it('a file that is too large is refused before it is sent, in words', async () => {
    const large = join(temporaryDirectory(), 'large.bin');
    writeFileSync(large, '');
    truncateSync(large, 10 * 1024 * 1024 + 1);
    await page.page.locator('input[type=file]').setInputFiles(large);
    await page.sees(page.page.getByText('large.bin is larger than 10 MB.'));
    const received = heard('without it');
    await page.say('without it');
    expect((await received).attachments.size).toBe(0);
  });

  it('embeds and code are shown as what they are', async () => {
    const embed = new EmbedBuilder()
      .setTitle('Build 42')
      .setDescription('All **green**')
      .setColor(0x2ecc71)
      .addFields({ name: 'Duration', value: '12 s', inline: true })
      .setImage('attachment://chart.png')
      .setFooter({ text: 'by the builder' });
    await channel.send({
      content: '```ts\nconst answer: number = 42; // the answer\n```\nand `inline` and ||a secret||',
      embeds: [embed],
      files: [{ attachment: picture, name: 'chart.png' }],
    });
    const message = page.messages.first();
    for (const text of ['Build 42', 'green', 'Duration', '12 s', 'by the builder', 'inline']) {
      await page.sees(message.getByText(text, { exact: true }));
    }
    const code = message.locator('pre code');
    await expect.poll(() => code.locator('span').count(), patience).toBeGreaterThan(3); // highlighted
    expect(await code.innerText()).toContain('const answer: number = 42; // the answer');
    expect(await message.getByRole('img').count()).toBe(1);
    await page.act(message, 'Copy code');
  });

  it('Japanese, emoji and what an input method does with Enter', async () => {
    const text = '日本語のテキスト、👩‍👩‍👧‍👦と絵文字';
    const received = heard(text);
    await page.say(text);
    expect((await received).content).toBe(text);
    await page.sees(page.message(text));
    await page.composer.fill('にほん');
    // Enter that ends a composition chooses a word; it does not send.
    await page.composer.evaluate((element: PageElement) => {
      const { KeyboardEvent } = globalThis as unknown as BrowserGlobals;
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true }));
    });
    expect(await page.composer.inputValue()).toBe('にほん');
    expect(await page.messages.count()).toBe(1);
  });

  it('several lines are written with Shift and Enter, and what was sent comes back with the arrow keys', async () => {
    const received = heard('one\ntwo');
    await page.composer.focus();
    await page.page.keyboard.type('one');
    await page.page.keyboard.press('Shift+Enter');
    await page.page.keyboard.type('two');
    await page.page.keyboard.press('Enter');
    expect((await received).content).toBe('one\ntwo');
    await page.sees(page.message('two'));
    await page.page.keyboard.press('Alt+ArrowUp');
    expect(await page.composer.inputValue()).toBe('one\ntwo');
  });

  it('everything that was said before is there, page by page', async () => {
    for (let count = 1; count <= 120; count += 1) {
      await stage.bot.rest.post(`/channels/${channel.id}/messages`, { body: { content: `line number ${count}.` } });
    }
    await page.page.reload();
    await page.sees(page.message('line number 120.'));
    await page.messages.last().hover();
    await expect
      .poll(async () => {
        await page.page.mouse.wheel(0, -5000);
        return page.message('line number 1.').count();
      }, patience)
      .toBe(1);
    const texts = await page.texts();
    expect(texts.map((text) => Number(/\d+/.exec(text)?.[0]))).toEqual(
      Array.from({ length: 120 }, (_, index) => index + 1),
    );
  });
});

/** The little of a browser's own world that these tests use inside the page. */
interface BrowserGlobals {
  readonly DataTransfer: new () => { readonly items: { add(file: object): void } };
  readonly DragEvent: new (type: string, options: object) => Event;
  readonly KeyboardEvent: new (type: string, options: object) => Event;
  readonly File: new (parts: readonly Uint8Array[], name: string, options: object) => object;
}
