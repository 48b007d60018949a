import { BridgeError, describeError } from '../../base/errors.ts';
import type { BridgeStatus } from '../../contracts/bridge-api.ts';
import { startBridge } from '../commands/start.ts';
import { stopBridge } from '../commands/stop.ts';
import type { CliContext } from '../context.ts';
import type { RunningBridge } from './tools.ts';

/** The bridge of this installation, over its control socket. */
export function runningBridge(context: CliContext): RunningBridge {
  const status = async (): Promise<BridgeStatus | undefined> => {
    try {
      return await context.withBridge((bridge) => bridge.status());
    } catch (error) {
      if (error instanceof BridgeError && error.code === 'no-daemon') return undefined;
      throw error;
    }
  };
  return {
    status,
    addSession: async ({ channel, workDir, trusted }) => {
      const session = await context.withBridge((bridge) =>
        bridge.addSession({
          channel,
          ...(workDir === undefined ? {} : { workDir }),
          ...(trusted === undefined ? {} : { trust: trusted }),
        }),
      );
      return session.number;
    },
    pair: () => context.withBridge((bridge) => bridge.pair()),
    restart: async () => {
      if ((await status()) !== undefined) await stopBridge(context, true);
      try {
        await startBridge(context, { json: false });
      } catch (error) {
        // The bridge runs all the same, and what is left to do needs no more.
        if (!(error instanceof BridgeError) || error.code !== 'sessions-not-running') throw error;
        context.note(describeError(error));
      }
    },
  };
}
