import { Option } from 'commander';
import type { Command } from 'commander';

import type { Output } from '../../control/outputs.ts';
import { jsonOption, readInterval } from '../arguments.ts';
import type { CliContext } from '../context.ts';
import { usageError } from '../failure.ts';
import { explain } from '../manual.ts';
import { topLines, topOrders } from '../top-text.ts';
import type { TopOrder, TopReport } from '../top-text.ts';

interface Options {
  readonly once?: true;
  readonly json?: true;
  /** Milliseconds. */
  readonly interval?: number;
  readonly sort: TopOrder;
}

/** As long as a measurement serves whoever asks. */
const defaultIntervalMs = 2000;

export function addTop(program: Command, context: CliContext): void {
  const command = program
    .command('top')
    .description('Shows what the sessions and the machine take, until you press q.')
    .option('--once', 'once, and end; also when standard output is no terminal')
    .addOption(new Option('--interval <SECONDS>', 'how often to look; default: 2').argParser(readInterval))
    .addOption(new Option('--sort <ORDER>', 'the order of the sessions').choices(topOrders).default('number'))
    .addOption(jsonOption())
    .action((options: Options) => showTop(context, options));
  explain(command, {
    notes: [
      {
        head: ['Column', 'Is'],
        rows: [
          ['`CPU`', 'of one processor, since the look before; of the agent and everything it started'],
          ['`MEMORY`, `PROCESSES`', 'of the agent and everything it started, also what has left it'],
          ['`FILES`', 'what people sent and is still kept'],
          [
            '`ANSWERS`',
            'from a message to the end of its turn, on average, of those that ended in the last five minutes; in brackets: 95 of 100 were faster',
          ],
        ],
      },
      'What is over its threshold is said above the table, and marked in it. Thresholds and limits: [configuration.md](configuration.md). The same is kept every five minutes in `monitoring/metrics.json`.',
      'With `--json`: one object, once. Bytes, milliseconds, per cent of one processor (`system.cpu`: of all).',
      {
        head: ['Key', 'Holds'],
        rows: [
          ['`latest.timestamp`', 'when it was measured'],
          [
            '`latest.sessions[]`',
            '`number`, `status`, `memory`, `processes`, `cpu`, `disk`, `response` (`mean`, `p95`, `count`; missing when no turn ended), `queued`, `throttled` (why messages wait)',
          ],
          [
            '`latest.system`',
            '`totalMemory`, `usedMemory`, `cpu`, `totalDisk`, `usedDisk`, `bridgeMemory`, `bridgeCpu`',
          ],
          ['`alerts[]`', '`kind`, `session` (missing: the machine, or all sessions), `since`, `value`, `limit`'],
        ],
      },
    ],
    examples: [
      'vai top',
      ['vai top --sort memory', 'the largest first'],
      [`vai top --json | jq '.latest.sessions[] | {number, memory}'`, 'for a program'],
    ],
  });
}

async function showTop(context: CliContext, { once, json, interval, sort: order }: Options): Promise<void> {
  if (interval !== undefined && (once || json)) {
    throw usageError('--interval does not go with --once or --json, which look once.', 'Use: vai top --interval 5');
  }
  if (json) {
    context.printJson((await context.withBridge((bridge) => bridge.metrics())) satisfies Output<'top'>);
    return;
  }
  const { vai } = context;
  const look = (): Promise<TopReport> =>
    context.withBridge(async (bridge) => ({ status: await bridge.status(), metrics: await bridge.metrics() }));
  const { isOnTerminal, showLive } = await import('../live-view.ts');
  if (once || !isOnTerminal(context)) {
    const view = { vai, order, now: context.clock.now(), width: context.columns };
    context.print(...topLines(await look(), view));
    return;
  }
  const intervalMs = interval ?? defaultIntervalMs;
  await showLive(context, { intervalMs, look, lines: (report, view) => topLines(report, { vai, order, ...view }) });
}
