import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Browser, BrowserContextOptions, ConsoleMessage, Locator, Page, Request } from 'playwright-core';
import { expect } from 'vitest';

/** An element as code inside the page sees it: the little that these tests use. */
export interface PageElement {
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly naturalWidth?: number;
  readonly ownerDocument: { readonly activeElement: PageElement | null };
  contains(other: PageElement | null): boolean;
  getAttribute(name: string): string | null;
  dispatchEvent(event: Event): boolean;
}

/** What axe says is wrong, as far as these tests look at it. */
interface AxeViolation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** How long anything may take to be seen, as long as for what is heard in a chat: for `expect.poll` too. */
export const patience = { timeout: 20_000 };

export type OpenOptions = BrowserContextOptions & {
  /** Messages on the console that belong to what a test does (a server that is away). */
  readonly expected?: RegExp;
};

/** The chat page in a browser, by the words that a person with a screen reader would use. Remembers what went wrong. */
export class ChatPage {
  readonly page: Page;
  readonly #origin: string;
  readonly #expected: RegExp | undefined;
  readonly #complaints: string[] = [];
  readonly #parts: Request[] = [];

  private constructor(page: Page, origin: string, expected: RegExp | undefined) {
    this.page = page;
    this.#origin = origin;
    this.#expected = expected;
    page.on('console', (message) => {
      this.#onConsole(message);
    });
    page.on('pageerror', (error) => this.#complaints.push(`error: ${error.message}`));
    page.context().on('request', (request) => {
      const { protocol, origin: target } = new URL(request.url());
      if (target !== this.#origin && protocol !== 'blob:') this.#complaints.push(`request: ${request.url()}`);
    });
    page.on('requestfinished', (request) => {
      const { protocol, pathname } = new URL(request.url());
      const isPart = protocol === 'http:' && !/^\/(api|attachments)\//.test(pathname);
      if (isPart) this.#parts.push(request);
    });
    page.on('dialog', (dialog) => {
      this.#complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss().catch((error: unknown) => this.#complaints.push(`dialog: ${String(error)}`));
    });
  }

  /** Opens an address in a context of its own. */
  static async open(browser: Browser, url: string, { expected, ...options }: OpenOptions = {}): Promise<ChatPage> {
    const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(patience.timeout);
    const page = await context.newPage();
    const opened = new ChatPage(page, new URL(url).origin, expected);
    await page.goto(url);
    return opened;
  }

  get navigation(): Locator {
    return this.page.getByRole('navigation', { name: 'Channels' });
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: 'Messages' });
  }

  get messages(): Locator {
    return this.log.getByRole('article');
  }

  get composer(): Locator {
    return this.page.getByRole('textbox', { name: /^Message/ });
  }

  get connection(): Locator {
    return this.page.getByRole('status', { name: 'Connection' });
  }

  /** The messages that contain a text. */
  message(text: string | RegExp): Locator {
    return this.messages.filter({ hasText: text });
  }

  /** A channel's link, whose name begins with the channel's. */
  channel(name: string): Locator {
    return this.navigation.getByRole('link', { name: new RegExp(`^${name}\\b`) });
  }

  /** Opens a channel and waits for its heading. */
  async choose(name: string): Promise<void> {
    await this.channel(name).click();
    await this.sees(this.page.getByRole('heading', { level: 2, name }));
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.page.getByRole('button', { name: 'Send', exact: true }).click();
  }

  async sees(what: Locator): Promise<void> {
    await what.first().waitFor({ state: 'visible' });
  }

  async losesSightOf(what: Locator): Promise<void> {
    await what.first().waitFor({ state: 'hidden' });
  }

  /** The texts of all messages, top to bottom. */
  async texts(): Promise<readonly string[]> {
    return this.messages.locator('.body').allInnerTexts();
  }

  /** One of the buttons that belong to a message. They show when the message is pointed at. */
  async act(message: Locator, button: string): Promise<void> {
    await message.hover();
    await message.getByRole('button', { name: button, exact: true }).click();
  }

  /** How many bytes of the page itself, as they went over the line, have come so far. */
  async transferred(): Promise<number> {
    const sizes = await Promise.all(this.#parts.map((part) => part.sizes()));
    return sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
  }

  /** Nothing sticks out at the side. */
  async expectNoSidewaysScroll(): Promise<void> {
    const root = 'document.scrollingElement';
    const [content, visible] = await this.page.evaluate<[number, number]>(`[${root}.scrollWidth, ${root}.clientWidth]`);
    expect(content, 'the width of the page').toBeLessThanOrEqual(visible);
    const hidden = await this.log.first().evaluate((log: PageElement) => log.scrollWidth - log.clientWidth);
    expect(hidden, 'what sticks out of the messages').toBeLessThanOrEqual(0);
  }

  /** axe finds nothing that is serious or critical. */
  async expectAccessible(state: string): Promise<void> {
    await this.page.evaluate(axeSource);
    const violations = await this.page.evaluate<readonly AxeViolation[]>(
      'axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations)',
    );
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
    expect(found, state).toEqual([]);
  }

  /** No error, no request to elsewhere, no dialog of the browser, since the page was opened. Closes it. */
  async closeQuietly(): Promise<void> {
    await this.page.context().close();
    expect(this.#complaints).toEqual([]);
  }

  #onConsole(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (this.#expected?.test(message.text())) return;
    this.#complaints.push(`console: ${message.text()}`);
  }
}
