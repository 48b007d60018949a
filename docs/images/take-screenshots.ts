// Takes the pictures of the chat page: `npm run screenshots`, after a build. A bridge of its own in a temporary directory,
// a conversation with the built-in practice agent, and a browser that looks at it; nothing is painted afterwards.
// For letters that look alike everywhere: apt-get install fonts-inter fonts-ipafont-gothic fonts-noto-color-emoji.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Browser } from 'playwright-core';

import { ChatPage } from '../../test/e2e/chat-page/chat-page.ts';
import { openBrowser } from '../../test/e2e/support/browser.ts';
import { ChatUser } from '../../test/e2e/support/chat-user.ts';
import { Installation } from '../../test/e2e/support/installation.ts';
import type { StatusJson } from '../../test/e2e/support/installation.ts';
import { until } from '../../test/e2e/support/until.ts';
import { takeDiscordPictures } from './discord-pictures.ts';

const pictures = import.meta.dirname;
/** Bytes: a README is to load quickly. */
const largestPicture = 200_000;

const bridge = new Installation();
let browser: Browser | undefined;
try {
  for (const [index, project] of ['shop', 'api', 'docs'].entries()) {
    const directory = join(bridge.environment['HOME'] ?? '', project);
    mkdirSync(directory);
    await (index === 0 ? startWith(directory) : vai('add-session', 'new', '--dir', directory));
  }
  const status = await bridge.json<StatusJson>('status');
  const { url } = status.chat;
  const user = new ChatUser({ api: status.chat.api, token: status.chat.userToken });
  const [shop = '', api = '', docs = ''] = status.sessions.map(({ channel }) => channel);
  await user.rename(shop, 'shop');
  await user.rename(api, 'api');
  await user.rename(docs, 'docs');

  browser = await openBrowser(preferInter());
  const page = await ChatPage.open(browser, `${url}#${shop}`, { viewport: { width: 1200, height: 900 } });
  await page.choose('shop');
  await page.say('markdown');
  await page.sees(page.message('A quotation at the end.'));
  await user.react(shop, (await user.read(shop)).at(-1)?.id ?? '', '👍');
  await page.say('Good morning!');
  await page.sees(page.message('You said: Good morning!'));
  const greeting = page.messages.nth(-2);
  await page.act(greeting, 'Edit');
  await page.page.getByRole('textbox', { name: 'Edit message' }).fill('Good morning, everybody!');
  await page.page.keyboard.press('Enter');
  await page.sees(greeting.getByText('(edited)'));
  await user.say(api, 'busy 600');
  await bridge.run('dp', ['3', 'The build is green.']);
  await page.say('ask');
  await page.sees(page.channel('shop').getByText(/waiting/));
  await page.sees(page.channel('api').getByText('busy'));
  await page.sees(page.channel('docs').getByText('1 unread'));
  await until(async () => (await page.page.getByText(/is writing/).count()) === 0, { what: 'the end of writing' });
  await page.page.mouse.move(0, 0);

  await page.page.emulateMedia({ colorScheme: 'light' });
  await picture(page, 'chat-desktop-light.png');
  await page.page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, 'chat-desktop-dark.png');

  const phone = await ChatPage.open(browser, `${url}#${shop}`, {
    viewport: { width: 390, height: 800 },
    deviceScaleFactor: 1.5,
    hasTouch: true,
    isMobile: true,
    colorScheme: 'light',
  });
  await phone.sees(phone.page.getByRole('heading', { level: 2, name: 'shop' }));
  await phone.sees(phone.messages.last());
  await picture(phone, 'chat-phone.png');
  await phone.closeQuietly();
  await page.closeQuietly();
  await takeDiscordPictures({ bridge, browser, user });
  user.close();
} finally {
  await browser?.close();
  await bridge.destroy();
}

/** The first session comes with the first start, and works where the configuration says. */
async function startWith(directory: string): Promise<void> {
  bridge.environment['CLAUDE_WORK_DIR'] = directory;
  await bridge.startDaemon();
}

async function vai(...args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await bridge.run('vai', args);
  if (exitCode !== 0) throw new Error(`vai ${args.join(' ')} failed: ${stderr}`);
}

async function picture({ page }: ChatPage, name: string): Promise<void> {
  const path = join(pictures, name);
  await page.screenshot({ path, animations: 'disabled', caret: 'hide' });
  const { size } = statSync(path);
  if (size > largestPicture) throw new Error(`${name} has ${size} bytes, more than ${largestPicture}`);
  process.stdout.write(`${name}: ${Math.round(size / 1000)} kB\n`);
}

/** Has the browser take Inter as the system's font where it is installed, as no two machines have the same. */
function preferInter(): Record<string, string> {
  const path = join(bridge.environment['XDG_RUNTIME_DIR'] ?? '', 'fonts.conf');
  writeFileSync(
    path,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
      <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
      ${['system-ui', 'sans-serif']
        .map(
          (family) => `<match target="pattern"><test name="family"><string>${family}</string></test>
            <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit></match>`,
        )
        .join('')}
    </fontconfig>`,
  );
  return { FONTCONFIG_FILE: path };
}
