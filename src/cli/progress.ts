import type { Clock } from '../base/clock.ts';
import { shorten } from './display-width.ts';
import { visible } from './failure.ts';
import { terminalSize } from './terminal-size.ts';

/** Says what is being waited for now. */
export type Say = (waitingFor: string) => void;

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly stream: ProgressStream;
  readonly clock: Clock;
  /** A terminal that cannot go back to the beginning of a line. */
  readonly dumb?: boolean;
  /** Finds out what is being waited for; asked again and again while the line is shown. It may fail. */
  readonly look?: (() => Promise<string>) | undefined;
}

/** What takes less long says nothing. */
const patienceMs = 1000;
const rewriteMs = 250;
const lookEveryMs = 1000;
const clearLine = '\r\u001b[K';

/**
 * Runs something that may take its time. After a second, one line on a terminal says what is being waited for and for
 * how long; it is rewritten in place, and gone when it is over, however that ends.
 *
 * @param subject the line's beginning: `Starting the bridge`.
 */
export async function withProgress<T>(
  subject: string,
  { stream, clock, dumb = false, look }: ProgressOptions,
  work: (say: Say) => Promise<T>,
): Promise<T> {
  if (stream.isTTY !== true || dumb) return work(() => undefined);
  const began = clock.monotonic();
  let waitingFor = '';
  const line = { isShown: false };
  let lookedAt = began;
  let looking = false;
  const lookAgain = (now: number): void => {
    if (look === undefined || looking || now - lookedAt < lookEveryMs) return;
    lookedAt = now;
    looking = true;
    look()
      .then(
        (words) => (waitingFor = words),
        () => undefined, // Nobody answers yet, or not any more: the line keeps what it said.
      )
      .finally(() => (looking = false));
  };
  const cancel = clock.every(rewriteMs, () => {
    const passedMs = clock.monotonic() - began;
    if (passedMs < patienceMs) return;
    lookAgain(clock.monotonic());
    const text = `${subject}${waitingFor === '' ? '' : `: ${waitingFor}`} ... ${Math.floor(passedMs / 1000)} s`;
    stream.write(`${clearLine}${shorten(visible(text), terminalSize(stream).columns - 1)}`);
    line.isShown = true;
  });
  try {
    return await work((words) => {
      waitingFor = words;
    });
  } finally {
    cancel();
    if (line.isShown) stream.write(clearLine);
  }
}
