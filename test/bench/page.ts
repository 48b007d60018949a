import type { Browser } from 'playwright-core';

import { openBrowser, whyNoBrowser } from '../e2e/support/browser.ts';
import { Installation } from '../e2e/support/installation.ts';
import type { StatusJson } from '../e2e/support/installation.ts';
import type { Measurement } from './measurement.ts';

const paint = 'first contentful paint';
const own = 'the page itself, as transferred';
const all = 'with its first data, as transferred';
/** The page's own parts; everything else it asks for is data. */
const parts: ReadonlySet<string> = new Set(['Document', 'Script', 'Stylesheet', 'Image', 'Font', 'Manifest']);

/** Demand (f): how soon somebody sees the chat page, and what comes over the line. */
export const page: Measurement = {
  name: 'page',
  title: 'the chat page of the built-in server in headless Chromium, empty cache each time, from the navigation on',
  quantities: [
    { name: paint, unit: 'ms' },
    { name: own, unit: 'kB', goals: [{ statistic: 'max', atMost: 150 }] },
    { name: all, unit: 'kB' },
  ],
  maxSeconds: 90,
  unavailable: whyNoBrowser,
  async run(context) {
    const bridge = new Installation({ LOG_LEVEL: 'info' });
    context.scope.defer('the bridge', () => bridge.destroy());
    context.progress('starting the bridge and the browser');
    await bridge.startDaemon();
    const { url } = (await bridge.json<StatusJson>('status')).chat;
    const browser = await openBrowser();
    context.scope.defer('the browser', () => browser.close());
    const rounds = context.quick ? 2 : 20;
    for (let round = -1; round < rounds && !context.signal.aborted; round += 1) {
      context.progress(`visit ${round + 1} of ${rounds}`);
      const visit = await visitPage(browser, url);
      if (round < 0) continue; // to warm the browser up
      context.record(paint, visit.paintMs);
      context.record(own, visit.ownBytes / 1000);
      context.record(all, visit.allBytes / 1000);
    }
  },
};

/** One visit by a browser that has never seen the page. Bytes are those on the line: compressed, with headers. */
async function visitPage(
  browser: Browser,
  url: string,
): Promise<{ paintMs: number; ownBytes: number; allBytes: number }> {
  const visitor = await browser.newContext();
  try {
    const tab = await visitor.newPage();
    const network = await visitor.newCDPSession(tab);
    await network.send('Network.enable');
    const kinds = new Map<string, string>();
    let [ownBytes, allBytes] = [0, 0];
    network.on('Network.responseReceived', ({ requestId, type }) => kinds.set(requestId, type));
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      allBytes += encodedDataLength;
      if (parts.has(kinds.get(requestId) ?? '')) ownBytes += encodedDataLength;
    });
    const response = await tab.goto(url, { waitUntil: 'networkidle' });
    if (response?.status() !== 200) throw new Error(`the page answered ${String(response?.status())}`);
    await tab.getByRole('textbox').first().waitFor({ timeout: 10_000 });
    const paintMs = await tab.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    );
    return { paintMs, ownBytes, allBytes };
  } finally {
    await visitor.close();
  }
}
