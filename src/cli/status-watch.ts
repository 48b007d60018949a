import { isoTime } from '../base/clock.ts';
import type { CliContext } from './context.ts';
import { isOnTerminal, lookAgain, showLive } from './live-view.ts';
import { changesBetween, factsOf } from './status-changes.ts';
import type { Facts } from './status-changes.ts';
import { readStatus } from './status-source.ts';
import type { StatusReport } from './status-source.ts';
import { agentLine, chatLines, noSessionLine, sessionTable } from './status-text.ts';
import { styled } from './style.ts';
import type { Line } from './style.ts';

export interface WatchOptions {
  readonly json: boolean;
  readonly intervalMs: number;
}

/**
 * Shows the status and every change of it until somebody wants the end: in place on a terminal, else as lines; with
 * `json` as one object in a line. A bridge that goes away and comes back is a change like any other.
 */
export async function watchStatus(context: CliContext, { json, intervalMs }: WatchOptions): Promise<void> {
  const look = (): Promise<StatusReport> => readStatus(context);
  if (json) await watchAsJson(context, { intervalMs, look });
  else if (isOnTerminal(context)) {
    const { vai } = context;
    await showLive(context, { intervalMs, look, lines: (status, view) => linesOf(status, { vai, ...view }) });
  } else await watchAsLines(context, { intervalMs, look });
}

interface Source {
  readonly intervalMs: number;
  readonly look: () => Promise<StatusReport>;
}

async function watchAsLines(context: CliContext, source: Source): Promise<void> {
  let before: Facts = new Map();
  await lookAgain(context, source, (look) => {
    const facts = look.problem === undefined ? factsOf(look.seen) : new Map([['bridge', look.problem]]);
    const time = isoTime(context.clock.now());
    context.print(...changesBetween(before, facts).map((change) => `${time}  ${change}`));
    before = facts;
  });
}

async function watchAsJson(context: CliContext, source: Source): Promise<void> {
  let before = '';
  await lookAgain(context, source, (look) => {
    const line = JSON.stringify(look.problem ?? look.seen);
    if (line === before) return;
    before = line;
    // What follows the protocol goes to standard output, a mishap beside it.
    if (look.problem === undefined) context.printJson(look.seen);
    else context.note(look.problem);
  });
}

function linesOf(
  status: StatusReport,
  view: { readonly vai: string; readonly now: number; readonly width: number | undefined },
): readonly Line[] {
  const { vai } = view;
  if (!status.running) return [['The bridge is ', styled('bad', 'not running'), `. Start it: ${vai} start`]];
  const head = ['The bridge ', status.version, ' is ', styled('good', 'running'), ` (process ${status.pid}).`];
  return [
    head,
    ...chatLines(status, vai),
    agentLine(status),
    '',
    ...(status.sessions.length === 0 ? [noSessionLine(status, vai)] : sessionTable(status, view)),
  ];
}
