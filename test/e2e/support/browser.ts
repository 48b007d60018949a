import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { geteuid } from 'node:process';

import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser for tests of the page: `CHROMIUM_COMMAND` (a name or a path), or the first known one on the PATH. */
export function findChromium(): string | undefined {
  const wanted = process.env['CHROMIUM_COMMAND'];
  for (const name of wanted ? [wanted] : names) {
    const directories = isAbsolute(name) ? [''] : (process.env['PATH'] ?? '').split(delimiter);
    const found = directories.map((directory) => join(directory, name)).find(isExecutable);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Why tests in a browser cannot run here, or undefined when they can. In CI a missing browser is a failure. */
export function whyNoBrowser(): string | undefined {
  if (findChromium() !== undefined) return undefined;
  const wanted = process.env['CHROMIUM_COMMAND'] ?? names.join(', ');
  const why = `skipped: no browser is installed (${wanted}); on Debian: apt-get install chromium`;
  if (process.env['CI']) throw new Error(why);
  console.warn(why);
  return why;
}

/**
 * Starts a headless browser with a profile of its own in the temporary directory. Closing it ends its processes.
 *
 * @param environment added to that of this process.
 */
export async function openBrowser(environment: Readonly<Record<string, string>> = {}): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('no browser is installed');
  return chromium.launch({
    executablePath,
    env: { ...process.env, ...environment },
    // Chromium's own sandbox does not work for root; for everybody else it stays.
    chromiumSandbox: geteuid?.() !== 0,
    // Containers have a small /dev/shm.
    args: ['--disable-dev-shm-usage', '--lang=en-US'],
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // the next one
  }
}
