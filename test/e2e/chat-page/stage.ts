import type { Client, TextChannel } from 'discord.js';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

import { systemClock } from '../../../src/base/clock.ts';
import { Faults } from '../../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../../src/local-discord/local-discord.ts';
import { allIntents, connectBot } from '../../conformance/conformance-target.ts';
import { openBrowser } from '../support/browser.ts';
import type { OpenOptions } from './chat-page.ts';
import { ChatPage } from './chat-page.ts';

/** A chat server, a bot of discord.js on it, and a browser: one for all tests of a file. */
export interface Stage {
  readonly server: LocalDiscord;
  readonly faults: Faults;
  readonly bot: Client<true>;
  readonly browser: Browser;
  /** A channel that no other test has. */
  newChannel(name: string): Promise<TextChannel>;
  /** The page, at this channel. */
  open(channel: TextChannel, options?: OpenOptions): Promise<ChatPage>;
}

/** Sets the stage before the tests of a file, and takes it down after them. */
export function useStage(): Stage {
  const stage: Partial<{ -readonly [Key in keyof Stage]: Stage[Key] }> = {};
  beforeAll(async () => {
    const faults = new Faults();
    const server = await startLocalDiscord({ port: 0, dataFile: ':memory:', clock: systemClock, faults });
    const { api: apiUrl, botToken, guildId } = server;
    const bot = await connectBot({ apiUrl, botToken, guildId, channelId: '' }, allIntents);
    const browser = await openBrowser();
    Object.assign(stage, { server, faults, bot, browser });
    stage.newChannel = async (name) => {
      const channel = await bot.channels.fetch(server.ensureChannel({ id: server.newChannelId(), name }));
      if (!channel?.isTextBased() || channel.isDMBased()) throw new Error(`${name} is no text channel`);
      return channel as TextChannel;
    };
    stage.open = async (channel, options) => {
      const page = await ChatPage.open(browser, `${server.url}#${channel.id}`, options);
      await page.sees(page.page.getByRole('heading', { level: 2, name: channel.name }));
      return page;
    };
  });
  afterAll(async () => {
    await stage.browser?.close();
    await stage.bot?.destroy();
    await stage.server?.close();
  });
  return stage as Stage;
}
