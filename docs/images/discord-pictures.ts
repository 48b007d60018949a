// The pictures of docs/discord.md: what people see of permissions, questions, plans and files, on a phone and at a desk.
// Part of `npm run screenshots`.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser, BrowserContextOptions } from 'playwright-core';

import { ChatPage } from '../../test/e2e/chat-page/chat-page.ts';
import type { ChatUser } from '../../test/e2e/support/chat-user.ts';
import type { Installation, StatusJson } from '../../test/e2e/support/installation.ts';

const pictures = import.meta.dirname;
/** Bytes: a page of documentation is to load quickly. */
const largestPicture = 120_000;

export interface DiscordPicturesOptions {
  readonly bridge: Installation;
  readonly browser: Browser;
  readonly user: ChatUser;
}

/** One picture: how it comes about, in a channel of its own. */
interface Scene {
  readonly name: string;
  readonly channel: string;
  /** Does what is to be seen; the last message then is the one that counts. */
  readonly play: (channel: string, workDir: string) => Promise<void>;
  /** Words that are seen when it is whole. */
  readonly until: RegExp;
}

const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 760 },
  deviceScaleFactor: 1.5,
  hasTouch: true,
  isMobile: true,
  colorScheme: 'light',
};
const desk: BrowserContextOptions = { viewport: { width: 1000, height: 640 }, colorScheme: 'dark' };

/** Takes them all; each session that is needed is added and stays. */
export async function takeDiscordPictures({ bridge, browser, user }: DiscordPicturesOptions): Promise<void> {
  const chart = await drawChart(browser);
  const scenes: readonly Scene[] = [
    {
      name: 'permission',
      channel: 'shop-tests',
      play: async (channel) => {
        await user.say(channel, 'ask bash');
      },
      until: /Allow once/,
    },
    {
      name: 'question',
      channel: 'shop-design',
      play: async (channel) => {
        await user.say(channel, 'question multi');
        const { id } = await user.finds(channel, 'Which fruits?');
        const menu = (await user.controls(channel, id)).find(({ options = [] }) => options.length > 0);
        await user.choose(channel, id, menu?.custom_id ?? '', ['Apple', 'Melon']);
      },
      until: /Melon/,
    },
    {
      name: 'plan',
      channel: 'shop-plans',
      play: async (channel) => {
        await user.say(channel, 'plan');
      },
      until: /Revise/,
    },
    {
      name: 'image',
      channel: 'shop-sales',
      play: async (channel) => {
        const id = await user.sayWithFiles(channel, 'Is this the chart for Monday?', [
          { name: 'sales.png', bytes: chart },
        ]);
        await user.seesReaction(channel, id, '✅');
      },
      until: /attached image/,
    },
    {
      name: 'offer',
      channel: 'shop-reports',
      play: async (channel, workDir) => {
        mkdirSync(join(workDir, 'out'), { recursive: true });
        writeFileSync(join(workDir, 'out', 'sales.png'), chart);
        await user.say(channel, 'name out/sales.png');
        const { id } = await user.finds(channel, 'Here it is');
        const [button] = await user.controls(channel, id);
        await user.press(channel, id, button?.label ?? '');
      },
      until: /📎 out\/sales\.png/,
    },
  ];
  for (const scene of scenes) await take(scene, { bridge, browser, user });
}

async function take(scene: Scene, { bridge, browser, user }: DiscordPicturesOptions): Promise<void> {
  const workDir = join(bridge.environment['HOME'] ?? '', scene.channel);
  mkdirSync(workDir);
  const { exitCode, stderr } = await bridge.run('vai', ['add-session', 'new', '--dir', workDir]);
  if (exitCode !== 0) throw new Error(`a session could not be added: ${stderr}`);
  const { chat, sessions } = await bridge.json<StatusJson>('status');
  const channel = sessions.at(-1)?.channel ?? '';
  await user.rename(channel, scene.channel);
  await scene.play(channel, workDir);
  for (const [width, options] of [
    ['phone', phone],
    ['desk', desk],
  ] as const) {
    const page = await ChatPage.open(browser, `${chat.url}#${channel}`, options);
    await page.sees(page.page.getByRole('heading', { level: 2, name: scene.channel }));
    await page.sees(page.page.getByText(scene.until));
    await page.page.evaluate('Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))');
    await page.page.mouse.move(0, 0);
    await save(page, `discord-${scene.name}-${width}.png`);
    await page.closeQuietly();
  }
}

async function save({ page }: ChatPage, name: string): Promise<void> {
  const path = join(pictures, name);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const { size } = statSync(path);
  if (size > largestPicture) throw new Error(`${name} has ${size} bytes, more than ${largestPicture}`);
  process.stdout.write(`${name}: ${Math.round(size / 1000)} kB\n`);
}

/** A chart as an agent would draw it, painted by the browser. */
async function drawChart(browser: Browser): Promise<Uint8Array<ArrayBuffer>> {
  const bars = [38, 52, 47, 71, 64, 90].map((height, index) => {
    const x = 40 + index * 56;
    const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun'][index] ?? '';
    return `<rect x="${x}" y="${190 - height * 1.6}" width="36" height="${height * 1.6}" rx="4" fill="#5865f2"/>
      <text x="${x + 18}" y="208" text-anchor="middle">${month}</text>`;
  });
  const page = await browser.newPage({ viewport: { width: 400, height: 230 } });
  await page.setContent(
    `<body style="margin:0"><svg width="400" height="230" font-family="sans-serif" font-size="12" fill="#444">
      <rect width="400" height="230" fill="#fff"/><text x="20" y="24" font-size="15" font-weight="bold">Sales, first half</text>
      ${bars.join('')}<line x1="30" y1="190" x2="380" y2="190" stroke="#999"/></svg></body>`,
  );
  const picture = await page.screenshot();
  await page.close();
  return new Uint8Array(picture);
}
