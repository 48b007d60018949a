import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { openBrowser, whyNoBrowser } from '../support/browser.ts';
import { ChatUser } from '../support/chat-user.ts';
import { Installation } from '../support/installation.ts';
import type { StatusJson } from '../support/installation.ts';
import { until } from '../support/until.ts';
import { ChatPage, patience } from './chat-page.ts';

/** What a browser says on its console about a server that is away. */
const awayMessages = /Failed to load resource|WebSocket connection to|ERR_CONNECTION/;

describe.skipIf(whyNoBrowser() !== undefined)('the chat page of a running bridge', () => {
  let browser: Browser;
  let bridge: Installation;
  let page: ChatPage;
  let user: ChatUser;
  let channel: string;
  let status: StatusJson;

  const start = async (): Promise<void> => {
    bridge = new Installation();
    await bridge.startDaemon();
    status = await bridge.json<StatusJson>('status');
    channel = status.sessions[0]!.channel;
    user = new ChatUser({ api: status.chat.api, token: status.chat.userToken });
    // From now on the same port, as an installation has that was not told otherwise.
    bridge.environment['LOCAL_PORT'] = new URL(status.chat.url).port;
  };
  const open = async (expected?: RegExp): Promise<void> => {
    page = await ChatPage.open(browser, status.chat.url, expected ? { expected } : {});
    await page.sees(page.channel('session-1'));
  };

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser.close());

  describe('that stays', () => {
    beforeAll(start);
    afterAll(() => bridge.destroy());
    beforeEach(() => open());
    afterEach(() => page.closeQuietly());

    it('BX-11: a newcomer reads what to do next, writes, and is answered', async () => {
      for (const command of ['vai attach 1', 'vai setup', 'vai add-session new']) {
        await page.sees(page.page.getByText(command));
      }
      await page.say('hello');
      await page.sees(page.message('You said: hello'));
      await page.sees(page.message('hello').first().getByRole('button', { name: '✅ 1' }));
      await page.say('markdown');
      const answer = page.message('A heading');
      await page.sees(answer.getByRole('heading', { name: 'A heading' }));
      await page.sees(answer.getByRole('listitem').filter({ hasText: '日本語と絵文字' }));
      await page.sees(answer.locator('pre code'));
      await page.sees(page.channel('session-1').getByText('idle'));
    });

    it('the whole way with the keyboard alone', async () => {
      const focused = (): Promise<string> =>
        page.page.evaluate<string>(
          'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.tagName',
        );
      await page.page.evaluate('document.activeElement?.blur()');
      await expect
        .poll(async () => {
          await page.page.keyboard.press('Tab');
          return focused();
        }, patience)
        .toMatch(/^Message/);
      await page.page.keyboard.type('by keyboard');
      await page.page.keyboard.press('Enter');
      await page.sees(page.message('You said: by keyboard'));
      // Back among the messages, to the newest of them, and to what can be done with it.
      const reach = (key: string, name: RegExp): Promise<void> =>
        expect
          .poll(async () => {
            await page.page.keyboard.press(key);
            return focused();
          }, patience)
          .toMatch(name);
      await reach('Shift+Tab', /^(Owner|Claude Bridge), /);
      await page.page.keyboard.press('End');
      await reach('Tab', /^Add reaction$/);
      await page.page.keyboard.press('Enter');
      await page.sees(page.page.getByRole('menu', { name: 'Reactions' }));
      await page.page.keyboard.press('ArrowRight');
      await page.page.keyboard.press('Enter');
      await expect.poll(async () => (await user.read(channel)).at(-1)?.reactions?.length, patience).toBe(1);
    });

    it('the state of a session is beside its channel: busy, waiting for you, idle', async () => {
      const link = page.channel('session-1');
      await page.sees(link.getByText('idle'));
      await page.say('busy 3'); // long enough to be seen
      await page.sees(link.getByText('busy'));
      await page.sees(page.message('Was busy for 3 s.'));
      await page.sees(link.getByText('idle'));
      await page.say('ask');
      await page.sees(link.getByText(/waiting/));
      const [prompt] = await bridge.json<readonly { readonly id: string }[]>('prompts');
      expect((await bridge.run('vai', ['answer', prompt!.id, 'allow'])).exitCode).toBe(0);
      await page.sees(link.getByText('idle'));
    });

    it('a second session appears by itself, shows what it says as unread, and disappears', async () => {
      expect((await bridge.run('vai', ['add-session', 'new'])).exitCode).toBe(0);
      await page.sees(page.channel('session-2'));
      await bridge.run('dp', ['2', 'over here']);
      await page.sees(page.channel('session-2').getByText('1 unread'));
      await page.choose('session-2');
      await page.sees(page.message('over here'));
      await expect.poll(() => page.channel('session-2').getByText('unread').count(), patience).toBe(0);
      expect(await page.message('over here').count()).toBe(1);
      await page.composer.fill('half a sen');
      expect((await bridge.run('vai', ['remove-session', '2'])).exitCode).toBe(0);
      await page.losesSightOf(page.channel('session-2'));
      await page.sees(page.page.getByRole('heading', { level: 2, name: 'session-1' }));
      // The rest of it must not reach another agent.
      await page.sees(page.page.getByText('#session-2 is gone.'));
      await page.page.keyboard.type('tence\n');
      expect(await page.composer.inputValue()).toBe('');
      expect(await page.message('tence').count()).toBe(0);
    });
  });

  describe('that goes and comes back', () => {
    beforeEach(async () => {
      await start();
      await open(awayMessages);
    });
    afterEach(async () => {
      await page.closeQuietly();
      await bridge.destroy();
    });

    it.each([
      ['killed', 'SIGKILL'],
      ['stopped', 'SIGTERM'],
    ] as const)(
      'BX-02: a bridge that is %s and comes back: no reload, nothing lost, nothing doubled',
      async (_how, signal) => {
        await page.page.evaluate('globalThis.isSamePage = true');
        await page.say('before');
        await page.sees(page.message('You said: before'));
        await bridge.endDaemon(signal);
        await page.sees(page.connection.getByText('Reconnecting…'));
        await page.say('typed while away');
        await page.sees(page.page.getByText('Waiting for the connection'));
        await bridge.startDaemon();
        await user.say(channel, 'said by another client');
        await page.sees(page.message('You said: typed while away'));
        await page.sees(page.message('You said: said by another client'));
        await page.losesSightOf(page.connection.getByText('Reconnecting…'));
        const said = ['before', 'typed while away', 'said by another client'];
        await until(async () => (await user.heard(channel)).length >= said.length, { what: 'all answers' });
        const history = (await user.read(channel)).map(({ content }) => content);
        expect([...history].sort()).toEqual([...said, ...said.map((text) => `You said: ${text}`)].sort());
        await expect.poll(async () => (await page.texts()).length, patience).toBe(history.length);
        const shown = await page.texts();
        for (const [index, text] of history.entries()) expect(shown[index]).toContain(text);
        expect(await page.page.evaluate('globalThis.isSamePage')).toBe(true);
        await page.say('after');
        await page.sees(page.message('You said: after'));
      },
    );

    it('a page that was left open over a new installation asks for the new address', async () => {
      const { origin } = new URL(status.chat.url);
      await bridge.endDaemon('SIGTERM');
      bridge.forgetChat();
      await bridge.startDaemon();
      await page.sees(page.page.getByText('vai status'));
      expect((await fetch(status.chat.url)).status).toBe(403);
      const renewed = await bridge.json<StatusJson>('status');
      expect(new URL(renewed.chat.url).origin).toBe(origin);
      expect((await fetch(renewed.chat.url)).status).toBe(200);
    });
  });
});
