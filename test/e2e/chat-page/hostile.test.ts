import type { TextChannel } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { nextEvent } from '../../conformance/conformance-target.ts';
import { whyNoBrowser } from '../support/browser.ts';
import type { PageElement } from './chat-page.ts';
import { ChatPage, patience } from './chat-page.ts';
import { useStage } from './stage.ts';

const zalgo =
  'z\u0335\u0321\u0322\u035c\u0345a\u0337\u0328\u031b\u0300l\u0336\u0317\u031d\u0352g\u0334\u0356\u0301o\u0338\u0329\u0303'.repeat(
    30,
  );

/** Texts that would do something if they were not only shown. Each calls `pwned` if it can. */
const texts: readonly string[] = [
  '<script>pwned()</script>',
  '<img src=x onerror="pwned()">',
  '<svg onload="pwned()"><style>body{display:none}</style>',
  '[click](javascript:pwned())',
  '[click](<javascript:pwned()>)',
  '[click](data:text/html,<script>pwned()</script>)',
  '![x](https://evil.example/pixel.png) <https://evil.example/a> https://evil.example/b',
  '<iframe src="javascript:pwned()"></iframe>',
  '</div></article></main><h1 id="torn">torn</h1>',
  '```html\n<script>pwned()</script>\n```',
  '```"><script>pwned()</script>\ncode\n```',
  '`<img src=x onerror=pwned()>`',
  '|| <b onmouseover=pwned()>spoiler</b> ||',
  '<@000000000000000001> <#1> <:name:1> <t:99999999999999:R> </cmd:1> @everyone',
  '\u202Egnirts sdrawkcab\u202C and \u2066isolated\u2069 \u200F\u200E',
  zalgo,
  '𒐫'.repeat(200),
  'W'.repeat(1990),
  '> '.repeat(400),
  `${'* '.repeat(900)}deep`,
  '[a]('.repeat(400),
  '**_~~||'.repeat(200),
  '__proto__ constructor toString {{userToken}} ${7*7}',
];

describe.skipIf(whyNoBrowser() !== undefined)('hostile content on the chat page', () => {
  const stage = useStage();
  let channel: TextChannel;

  beforeEach(async () => {
    channel = await stage.newChannel('hostile');
  });
  afterEach(() => channel.delete());

  it('is shown and nothing more: nothing runs, nothing is fetched, nothing sticks out', async () => {
    for (const content of texts) await channel.send({ content, allowedMentions: { parse: [] } });
    await channel.send({
      content: 'a long program',
      files: [{ attachment: Buffer.from('let x = "<script>pwned()</script>";\n'.repeat(2600)), name: 'program.js' }],
      embeds: [
        {
          title: '<img src=x onerror=pwned()>',
          url: 'https://evil.example/title',
          description: '[x](javascript:pwned())\n```js\n' + 'pwned();'.repeat(400) + '\n```',
          image: { url: 'https://evil.example/image.png' },
          thumbnail: { url: 'https://evil.example/thumbnail.png' },
          author: { name: zalgo.slice(0, 200), icon_url: 'https://evil.example/icon.png' },
        },
      ],
    });
    const page = await stage.open(channel, { viewport: { width: 390, height: 700 } });
    await page.page.evaluate('globalThis.pwned = () => { globalThis.wasPwned = true; }');
    await page.sees(page.message('a long program'));
    await expect.poll(() => page.messages.count(), patience).toBe(texts.length + 1);
    for (const message of await page.messages.all()) await message.hover({ force: true, position: { x: 5, y: 5 } });
    await page.expectNoSidewaysScroll();
    expect(await page.page.evaluate('globalThis.wasPwned')).toBeUndefined();
    expect(await page.page.locator('#torn, iframe, article script').count()).toBe(0);
    const links = await page.messages
      .getByRole('link')
      .evaluateAll((found) => found.map((link: PageElement) => link.getAttribute('href')));
    expect(links.filter((href) => !/^(https?:|\/|#|mailto:)/.test(href ?? ''))).toEqual([]);
    await page.closeQuietly();
  });

  it('100 kB of code in one go does not hold the page up', async () => {
    const page = await stage.open(channel);
    const code = `\`\`\`ts\n${'const a = [1, "two", /three/]; '.repeat(63)}\n\`\`\``;
    const began = performance.now();
    for (let count = 0; count < 52; count += 1) {
      await stage.bot.rest.post(`/channels/${channel.id}/messages`, { body: { content: code } });
    }
    await expect.poll(() => page.messages.count(), patience).toBe(52);
    const sent = nextEvent(stage.bot, 'messageCreate', ({ content }) => content === 'still here');
    await page.say('still here');
    await sent;
    await page.sees(page.message('still here'));
    expect(performance.now() - began).toBeLessThan(15_000);
    await page.expectNoSidewaysScroll();
    await page.closeQuietly();
  });

  it('names of people, channels, files and topics are only names', async () => {
    const evil = '<img src=x onerror=pwned()>';
    await channel.setTopic(`🔵 ${evil} · ${zalgo.slice(0, 300)}`);
    const stranger = stage.server.addUser({ name: evil });
    await fetch(`${stage.server.api}/v10/channels/${channel.id}/messages`, {
      method: 'POST',
      headers: { authorization: stranger.token, 'content-type': 'application/json' },
      body: JSON.stringify({ content: 'from a stranger' }),
    });
    await channel.send({ content: 'a file', files: [{ attachment: Buffer.from('x'), name: `${evil}.txt` }] });
    const page = await stage.open(channel);
    await page.sees(page.message('from a stranger'));
    await page.sees(page.message('a file'));
    expect(await page.page.locator('img[src=x]').count()).toBe(0);
    await page.expectNoSidewaysScroll();
    await page.closeQuietly();
  });

  it('the wrong key opens nothing, and says where the right one is', async () => {
    const wrong = await stage.browser.newPage();
    for (const query of ['', '?key=', '?key=wrong']) {
      const answer = await wrong.goto(new URL(`/${query}`, stage.server.url).href);
      expect(answer?.status()).toBe(403);
      expect(await wrong.locator('body').innerText()).toContain('vai status');
    }
    await wrong.close();
  });

  it('a page whose token is no longer good says what to do', async () => {
    stage.faults.refuseIdentify(4004);
    const page = await ChatPage.open(stage.browser, stage.server.url);
    await page.sees(page.page.getByText('vai status'));
    await page.closeQuietly();
    stage.faults.clear();
  });
});
