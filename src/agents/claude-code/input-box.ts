import type { Clock } from '../../base/clock.ts';
import { BridgeError } from '../../base/errors.ts';
import { WatchedTime } from '../../base/watched-time.ts';
import type { Terminal, TerminalKey } from '../../contracts/terminal.ts';
import { splitForTyping } from './prompt-text.ts';
import { drawnCharacters, findDialog, findInputBox, findLastQueued } from './screen.ts';
import type { InputBox } from './screen.ts';

export interface InputBoxOptions {
  readonly terminal: Terminal;
  /** The terminal's name. */
  readonly name: string;
  readonly clock: Clock;
}

/** How a text is typed. Characters are UTF-16 units, pauses milliseconds. */
export interface TypingPace {
  readonly chunk: number;
  /** Between two chunks. */
  readonly pauseMs: number;
  /** Between seeing the whole text drawn and Enter. */
  readonly seenMs: number;
}

/**
 * Measured with 2.1.329: exact in 48 of 48 texts of 10 kB, with and without load; no Enter lost in 8 x 50 texts that
 * were seen drawn.
 */
export const usualPace: TypingPace = { chunk: 300, pauseMs: 10, seenMs: 0 };
/** After a text arrived altered. */
export const carefulPace: TypingPace = { chunk: 100, pauseMs: 30, seenMs: 50 };

/**
 * So much may be on its way without having been drawn. The agent takes 800 characters that arrive in one read for a
 * paste, and wraps them; less than that on the way can never be taken so, however slow the machine is.
 */
const unseenLimit = 600;
/** For a text that repeats itself: a screen does not tell how much of it has been drawn. */
const unseenRepeatedLimit = 300;
/** Milliseconds to wait until a text is drawn. Some texts cannot be recognised on a screen; the hook checks them all. */
const drawnWithinMs = 1500;
const lookEveryMs = 8;
/** The agent draws at most once in 16 ms. */
const standStillMs = 20;
/** A box that grows or shrinks by many lines is not drawn in one go on a loaded machine. */
const redrawMs = 500;
/** An erased box looks different after so long, or not at all. */
const settledMs = 300;
/** Characters at the end of a text that are looked for. */
const tailLength = 24;
/** Between typing and Enter when the text could not be seen: less, and the Enter may become part of the text. */
const unseenMs = 50;
const clearRounds = 200;
/** Keys in one go: the agent ignores 64 control characters that arrive together. */
const clearKeys = 40;

/**
 * The box where one types to the agent: empties it, types into it at a pace it can follow, presses Enter. It sees only
 * the rendered screen. Knows nothing about confirmation.
 */
export class InputBoxTypist {
  readonly #options: InputBoxOptions;

  constructor(options: InputBoxOptions) {
    this.#options = options;
  }

  /**
   * What the box shows now. A screen that is neither is caught while it is drawn, and looked at again.
   * @throws BridgeError `agent-dialog` when something else is drawn in its place.
   */
  async look(): Promise<InputBox> {
    const { clock } = this.#options;
    const waited = new WatchedTime(clock);
    for (;;) {
      const screen = await this.#capture();
      const box = findInputBox(screen);
      if (box) return box;
      if (findDialog(screen) || waited.elapsed() >= redrawMs) break;
      await clock.sleep(standStillMs);
    }
    throw new BridgeError('agent-dialog', 'The agent shows a dialog instead of its input box.', {
      advice: 'Answer it at the terminal.',
    });
  }

  /**
   * Empties the box. A grey placeholder looks like text: what does not change when it is erased counts as one.
   * @throws BridgeError `input-not-empty` when it cannot be emptied.
   */
  async clear(): Promise<void> {
    let before: InputBox | undefined;
    for (let round = 0; round < clearRounds; round++) {
      const box = await this.look();
      if (box.mode === 'prompt' && box.text === '') return;
      if (before && sameBox(before, box) && box.mode === 'prompt' && box.hiddenRows === 0) return;
      before = box;
      // Erases to the beginning of the line, then the line itself: two keys for each row, and some more.
      const rows = box.text.split('\n').length + box.hiddenRows;
      const keys: TerminalKey[] = Array.from({ length: Math.min(clearKeys, rows * 2 + 2) }, () => 'C-u');
      if (box.mode === 'shell') keys.push('BSpace');
      await this.#options.terminal.keys(this.#options.name, keys);
      await this.#settled(box);
    }
    throw new BridgeError('input-not-empty', 'The agent’s input box could not be emptied.', {
      advice: 'Empty it at the terminal.',
    });
  }

  /**
   * Types a text, never more than the agent can take without treating it as a paste. `mayGoOn` is asked before each
   * chunk, and before the end, and throws when typing has to stop.
   */
  async type(text: string, pace: TypingPace, mayGoOn: () => Promise<void>): Promise<void> {
    const { terminal, name, clock } = this.#options;
    let typed = '';
    let unseen = 0;
    let before = await this.#capture();
    for (const [index, chunk] of splitForTyping(text, pace.chunk).entries()) {
      if (index > 0) await clock.sleep(pace.pauseMs);
      await mayGoOn();
      if (unseen + chunk.length > (repeatsItself(typed) ? unseenRepeatedLimit : unseenLimit)) {
        before = (await this.#drawn(typed, before)).screen;
        unseen = 0;
      }
      await terminal.type(name, chunk);
      typed = (typed + chunk).slice(-2 * pace.chunk);
      unseen += chunk.length;
    }
    const { isSeen } = await this.#drawn(typed, before);
    await clock.sleep(isSeen ? pace.seenMs : unseenMs);
    await mayGoOn();
  }

  async enter(): Promise<void> {
    await this.#options.terminal.keys(this.#options.name, ['Enter']);
  }

  /** Whether (the end of) a text is still in the box, or (the beginning of) it was put into the agent's queue last. */
  async find(text: string): Promise<'box' | 'queue' | undefined> {
    const screen = await this.#capture();
    const box = findInputBox(screen);
    const characters = drawnCharacters(text);
    const tail = characters.slice(-tailLength);
    if (box && box.text !== '' && (tail === '' || drawnCharacters(box.text).endsWith(tail))) return 'box';
    const queued = findLastQueued(screen);
    if (!queued) return undefined;
    const drawn = drawnCharacters(queued.text);
    return (queued.isCut ? characters.startsWith(drawn) : characters === drawn) ? 'queue' : undefined;
  }

  /**
   * Waits until the end of what was typed is on the screen, and the screen is not what it was before. An end that
   * proves little (no letters, or the same letters again) counts once the screen stands still.
   */
  async #drawn(typed: string, before: string): Promise<{ readonly screen: string; readonly isSeen: boolean }> {
    const { clock } = this.#options;
    const tail = drawnCharacters(typed).slice(-tailLength);
    const provesLittle = tail === '' || repeatsItself(typed);
    const waited = new WatchedTime(clock);
    let last = '';
    for (;;) {
      const screen = await this.#capture();
      const box = findInputBox(screen);
      const isThere = screen !== before && box !== undefined && drawnCharacters(box.text).endsWith(tail);
      if (isThere && (!provesLittle || screen === last)) return { screen, isSeen: !provesLittle };
      if (waited.elapsed() >= drawnWithinMs) return { screen, isSeen: false };
      last = screen;
      await clock.sleep(provesLittle ? standStillMs : lookEveryMs);
    }
  }

  /** Waits until a box looks different, or long enough to know that it will not. */
  async #settled(before: InputBox): Promise<void> {
    const { clock } = this.#options;
    const waited = new WatchedTime(clock);
    while (waited.elapsed() < settledMs) {
      await clock.sleep(30);
      const box = findInputBox(await this.#capture());
      if (!box || !sameBox(before, box)) return;
    }
  }

  #capture(): Promise<string> {
    return this.#options.terminal.capture(this.#options.name);
  }
}

/** Whether the end of a text is also in the text before its end, so that seeing it proves little. */
function repeatsItself(text: string): boolean {
  const drawn = drawnCharacters(text);
  const tail = drawn.slice(-tailLength);
  return drawn.indexOf(tail) < drawn.length - tail.length;
}

function sameBox(left: InputBox, right: InputBox): boolean {
  return left.mode === right.mode && left.text === right.text && left.hiddenRows === right.hiddenRows;
}
