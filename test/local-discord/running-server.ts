import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { ConformanceTarget } from '../conformance/conformance-target.ts';
import { temporaryDirectory } from '../storage/temporary-directory.ts';

export interface RunningServer {
  readonly server: LocalDiscord;
  readonly faults: Faults;
  readonly channelId: string;
  /** For the helpers of the conformance checks. */
  readonly target: ConformanceTarget;
  /** The server's own mistakes. */
  readonly errors: readonly Error[];
}

/** A built page in a temporary directory, small enough to look through. */
export function pageFixture(): string {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'assets'));
  const parts = '<script type="module" src="/assets/index-1a2b.js"></script><link rel="icon" href="/icon.svg" />';
  writeFileSync(join(directory, 'index.html'), `<meta name="user-token" content="{{userToken}}" />${parts}`);
  writeFileSync(join(directory, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg" />');
  writeFileSync(join(directory, 'assets', 'index-1a2b.js'), 'export const words = 1;\n'.repeat(500));
  return directory;
}

/** A server of the running test's own, closed when the test has ended. */
export async function runningServer(
  options: {
    clock?: Clock;
    dataFile?: string;
    port?: number;
    pageDirectory?: string;
    people?: 'from the start' | 'later';
  } = {},
): Promise<RunningServer> {
  const {
    clock = systemClock,
    dataFile = ':memory:',
    port = 0,
    people = 'from the start',
    pageDirectory = join(tmpdir(), 'no-page-here'),
  } = options;
  const faults = new Faults();
  const errors: Error[] = [];
  const onError = (error: Error): void => {
    errors.push(error);
  };
  const server = await startLocalDiscord({ port, dataFile, clock, faults, people, onError, pageDirectory });
  onTestFinished(() => server.close());
  const channelId = server.ensureChannel({ name: 'session-1' });
  const { api, botToken, userToken, guildId } = server;
  return { server, faults, channelId, errors, target: { apiUrl: api, botToken, userToken, guildId, channelId } };
}
