import { onTestFinished } from 'vitest';

import { systemClock } from '../../src/base/clock.ts';
import type { Clock } from '../../src/base/clock.ts';
import { Faults } from '../../src/local-discord/faults.ts';
import { startLocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { LocalDiscord } from '../../src/local-discord/local-discord.ts';
import type { ConformanceTarget } from '../conformance/conformance-target.ts';

export interface RunningServer {
  readonly server: LocalDiscord;
  readonly faults: Faults;
  readonly channelId: string;
  /** For the helpers of the conformance checks. */
  readonly target: ConformanceTarget;
  /** The server's own mistakes. */
  readonly errors: readonly Error[];
}

/** A server of the running test's own, closed when the test has ended. */
export async function runningServer(
  options: { clock?: Clock; dataFile?: string; port?: number } = {},
): Promise<RunningServer> {
  const { clock = systemClock, dataFile = ':memory:', port = 0 } = options;
  const faults = new Faults();
  const errors: Error[] = [];
  const onError = (error: Error): void => {
    errors.push(error);
  };
  const server = await startLocalDiscord({ port, dataFile, clock, faults, onError });
  onTestFinished(() => server.close());
  const channelId = server.ensureChannel({ name: 'session-1' });
  const { api, botToken, userToken, guildId } = server;
  return { server, faults, channelId, errors, target: { apiUrl: api, botToken, userToken, guildId, channelId } };
}
