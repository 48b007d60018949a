import { BridgeError } from '../base/errors.ts';
import type { CliContext } from './context.ts';

/** The bridge itself waits for the end of a turn for some seconds where that is of use. */
const againAfterMs = 500;

/** Does something that is refused as long as an agent works, however long that takes. @throws whatever else `act` throws. */
export function untilIdle<T>(context: CliContext, act: () => Promise<T>): Promise<T> {
  return context.progress('Waiting for the end of the work', async (say) => {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (!(error instanceof BridgeError) || error.code !== 'agent-busy') throw error;
        say(error.message);
      }
      await context.clock.sleep(againAfterMs);
    }
  });
}
