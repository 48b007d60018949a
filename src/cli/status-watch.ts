import { isoTime } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { CliContext } from './context.ts';
import { FullScreen } from './full-screen.ts';
import { changesBetween, factsOf } from './status-changes.ts';
import type { Facts } from './status-changes.ts';
import { readStatus } from './status-source.ts';
import type { StatusReport } from './status-source.ts';
import { agentLine, chatLines, sessionTable } from './status-text.ts';
import { styled } from './style.ts';
import type { Line } from './style.ts';

export interface WatchOptions {
  readonly json: boolean;
  readonly intervalMs: number;
}

/** The status of the moment; `problem` when there is a bridge that cannot be asked now. */
type Look = { readonly status: StatusReport; readonly problem?: undefined } | { readonly problem: string };

/**
 * Shows the status and every change of it until somebody wants the end: in place on a terminal, else as lines; with
 * `json` as one object in a line. A bridge that goes away and comes back is a change like any other.
 */
export async function watchStatus(context: CliContext, options: WatchOptions): Promise<void> {
  const onTerminal = process.stdout.isTTY && context.environment['TERM'] !== 'dumb';
  if (options.json) await watchAsJson(context, options.intervalMs);
  else if (onTerminal) await watchInPlace(context, options.intervalMs);
  else await watchAsLines(context, options.intervalMs);
}

async function watchInPlace(context: CliContext, intervalMs: number): Promise<void> {
  const end = new AbortController();
  let shown: Look | undefined;
  const redraw = (): void => {
    if (shown !== undefined) screen.draw(pictureOf(shown, context, intervalMs));
  };
  const screen = new FullScreen({
    coloured: context.coloured,
    onRedraw: redraw,
    onEnd: (signal) => {
      if (signal !== undefined) context.exitCode = 128 + signal;
      end.abort();
    },
  });
  screen.open();
  try {
    await repeat(context, intervalMs, end.signal, (look) => {
      shown = look;
      redraw();
    });
  } finally {
    screen.close();
  }
}

async function watchAsLines(context: CliContext, intervalMs: number): Promise<void> {
  let before: Facts = new Map();
  await repeat(context, intervalMs, undefined, (look) => {
    const facts = look.problem === undefined ? factsOf(look.status) : new Map([['bridge', look.problem]]);
    const time = isoTime(context.clock.now());
    context.print(...changesBetween(before, facts).map((change) => `${time}  ${change}`));
    before = facts;
  });
}

async function watchAsJson(context: CliContext, intervalMs: number): Promise<void> {
  let before = '';
  await repeat(context, intervalMs, undefined, (look) => {
    const line = JSON.stringify(look.problem ?? look.status);
    if (line === before) return;
    before = line;
    // What follows the protocol goes to standard output, a mishap beside it.
    if (look.problem === undefined) context.printJson(look.status);
    else context.note(look.problem);
  });
}

async function repeat(
  context: CliContext,
  intervalMs: number,
  end: AbortSignal | undefined,
  use: (look: Look) => void,
): Promise<void> {
  while (end?.aborted !== true) {
    use(await lookNow(context));
    // The sleep rejects for one reason only: the end, and the condition above sees it.
    await context.clock.sleep(intervalMs, end).catch(() => undefined);
  }
}

async function lookNow(context: CliContext): Promise<Look> {
  try {
    return { status: await readStatus(context) };
  } catch (error) {
    // It is starting, ending, or of another version just now: the next look may fare better.
    if (error instanceof BridgeError) return { problem: describeError(error) };
    throw error;
  }
}

function pictureOf(look: Look, context: CliContext, intervalMs: number): readonly Line[] {
  const now = context.clock.now();
  const foot = styled('quiet', `${isoTime(now).slice(11, 19)} UTC, every ${intervalMs / 1000} s. q ends.`);
  return [...lookLines(look, context, now), '', foot];
}

function lookLines(look: Look, context: CliContext, now: number): readonly Line[] {
  if (look.problem !== undefined) return [styled('attention', look.problem)];
  const { status } = look;
  const { vai } = context;
  if (!status.running) return [['The bridge is ', styled('bad', 'not running'), `. Start it: ${vai} start`]];
  const head = ['The bridge ', status.version, ' is ', styled('good', 'running'), ` (process ${status.pid}).`];
  const width = context.columns === undefined ? undefined : context.columns - 1;
  const none = `There is no session yet. Add one: ${vai} add-session <channel id>`;
  return [
    head,
    ...chatLines(status, vai),
    agentLine(status),
    '',
    ...(status.sessions.length === 0 ? [none] : sessionTable(status, { vai, now, width })),
  ];
}
