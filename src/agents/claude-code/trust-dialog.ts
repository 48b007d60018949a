import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import type { Terminal } from '../../contracts/terminal.ts';
import { findDialog } from './screen.ts';

export interface TrustDialogOptions {
  readonly terminal: Terminal;
  /** The terminal's name. */
  readonly name: string;
  readonly clock: Clock;
}

/** Looks at the screen in one go; a dialog takes no keys for 150 ms after it was drawn, and is drawn in steps. */
const looks = 8;
const betweenLooksMs = 150;
/** So many looks without the dialog, and it is gone. */
const looksWithoutIt = 2;

/**
 * Answers the question whether the working directory may be trusted: moves the cursor until it is seen on the wanted line,
 * and only then presses Enter.
 *
 * @returns `not-there` when the dialog was not seen at all, `stuck` when it is still there at the end.
 */
export async function answerTrustDialog(
  { terminal, name, clock }: TrustDialogOptions,
  wanted: 'yes' | 'no',
): Promise<'answered' | 'not-there' | 'stuck'> {
  let isSeen = false;
  let missing = 0;
  for (let look = 0; look < looks; look++) {
    const dialog = findDialog(await captureIfThere(terminal, name));
    if (dialog?.kind === 'trust') {
      isSeen = true;
      missing = 0;
      await terminal.keys(name, [dialog.cursor === wanted ? 'Enter' : look % 2 === 0 ? 'Down' : 'Up']);
    } else {
      missing += 1;
      if (missing >= looksWithoutIt) return isSeen ? 'answered' : 'not-there';
    }
    await clock.sleep(betweenLooksMs);
  }
  return isSeen ? 'stuck' : 'not-there';
}

/** The screen; empty when the terminal has gone (its death is heard of separately). */
export async function captureIfThere(terminal: Terminal, name: string): Promise<string> {
  try {
    return await terminal.capture(name);
  } catch (error) {
    if (error instanceof BridgeError && error.code === 'terminal-gone') return '';
    throw error;
  }
}
