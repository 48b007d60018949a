import { watch as watchDirectory } from 'node:fs';
import { join } from 'node:path';

import { whyNoClaude } from '../e2e/support/claude.ts';
import { until } from '../e2e/support/until.ts';
import type { Measurement } from './measurement.ts';
import { openClaudeWorld } from './support/claude-world.ts';
import { readWallClock } from './support/wall-clock.ts';

const fromFile = "from the event file's rename";
const fromScript = "from the hook script's start";

/** Demand (b): how soon what the agent said is on its way to the channel. */
export const reply: Measurement = {
  name: 'reply',
  title:
    "from the hook with the last piece of the agent's answer (MessageDisplay) until the chat server's REST interface " +
    'receives the POST with the answer (real Claude Code)',
  quantities: [
    { name: fromFile, unit: 'ms', goals: [{ statistic: 'median', atMost: 40 }] },
    { name: fromScript, unit: 'ms', goals: [{ statistic: 'median', atMost: 40 }] },
  ],
  maxSeconds: 150,
  unavailable: whyNoClaude,
  async run(context) {
    const { world, watch, channel } = await openClaudeWorld(context);
    const mailbox = join(world.bridge.paths.state, 'sessions', '1', 'mailbox', 'events');
    let pieces: { readonly at: number; readonly startedAt: number }[] = [];
    const watcher = watchDirectory(mailbox, (_event, file) => {
      const at = performance.now();
      const [, nanoseconds] = /^(\d+)-\d+-MessageDisplay\.json$/.exec(file ?? '') ?? [];
      const startedAt = Number(nanoseconds) / 1e6;
      // The removal of the file is told as well.
      if (nanoseconds !== undefined && !pieces.some((one) => one.startedAt === startedAt)) {
        pieces.push({ at, startedAt });
      }
    });
    context.scope.defer('the watch of the mailbox', () => watcher.close());

    const rounds = context.quick ? 4 : 50;
    for (let round = -1; round < rounds && !context.signal.aborted; round += 1) {
      context.progress(`round ${round + 1} of ${rounds}`);
      watch.reset();
      pieces = [];
      await world.owner.say(channel, `say this is answer number ${round}`);
      // The first is the user's own.
      const posted = await watch.moment(/^POST \/channels\/\d+\/messages$/, { skip: 1 });
      await watch.moment(/^PUT .*\/reactions\/✅/u);
      const piece = await until(() => pieces[0], { what: 'the event of the answer' });
      if (pieces.length > 1) throw new Error(`the answer came in ${pieces.length} pieces`);
      if (round < 0) continue; // to warm up
      context.record(fromFile, posted - piece.at);
      context.record(fromScript, readWallClock(posted) - piece.startedAt);
    }
    context.note(
      "The script's start is the time stamp that it takes first; it includes one run of date(1), and what follows until " +
        'the rename are cat(1) and mv(1).',
    );
    context.note(
      'The rename is seen by watching the directory; on a busy machine it is seen late, so that figure comes out too small.',
    );
  },
};
