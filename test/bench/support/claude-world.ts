import { startMessagesApi } from '../../fakes/messages-api.ts';
import { claudeEnvironment, seedClaudeHome } from '../../e2e/support/claude.ts';
import { until } from '../../e2e/support/until.ts';
import type { World } from '../../e2e/support/world.ts';
import type { BenchContext } from '../measurement.ts';
import { openWorld } from './watched-world.ts';
import type { ServerWatch } from './watched-world.ts';

/** A running bridge whose sessions are the real Claude Code CLI, talking to a local stand-in for its API. */
export async function openClaudeWorld(
  context: BenchContext,
  sessions = 1,
): Promise<{ readonly world: World; readonly watch: ServerWatch; readonly channel: string }> {
  context.progress('starting the agent');
  const api = await startMessagesApi();
  context.scope.defer('the API stand-in', () => api.close());
  const { world, watch } = await openWorld(context, { sessions, environment: claudeEnvironment(api.url) });
  seedClaudeHome(world.bridge.environment['HOME'] ?? context.directory);
  await world.bridge.startDaemon();
  for (let session = 1; session <= sessions; session += 1) {
    await until(async () => (await world.bridge.session(session)).state === 'idle', {
      what: `session ${session} to be idle`,
      timeoutMs: 60_000,
    });
  }
  const [channel = ''] = world.channels;
  return { world, watch, channel };
}
