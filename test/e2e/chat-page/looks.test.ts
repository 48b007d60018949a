import type { TextChannel } from 'discord.js';
import { ButtonStyle, ComponentType } from 'discord.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { whyNoBrowser } from '../support/browser.ts';
import type { ChatPage } from './chat-page.ts';
import { patience } from './chat-page.ts';
import { useStage } from './stage.ts';

/** Bytes over the line before the page can be used: the goal of the benchmarks too. */
const mostTransferred = 150_000;

describe.skipIf(whyNoBrowser() !== undefined)('how the chat page looks and weighs', () => {
  const stage = useStage();
  let channel: TextChannel;
  let empty: TextChannel;

  beforeAll(async () => {
    channel = await stage.newChannel('everything');
    await channel.setTopic('🟡 waiting for you · Claude Code · /home/somebody/a/rather/long/path/of/a/project');
    empty = await stage.newChannel('nothing-yet');
    await empty.setTopic('🟢 idle · practice agent');
    for (const [index, sign] of ['🔵 busy', '🔴 lost', '⚪ stopped', '🟢 idle'].entries()) {
      await (await stage.newChannel(`another-session-with-a-long-name-${index}`)).setTopic(`${sign} · agent`);
    }
    const question = await channel.send(
      'Shall I? See <https://example.org/a/very/long/address/that/does/not/break/anywhere>',
    );
    await question.react('👍');
    await question.reply({
      content:
        '# A heading\n> quoted\n- one\n- two\n\n| a | b |\n| - | - |\n| 1 | 2 |\n```ts\nconst longLine = "' +
        'x'.repeat(300) +
        '"; // and more\n```',
      embeds: [
        { title: 'An embed', description: 'with *words*', color: 0x5865f2, fields: [{ name: 'n', value: 'v' }] },
      ],
      components: [
        {
          type: ComponentType.ActionRow,
          components: (
            [ButtonStyle.Primary, ButtonStyle.Secondary, ButtonStyle.Success, ButtonStyle.Danger] as const
          ).map((style) => ({
            type: ComponentType.Button as const,
            style,
            label: `Style ${style}`,
            custom_id: `b${style}`,
          })),
        },
        {
          type: ComponentType.ActionRow,
          components: [{ type: ComponentType.StringSelect, custom_id: 's', options: [{ label: 'One', value: '1' }] }],
        },
      ],
      files: [{ attachment: Buffer.from('text'), name: 'a-file-with-quite-a-long-name-that-goes-on-and-on.txt' }],
    });
  });
  afterAll(async () => {
    await channel.delete();
  });

  describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
    it('on a desktop, a phone and a small phone nothing sticks out, and axe finds nothing serious', async () => {
      const page = await stage.open(channel, { viewport: { width: 1280, height: 800 }, colorScheme, hasTouch: true });
      await page.sees(page.message('An embed'));
      await page.expectNoSidewaysScroll();
      await page.expectAccessible('on a desktop');
      await page.composer.fill('several\nlines\nof text');
      for (const [width, height] of [
        [390, 844],
        [320, 568],
      ] as const) {
        await page.page.setViewportSize({ width, height });
        await page.expectNoSidewaysScroll();
        await page.expectAccessible(`at a width of ${width}`);
        await useDrawer(page);
        await page.page.goBack();
      }
      await page.closeQuietly();
    });

    it('axe finds nothing serious on an empty channel, in menus, dialogs and while disconnected', async () => {
      const page = await stage.open(empty, { colorScheme, expected: /WebSocket|Failed to load resource/ });
      await page.sees(page.page.getByText('vai setup'));
      await page.expectAccessible('an empty channel');
      await page.choose('everything');
      await page.act(page.message('Shall I?').first(), 'Add reaction');
      await page.sees(page.page.getByRole('menu', { name: 'Reactions' }));
      await page.expectAccessible('the reactions');
      await page.page.keyboard.press('Escape');
      await page.say('mine');
      await page.sees(page.message('mine'));
      await page.act(page.message('mine'), 'Edit');
      await page.expectAccessible('an editor');
      await page.page.keyboard.press('Escape');
      await page.act(page.message('mine'), 'Delete');
      await page.sees(page.page.getByRole('dialog'));
      await page.expectAccessible('a dialog');
      await page.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.losesSightOf(page.message('mine'));
      await stage.faults.goAway();
      await page.sees(page.connection.getByText('Reconnecting…'));
      await page.expectAccessible('no connection');
      await stage.faults.comeBack();
      await page.losesSightOf(page.connection.getByText('Reconnecting…'));
      await page.closeQuietly();
    });
  });

  it("the theme is the system's until somebody chooses, and then theirs", async () => {
    const page = await stage.open(channel, { colorScheme: 'light' });
    const background = (): Promise<string> =>
      page.page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    const brightness = async (): Promise<number> =>
      Math.max(...(/\d+, \d+, \d+/.exec(await background())?.[0] ?? '').split(', ').map(Number));
    expect(await brightness()).toBeGreaterThan(200);
    await page.page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(brightness, patience).toBeLessThan(80);
    const theme = page.page.getByRole('button', { name: /^Theme/ });
    await theme.click(); // light
    await expect.poll(brightness, patience).toBeGreaterThan(200);
    await page.page.reload();
    await expect.poll(brightness, patience).toBeGreaterThan(200);
    await theme.click(); // dark
    await page.page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(brightness, patience).toBeLessThan(80);
    await theme.click(); // the system's again
    await expect.poll(brightness, patience).toBeGreaterThan(200);
    await page.closeQuietly();
  });

  it(`weighs at most ${mostTransferred / 1000} kB over the line, with code in sight`, async () => {
    const page = await stage.open(channel);
    await page.sees(page.message('An embed').locator('pre code span'));
    const total = await page.transferred();
    expect(total).toBeGreaterThan(10_000);
    expect(total).toBeLessThanOrEqual(mostTransferred);
    await page.closeQuietly();
  });
});

/** On a narrow page the channels are in a drawer that opens, takes the focus, and closes. */
async function useDrawer(page: ChatPage): Promise<void> {
  // What is outside must also be hidden: else the Tab key goes there.
  const isInView = (): Promise<boolean> => page.navigation.isVisible();
  const opener = page.page.getByRole('button', { name: 'Open the channel list' });
  await expect.poll(isInView, patience).toBe(false);
  await opener.click();
  await expect.poll(isInView, patience).toBe(true);
  await page.expectAccessible('the drawer');
  await page.expectNoSidewaysScroll();
  await page.page.keyboard.press('Escape');
  await expect.poll(isInView, patience).toBe(false);
  await opener.click();
  await page.channel('nothing-yet').click();
  await page.sees(page.page.getByRole('heading', { level: 2, name: 'nothing-yet' }));
  await expect.poll(isInView, patience).toBe(false);
}
