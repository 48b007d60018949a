import { isoTime } from '../base/clock.ts';
import { BridgeError, describeError } from '../base/errors.ts';
import type { CliContext } from './context.ts';
import { FullScreen } from './full-screen.ts';
import { styled } from './style.ts';
import type { Line } from './style.ts';

/** What was seen at one moment; `problem` when there is a bridge that cannot be asked now. */
export type Look<T> = { readonly seen: T; readonly problem?: undefined } | { readonly problem: string };

export interface LiveView<T> {
  readonly intervalMs: number;
  readonly look: () => Promise<T>;
  /** What was seen, as it is shown. `now` in epoch milliseconds, `width` in columns. */
  readonly lines: (seen: T, view: { readonly now: number; readonly width: number | undefined }) => readonly Line[];
}

/** Whether a picture that changes in place can be shown. */
export function isOnTerminal({ environment }: CliContext): boolean {
  return process.stdout.isTTY && environment['TERM'] !== 'dumb';
}

/** Shows what is seen in place, again and again, until a key or a signal ends it. */
export async function showLive<T>(context: CliContext, view: LiveView<T>): Promise<void> {
  const end = new AbortController();
  let shown: Look<T> | undefined;
  const redraw = (): void => {
    if (shown !== undefined) screen.draw(pictureOf(shown, context, view));
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
    await lookAgain(context, { ...view, end: end.signal }, (look) => {
      shown = look;
      redraw();
    });
  } finally {
    screen.close();
  }
}

/** Looks now, and then every so often until the end. */
export async function lookAgain<T>(
  context: CliContext,
  options: Pick<LiveView<T>, 'intervalMs' | 'look'> & { readonly end?: AbortSignal },
  use: (look: Look<T>) => void,
): Promise<void> {
  const { intervalMs, look, end } = options;
  while (end?.aborted !== true) {
    use(await lookNow(look));
    // The sleep rejects for one reason only: the end, and the condition above sees it.
    await context.clock.sleep(intervalMs, end).catch(() => undefined);
  }
}

async function lookNow<T>(look: () => Promise<T>): Promise<Look<T>> {
  try {
    return { seen: await look() };
  } catch (error) {
    // It is starting, ending, or of another version just now: the next look may fare better.
    if (error instanceof BridgeError) return { problem: describeError(error) };
    throw error;
  }
}

function pictureOf<T>(look: Look<T>, context: CliContext, { lines, intervalMs }: LiveView<T>): readonly Line[] {
  const now = context.clock.now();
  const width = context.columns === undefined ? undefined : context.columns - 1;
  const foot = styled('quiet', `${isoTime(now).slice(11, 19)} UTC, every ${intervalMs / 1000} s. q ends.`);
  const shown = look.problem === undefined ? lines(look.seen, { now, width }) : [styled('attention', look.problem)];
  return [...shown, '', foot];
}
